/* format_metrics.c - the run in Prometheus' text format: no call, no address, few labels. */
#include "reports/format.h"

#include <inttypes.h>
#include <string.h>

#include "reports/escape_metric.h"
#include "reports/gather.h"
#include "reports/json_out.h"
#include "reports/jvalue.h"
#include "reports/mapping.h"

static void head_lines(struct text *t, const char *name, const char *help)
{
	text_addf(t, "# HELP earshot_%s %s\n# TYPE earshot_%s gauge\n", name, help, name);
}

/* Up to three labels, name and value in turn; NULL ends. */
static void sample(struct text *t, const char *name, const char *const *labels, const json_t *value)
{
	if (!json_is_number(value))
		return;
	text_addf(t, "earshot_%s", name);
	for (size_t i = 0; labels && labels[i]; i += 2) {
		text_addf(t, "%s%s=", i ? "," : "{", labels[i]);
		escape_metric_label(t, labels[i + 1]);
	}
	text_add(t, labels && labels[0] ? "} " : " ");
	jvalue_write(t, value);
	text_add(t, "\n");
}

static void alone(struct text *t, const char *name, const char *help, const json_t *value)
{
	if (!json_is_number(value))
		return;
	head_lines(t, name, help);
	sample(t, name, NULL, value);
}

static void conditions(struct text *t, const json_t *summary)
{
	const char *c, *verdict;
	json_t *n;

	head_lines(t, "condition_calls", "Calls by condition and verdict.");
	for (size_t i = 0; (c = mapping_condition(i)); i++) {
		const json_t *one = jvalue_get(jvalue_get(summary, "conditions"), c);
		json_object_foreach(json_object_get(one, "counts"), verdict, n)
		{
			sample(t, "condition_calls",
			       (const char *[]){ "condition", c, "verdict", verdict, NULL }, n);
		}
	}
}

/* A metric of the members of an object, each under its name in one label. */
static void by_member(struct text *t, const char *name, const char *help, const char *label,
		      const json_t *object)
{
	const char *key;
	json_t *n;

	head_lines(t, name, help);
	json_object_foreach((json_t *)object, key, n)
	{
		sample(t, name, (const char *[]){ label, key, NULL }, n);
	}
}

static void rules(struct text *t, const json_t *summary, const char *name, const char *help,
		  const char *key)
{
	size_t i;
	json_t *r;

	head_lines(t, name, help);
	json_array_foreach(jvalue_get(summary, "rules"), i, r)
	{
		sample(t, name,
		       (const char *[]){ "rule", jvalue_str(r, "rule"), "severity",
					 jvalue_str(r, "severity"), NULL },
		       jvalue_get(r, key));
	}
}

/* Problems by severity and class; those that somebody answers for apart. */
static void problems(struct text *t, struct document *d)
{
	json_t *counts[2] = { json_object(), json_object() }, *problem;
	static const char *const names[] = { "problems", "problems_waived" };
	static const char *const helps[] = {
		"Problems by severity and class, waived ones left out.",
		"Problems that a waiver holds for."
	};

	for (size_t i = 0; (problem = mapping_problem(d, i)); i++) {
		json_t *of = counts[mapping_waived(problem)];
		char key[64];
		(void)snprintf(key, sizeof key, "%s %s", jvalue_str(problem, "severity"),
			       jvalue_str(problem, "class"));
		jvalue_put(of, key, jvalue_number(jvalue_int(of, key) + 1));
		json_decref(problem);
	}
	for (int w = 0; w < 2; w++) {
		const char *key;
		json_t *n;
		head_lines(t, names[w], helps[w]);
		json_object_foreach(counts[w], key, n)
		{
			const char *blank = strchr(key, ' ');
			char severity[32];
			(void)snprintf(severity, sizeof severity, "%.*s", (int)(blank - key), key);
			sample(t, names[w],
			       (const char *[]){ "severity", severity, "class", blank + 1, NULL },
			       n);
		}
		json_decref(counts[w]);
	}
}

