/* format_oscal.c - OSCAL assessment results: what speaks against a control, and what was seen. */
#include "reports/format.h"

#include <string.h>

#include "reports/escape_uri.h"
#include "reports/gather.h"
#include "reports/json_out.h"
#include "reports/jvalue.h"
#include "reports/mapping.h"
#include "reports/oscal_part.h"

#define OSCAL_VERSION "1.1.2"
#define NO_TIME	      "1970-01-01T00:00:00Z"

/* The first or last packet of all captures. */
static const char *edge(const json_t *head, const char *key, bool last)
{
	const char *best = "";
	size_t i;
	json_t *in;

	json_array_foreach(jvalue_get(head, "inputs"), i, in)
	{
		const char *when = jvalue_str(in, key);
		int order = *best ? strcmp(when, best) : 0;
		if (*when && (!*best || (last ? order > 0 : order < 0)))
			best = when;
	}
	return *best ? best : NO_TIME;
}

static void title(struct text *t, const json_t *head)
{
	const char *label = jvalue_str(jvalue_get(head, "summary"), "label");
	struct text said = { NULL, 0, 0 };

	text_addf(&said, "Encryption of voice over IP in captures: %s",
		  *label ? label : "nothing to judge");
	oscal_part_line(t, "title", text_of(&said));
	text_free(&said);
}

static void metadata(struct text *t, const json_t *head)
{
	const json_t *tool = jvalue_get(head, "tool");

	json_out_key_open(t, "metadata", '{');
	title(t, head);
	json_out_key_text(t, "last-modified", edge(head, "last", true));
	oscal_part_string(t, "version", jvalue_str(head, "run"));
	json_out_key_text(t, "oscal-version", OSCAL_VERSION);
	json_out_key_open(t, "props", '[');
	oscal_part_prop(t, "tool-version", jvalue_str(tool, "version"));
	oscal_part_prop(t, "rules-sha256", jvalue_str(tool, "rules_sha256"));
	oscal_part_prop(t, "policy", jvalue_str(tool, "policy"));
	json_out_close(t, ']');
	json_out_close(t, '}');
}

/* An assessment plan is asked for: what was run, in place of one. */
static void plan(struct text *t, const json_t *head)
{
	char id[MAPPING_UUID + 1] = "#";

	(void)oscal_part_uuid(id + 1, head, "plan", "");
	json_out_key_open(t, "import-ap", '{');
	json_out_key_text(t, "href", id);
	json_out_close(t, '}');
}

static void result_props(struct text *t, const json_t *head)
{
	const json_t *s = jvalue_get(head, "summary");
	struct text exit = { NULL, 0, 0 };

	text_addf(&exit, "%llu", (unsigned long long)jvalue_int(jvalue_get(s, "gate"), "exit"));
	json_out_key_open(t, "props", '[');
	oscal_part_prop(t, "run", jvalue_str(head, "run"));
	oscal_part_prop(t, "label", jvalue_str(s, "label"));
	oscal_part_prop(t, "letter", jvalue_str(s, "letter"));
	oscal_part_prop(t, "policy-result", jvalue_str(jvalue_get(s, "policy"), "result"));
	oscal_part_prop(t, "exit-code", text_of(&exit));
	json_out_close(t, ']');
	text_free(&exit);
}

static void observations(struct gather *g, struct document *d, json_t *by_rule)
{
	const json_t *head = document_head(d);
	const char *c;
	json_t *problem;
	uint64_t n;

	json_out_key_open(&g->t, "observations", '[');
	for (size_t i = 0; (problem = mapping_problem(d, i)) && gather_some(g); i++) {
		text_add(&g->t, i ? ",\n" : "\n");
		oscal_part_problem(&g->t, head, problem, by_rule);
		json_decref(problem);
	}
	bool first = document_problems(d) == 0;
	for (size_t i = 0; (c = mapping_condition(i)); i++)
		for (size_t k = 0; k < MAPPING_VERDICTS; k++) {
			if (!mapping_told(head, c, k, &n))
				continue;
			text_add(&g->t, first ? "\n" : ",\n");
			oscal_part_condition(&g->t, head, c, mapping_verdict_at(k), n,
					     edge(head, "last", true));
			first = false;
		}
	oscal_part_open_controls(&g->t, head, edge(head, "last", true));
	text_add(&g->t, "\n");
	json_out_close(&g->t, ']');
}

