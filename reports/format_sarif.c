/* format_sarif.c - SARIF 2.1.0: one result a problem, and one a condition and verdict. */
#include "reports/format.h"

#include <inttypes.h>
#include <string.h>

#include "reports/escape_sarif.h"
#include "reports/escape_uri.h"
#include "reports/gather.h"
#include "reports/json_out.h"
#include "reports/jvalue.h"
#include "reports/mapping.h"
#include "reports/sarif_rules.h"

static void artifact_location(struct text *out, const char *key, const char *file)
{
	struct text uri = { NULL, 0, 0 };

	escape_uri_path(&uri, file);
	json_out_key_open(out, key, '{');
	json_out_key_text(out, "uri", text_of(&uri));
	json_out_close(out, '}');
	text_free(&uri);
}

/* A capture has no lines and frames are no offsets: line 1, so that viewers show the place. */
static void physical_location(struct text *out, const char *file)
{
	json_out_key_open(out, "physicalLocation", '{');
	artifact_location(out, "artifactLocation", file);
	json_out_key_open(out, "region", '{');
	json_out_key_number(out, "startLine", 1);
	json_out_close(out, '}');
	json_out_close(out, '}');
}

static void logical_location(struct text *out, const char *name, const char *kind)
{
	if (!*name)
		return;
	json_out_open(out, '{');
	json_out_key_text(out, "name", name);
	json_out_key_text(out, "kind", kind);
	json_out_close(out, '}');
}

static void locations(struct text *out, const json_t *head, const json_t *problem)
{
	const json_t *at = mapping_evidence(problem);
	const char *file = at ? mapping_file(head, jvalue_str(at, "input")) : "";

	json_out_key_open(out, "locations", '[');
	json_out_open(out, '{');
	physical_location(out, *file ? file : mapping_first_file(head));
	json_out_key_open(out, "logicalLocations", '[');
	logical_location(out, jvalue_str(problem, "element"), "element");
	logical_location(out, jvalue_str(jvalue_get(problem, "example"), "call"), "call");
	json_out_close(out, ']');
	json_out_close(out, '}');
	json_out_close(out, ']');
}

/* Code scanning at GitHub looks for primaryLocationLineHash, and makes one of lines otherwise. */
static void fingerprints(struct text *out, const char *name, const char *id)
{
	struct text line = { NULL, 0, 0 };

	text_addf(&line, "%s:1", id);
	json_out_key_open(out, "partialFingerprints", '{');
	json_out_key_text(out, name, id);
	json_out_key_text(out, "primaryLocationLineHash", text_of(&line));
	json_out_close(out, '}');
	text_free(&line);
}

static void waiver_words(struct text *t, const json_t *problem)
{
	const json_t *w = jvalue_get(problem, "waived_by");

	if (w)
		text_addf(t, "%s (%s, until %s)", jvalue_str(w, "reason"), jvalue_str(w, "owner"),
			  jvalue_str(w, "expires"));
	else
		text_add(t, "waived");
}

static void suppressions(struct text *out, const json_t *problem)
{
	struct text why = { NULL, 0, 0 };

	if (!mapping_waived(problem))
		return;
	waiver_words(&why, problem);
	json_out_key_open(out, "suppressions", '[');
	json_out_open(out, '{');
	json_out_key_text(out, "kind", "external");
	json_out_key_text(out, "status", "accepted");
	json_out_key_text(out, "justification", text_of(&why));
	json_out_close(out, '}');
	json_out_close(out, ']');
	text_free(&why);
}

static void baseline_state(struct text *out, const char *change)
{
	static const char *const states[][2] = { { "new", "new" },
						 { "worse", "updated" },
						 { "known", "unchanged" } };

	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(states[i][0], change) == 0)
			json_out_key_text(out, "baselineState", states[i][1]);
}

static void problem_properties(struct text *out, const json_t *problem)
{
	static const char *const copied[] = { "severity",    "class", "calls",	   "first", "last",
					      "occurrences", "gates", "caused_by", "waived" };

	json_out_key_open(out, "properties", '{');
	for (size_t i = 0; i < sizeof copied / sizeof *copied; i++) {
		const json_t *value = jvalue_get(problem, copied[i]);
		if (!value)
			continue;
		json_out_key(out, copied[i]);
		jvalue_write(out, value);
	}
	json_out_key(out, "example");
	jvalue_write(out, jvalue_get(problem, "example"));
	json_out_close(out, '}');
}