/* Of a report made by another program a key may be anything. */
static bool is_name(const char *key)
{
	return *key && strlen(key) < 64 &&
	       strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(key);
}

/* Each member its own metric: what was lost has no label of the few that are allowed. */
static void members(struct text *t, const char *prefix, const char *help, const json_t *object)
{
	const char *key;
	json_t *n;

	json_object_foreach((json_t *)object, key, n)
	{
		char name[96], said[160];
		if (!json_is_number(n) || !is_name(key))
			continue;
		(void)snprintf(name, sizeof name, "%s_%s", prefix, key);
		(void)snprintf(said, sizeof said, "%s: %s.", help, key);
		alone(t, name, said, n);
	}
}

static void span(struct text *t, const json_t *head)
{
	uint64_t first = 0, last = 0, whole = 0;
	size_t i;
	json_t *in;

	json_array_foreach(jvalue_get(head, "inputs"), i, in)
	{
		uint64_t a = mapping_ms(jvalue_str(in, "first"));
		uint64_t b = mapping_ms(jvalue_str(in, "last"));
		first = a && (!first || a < first) ? a : first;
		last = b > last ? b : last;
		whole += jvalue_is(in, "complete");
	}
	json_t *values[] = { json_integer((json_int_t)i), json_integer((json_int_t)whole),
			     json_real((double)first / 1000), json_real((double)last / 1000) };
	alone(t, "inputs", "Captures given.", values[0]);
	alone(t, "inputs_complete", "Captures that could be read whole.", values[1]);
	alone(t, "capture_first_timestamp_seconds", "Time of the first packet.", values[2]);
	alone(t, "capture_last_timestamp_seconds", "Time of the last packet.", values[3]);
	for (size_t k = 0; k < sizeof values / sizeof *values; k++)
		json_decref(values[k]);
}

static void summary_values(struct text *t, const json_t *s)
{
	static const char *const one[][3] = {
		{ "calls", "calls", "Rows of the report: calls and all else that was judged." },
		{ "score", "score_worst", "Lowest score of a call, 0 to 100; absent without one." },
		{ "coverage", "coverage_ratio", "Observations made of those verdicts need." },
		{ "exposed_media_seconds", "exposed_media_seconds", "Media that was readable." },
		{ "met_policy", "policy_met_calls", "Calls that meet the policy." },
		{ "not_met_policy", "policy_not_met_calls", "Calls that do not." },
		{ "cannot_tell_policy", "policy_cannot_tell_calls",
		  "Calls of which it could not be told." },
		{ "gating_findings", "gating_findings", "Findings that the policy gates on." },
		{ "waived", "waived_findings", "Findings that a waiver holds for." },
		{ "within_earshot_count", "listeners", "Hosts and links that could listen." },
	};

	for (size_t i = 0; i < sizeof one / sizeof *one; i++)
		alone(t, one[i][1], one[i][2], jvalue_get(s, one[i][0]));
	alone(t, "exit_code", "What the run ended with (0 to 5; see the manual).",
	      jvalue_get(jvalue_get(s, "gate"), "exit"));
}

void format_metrics_write(struct document *d, FILE *out, const struct report_style *style)
{
	struct gather g = { .out = out };
	const json_t *head = document_head(d), *s = jvalue_get(head, "summary");

	(void)style;
	conditions(&g.t, s);
	by_member(&g.t, "label_calls", "Calls by label.", "label", jvalue_get(s, "labels"));
	by_member(&g.t, "findings", "Findings by severity.", "severity", jvalue_get(s, "findings"));
	problems(&g.t, d);
	rules(&g.t, s, "rule_calls", "Calls in which a rule was violated.", "calls");
	rules(&g.t, s, "rule_problems", "Problems of a rule.", "problems");
	summary_values(&g.t, s);
	span(&g.t, head);
	members(&g.t, "seen", "Counted in the captures", jvalue_get(s, "seen"));
	members(&g.t, "lost", "Lost or cut short", jvalue_get(head, "losses"));
	gather_end(&g);
}