static void result(struct gather *g, struct document *d)
{
	const json_t *head = document_head(d);
	json_t *by_rule = json_object();
	char id[MAPPING_UUID];

	json_out_open(&g->t, '{');
	json_out_key_text(&g->t, "uuid", oscal_part_uuid(id, head, "result", ""));
	title(&g->t, head);
	json_out_key_text(&g->t, "description",
			  jvalue_str(jvalue_get(jvalue_get(head, "summary"), "gate"), "why"));
	json_out_key_text(&g->t, "start", edge(head, "first", false));
	json_out_key_text(&g->t, "end", edge(head, "last", true));
	result_props(&g->t, head);
	oscal_part_reviewed(&g->t, head);
	observations(g, d, by_rule);
	oscal_part_findings(&g->t, head, by_rule);
	json_out_close(&g->t, '}');
	json_decref(by_rule);
}

static void capture_resource(struct text *t, const json_t *head, size_t i, const json_t *in)
{
	struct text uri = { NULL, 0, 0 };
	char id[MAPPING_UUID];

	escape_uri_path(&uri, jvalue_str(in, "name"));
	json_out_open(t, '{');
	json_out_key_text(t, "uuid", oscal_part_capture(id, head, i));
	oscal_part_line(t, "title", jvalue_str(in, "label"));
	json_out_key_open(t, "rlinks", '[');
	json_out_open(t, '{');
	json_out_key_text(t, "href", uri.n ? uri.p : "-");
	if (*jvalue_str(in, "sha256")) {
		json_out_key_open(t, "hashes", '[');
		json_out_open(t, '{');
		json_out_key_text(t, "algorithm", "SHA-256");
		json_out_key_text(t, "value", jvalue_str(in, "sha256"));
		json_out_close(t, '}');
		json_out_close(t, ']');
	}
	json_out_close(t, '}');
	json_out_close(t, ']');
	json_out_close(t, '}');
	text_free(&uri);
}

static void back_matter(struct text *t, const json_t *head)
{
	char id[MAPPING_UUID];
	size_t i;
	json_t *in;

	json_out_key_open(t, "back-matter", '{');
	json_out_key_open(t, "resources", '[');
	json_out_open(t, '{');
	json_out_key_text(t, "uuid", oscal_part_uuid(id, head, "plan", ""));
	json_out_key_text(t, "title", "In place of an assessment plan");
	json_out_key_text(
		t, "description",
		"Captures of network traffic were read and judged by the rules of earshot; "
		"no assessment plan was imported.");
	json_out_close(t, '}');
	json_array_foreach(jvalue_get(head, "inputs"), i, in)
	{
		capture_resource(t, head, i, in);
	}
	json_out_close(t, ']');
	json_out_close(t, '}');
}

void format_oscal_write(struct document *d, FILE *out, const struct report_style *style)
{
	struct gather g = { .out = out };
	const json_t *head = document_head(d);
	char id[MAPPING_UUID];

	(void)style;
	json_out_open(&g.t, '{');
	json_out_key_open(&g.t, "assessment-results", '{');
	json_out_key_text(&g.t, "uuid", oscal_part_uuid(id, head, "results", ""));
	metadata(&g.t, head);
	plan(&g.t, head);
	json_out_key_open(&g.t, "results", '[');
	result(&g, d);
	json_out_close(&g.t, ']');
	back_matter(&g.t, head);
	json_out_close(&g.t, '}');
	json_out_close(&g.t, '}');
	text_add(&g.t, "\n");
	gather_end(&g);
}