static void problem_result(struct text *out, struct document *d, const json_t *rules,
			   const json_t *problem)
{
	const char *rule = jvalue_str(problem, "rule");
	struct text words = { NULL, 0, 0 };

	mapping_sentence(&words, problem);
	json_out_open(out, '{');
	json_out_key_text(out, "ruleId", rule);
	json_out_key_number(out, "ruleIndex", jvalue_int(jvalue_get(rules, rule), "index"));
	json_out_key_text(out, "kind", "fail");
	json_out_key_text(out, "level",
			  mapping_severity(jvalue_str(problem, "severity"))->sarif_level);
	sarif_rules_message(out, "message", text_of(&words));
	locations(out, document_head(d), problem);
	fingerprints(out, "earshotProblem/v1", jvalue_str(problem, "problem"));
	suppressions(out, problem);
	baseline_state(out, jvalue_str(problem, "change"));
	json_out_key_number(out, "occurrenceCount", jvalue_int(problem, "calls"));
	problem_properties(out, problem);
	json_out_close(out, '}');
	text_free(&words);
}

/*
 * What was not seen must be seen to be missing. A condition that fails is a note: its
 * problems are results of their own, at their severity.
 */
static void condition_result(struct text *out, const json_t *head, size_t index,
			     const struct mapping_verdict *v, uint64_t calls)
{
	const char *c = mapping_condition(index);
	const char *const words[] = { "condition", c, v->verdict, NULL };
	struct text said = { NULL, 0, 0 };
	char id[MAPPING_ID];

	text_addf(&said, "%s: %s in ", c, v->said);
	mapping_calls(&said, calls);
	text_add(&said, ".");
	json_out_open(out, '{');
	json_out_key_text(out, "ruleId", c);
	json_out_key_number(out, "ruleIndex", index);
	json_out_key_text(out, "kind", v->sarif);
	json_out_key_text(out, "level", strcmp(v->sarif, "fail") == 0 ? "note" : "none");
	sarif_rules_message(out, "message", text_of(&said));
	json_out_key_open(out, "locations", '[');
	json_out_open(out, '{');
	physical_location(out, mapping_first_file(head));
	json_out_close(out, '}');
	json_out_close(out, ']');
	fingerprints(out, "earshotCondition/v1", mapping_id(id, words));
	json_out_key_open(out, "properties", '{');
	json_out_key_text(out, "condition", c);
	json_out_key_text(out, "verdict", v->verdict);
	json_out_key_number(out, "calls", calls);
	json_out_close(out, '}');
	json_out_close(out, '}');
	text_free(&said);
}

static void condition_results(struct gather *g, const json_t *head, bool first)
{
	const char *c;
	uint64_t n;

	for (size_t i = 0; (c = mapping_condition(i)); i++) {
		for (size_t k = 0; k < MAPPING_VERDICTS; k++) {
			if (!mapping_told(head, c, k, &n))
				continue;
			text_add(&g->t, first ? "\n" : ",\n");
			condition_result(&g->t, head, i, mapping_verdict_at(k), n);
			first = false;
		}
	}
}

static void artifact(struct text *out, size_t i, const json_t *in)
{
	struct text words = { NULL, 0, 0 };

	text_addf(&words, "capture %zu, %s", i + 1, jvalue_str(in, "label"));
	json_out_open(out, '{');
	artifact_location(out, "location", jvalue_str(in, "name"));
	sarif_rules_message(out, "description", text_of(&words));
	json_out_key_number(out, "length", jvalue_int(in, "bytes"));
	if (*jvalue_str(in, "sha256")) {
		json_out_key_open(out, "hashes", '{');
		json_out_key_text(out, "sha-256", jvalue_str(in, "sha256"));
		json_out_close(out, '}');
	}
	json_out_key_open(out, "roles", '[');
	json_out_text(out, "analysisTarget");
	json_out_close(out, ']');
	json_out_close(out, '}');
	text_free(&words);
}

static void artifacts(struct text *out, const json_t *head)
{
	size_t i;
	json_t *in;

	json_out_key_open(out, "artifacts", '[');
	json_array_foreach(jvalue_get(head, "inputs"), i, in)
	{
		artifact(out, i, in);
	}
	json_out_close(out, ']');
}

static void notifications(struct text *out, const json_t *head)
{
	size_t i, k;
	json_t *in, *what;

	json_out_key_open(out, "toolExecutionNotifications", '[');
	json_array_foreach(jvalue_get(head, "inputs"), i, in)
	{
		json_array_foreach(jvalue_get(in, "problems"), k, what)
		{
			json_out_open(out, '{');
			json_out_key_text(out, "level",
					  jvalue_is(in, "complete") ? "note" : "error");
			sarif_rules_message(out, "message", json_string_value(what));
			json_out_key_open(out, "locations", '[');
			json_out_open(out, '{');
			physical_location(out, jvalue_str(in, "name"));
			json_out_close(out, '}');
			json_out_close(out, ']');
			json_out_close(out, '}');
		}
	}
	json_out_close(out, ']');
}

static bool all_whole(const json_t *head)
{
	size_t i;
	json_t *in;

	json_array_foreach(jvalue_get(head, "inputs"), i, in)
	{
		if (!jvalue_is(in, "complete"))
			return false;
	}
	return true;
}

static void invocation(struct text *out, const json_t *head)
{
	const json_t *gate = jvalue_get(jvalue_get(head, "summary"), "gate");

	json_out_key_open(out, "invocations", '[');
	json_out_open(out, '{');
	json_out_key_bool(out, "executionSuccessful", all_whole(head));
	json_out_key_number(out, "exitCode", jvalue_int(gate, "exit"));
	json_out_key_text(out, "exitCodeDescription", jvalue_str(gate, "why"));
	notifications(out, head);
	json_out_close(out, '}');
	json_out_close(out, ']');
}

static void tool(struct text *out, const json_t *head, const json_t *rules)
{
	const json_t *t = jvalue_get(head, "tool");

	json_out_key_open(out, "tool", '{');
	json_out_key_open(out, "driver", '{');
	json_out_key_text(out, "name", "earshot");
	json_out_key_text(out, "version", jvalue_str(t, "version"));
	sarif_rules_write(rules, out);
	json_out_key_open(out, "properties", '{');
	json_out_key_text(out, "rules_sha256", jvalue_str(t, "rules_sha256"));
	json_out_close(out, '}');
	json_out_close(out, '}');
	json_out_close(out, '}');
}

/* Named by policy: a run under another one must not close the alerts of this one. */
static void automation(struct text *out, const json_t *head)
{
	struct text id = { NULL, 0, 0 };

	text_addf(&id, "earshot/%s/", jvalue_str(jvalue_get(head, "tool"), "policy"));
	json_out_key_open(out, "automationDetails", '{');
	json_out_key_text(out, "id", text_of(&id));
	json_out_close(out, '}');
	text_free(&id);
}

static void run_properties(struct text *out, const json_t *head)
{
	static const char *const copied[] = { "label",	"letter",     "score", "coverage",
					      "policy", "conditions", "rows",  "findings",
					      "where",	"waived",     "calls" };
	const json_t *summary = jvalue_get(head, "summary");

	json_out_key_open(out, "properties", '{');
	json_out_key_text(out, "run", jvalue_str(head, "run"));
	for (size_t i = 0; i < sizeof copied / sizeof *copied; i++) {
		if (!jvalue_get(summary, copied[i]))
			continue;
		json_out_key(out, copied[i]);
		jvalue_write(out, jvalue_get(summary, copied[i]));
	}
	json_out_key(out, "losses");
	jvalue_write(out, jvalue_get(head, "losses"));
	json_out_key(out, "limits_hit");
	jvalue_write(out, jvalue_get(head, "limits_hit"));
	json_out_close(out, '}');
}

static void results(struct gather *g, struct document *d, const json_t *rules)
{
	json_t *problem;

	json_out_key_open(&g->t, "results", '[');
	for (size_t i = 0; (problem = mapping_problem(d, i)); i++) {
		text_add(&g->t, i ? ",\n" : "\n");
		problem_result(&g->t, d, rules, problem);
		json_decref(problem);
		if (!gather_some(g))
			return;
	}
	condition_results(g, document_head(d), document_problems(d) == 0);
	text_add(&g->t, "\n");
	json_out_close(&g->t, ']');
}

void format_sarif_write(struct document *d, FILE *out, const struct report_style *style)
{
	struct gather g = { .out = out };
	const json_t *head = document_head(d);
	json_t *rules = sarif_rules_new(d);

	(void)style;
	json_out_open(&g.t, '{');
	json_out_key_text(&g.t, "$schema",
			  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
			  "sarif-schema-2.1.0.json");
	json_out_key_text(&g.t, "version", "2.1.0");
	json_out_key_open(&g.t, "runs", '[');
	json_out_open(&g.t, '{');
	tool(&g.t, head, rules);
	automation(&g.t, head);
	artifacts(&g.t, head);
	invocation(&g.t, head);
	results(&g, d, rules);
	run_properties(&g.t, head);
	json_out_close(&g.t, '}');
	json_out_close(&g.t, ']');
	json_out_close(&g.t, '}');
	text_add(&g.t, "\n");
	gather_end(&g);
	json_decref(rules);
}
