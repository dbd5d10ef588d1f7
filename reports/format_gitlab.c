/* format_gitlab.c - GitLab code quality: one issue a problem, one a condition. */
#include "reports/format.h"

#include "reports/gather.h"
#include "reports/json_out.h"
#include "reports/jvalue.h"
#include "reports/mapping.h"

/* A capture has no lines; the viewer wants one. */
static void location(struct text *t, const char *file)
{
	json_out_key_open(t, "location", '{');
	json_out_key_text(t, "path", *file ? file : "capture");
	json_out_key_open(t, "lines", '{');
	json_out_key_number(t, "begin", 1);
	json_out_close(t, '}');
	json_out_close(t, '}');
}

static void issue(struct text *t, const char *description, const char *check, const char *print,
		  const char *severity, const char *file)
{
	json_out_open(t, '{');
	json_out_key_text(t, "type", "issue");
	json_out_key_text(t, "description", description);
	json_out_key_text(t, "check_name", check);
	json_out_key_text(t, "fingerprint", print);
	json_out_key_text(t, "severity", severity);
	json_out_key_open(t, "categories", '[');
	json_out_text(t, "Security");
	json_out_close(t, ']');
	location(t, file);
	json_out_close(t, '}');
}

static void problem_issue(struct text *t, const json_t *head, const json_t *problem)
{
	const char *severity = mapping_severity(jvalue_str(problem, "severity"))->gitlab;
	const char *file = mapping_file(head, jvalue_str(mapping_evidence(problem), "input"));
	bool waived = mapping_waived(problem);
	struct text said = { NULL, 0, 0 };

	if (waived)
		text_addf(&said,
			  "waived (%s): ", jvalue_str(jvalue_get(problem, "waived_by"), "reason"));
	mapping_sentence(&said, problem);
	issue(t, text_of(&said), jvalue_str(problem, "rule"), jvalue_str(problem, "problem"),
	      waived ? "info" : severity, *file ? file : mapping_first_file(head));
	text_free(&said);
}

/* Its fingerprint is of what is said of all calls: an issue that comes, or goes, when that does. */
static void condition_issue(struct text *t, const json_t *head, const char *name)
{
	const json_t *summary = jvalue_get(head, "summary");
	const json_t *c = jvalue_get(jvalue_get(summary, "conditions"), name);
	const struct mapping_verdict *combined = mapping_verdict(jvalue_str(c, "verdict"));
	const char *const words[] = { "condition", name, combined->verdict, NULL };
	struct text said = { NULL, 0, 0 };
	char id[MAPPING_ID];

	text_addf(&said, "%s: %s (", name, combined->said);
	for (size_t i = 0; i < MAPPING_VERDICTS; i++) {
		const struct mapping_verdict *v = mapping_verdict_at(i);
		text_addf(&said, "%s%s in %llu", i ? ", " : "", v->said,
			  (unsigned long long)jvalue_int(jvalue_get(c, "counts"), v->verdict));
	}
	text_addf(&said, " of %llu calls)", (unsigned long long)jvalue_int(summary, "calls"));
	issue(t, text_of(&said), name, mapping_id(id, words), "info", mapping_first_file(head));
	text_free(&said);
}

void format_gitlab_write(struct document *d, FILE *out, const struct report_style *style)
{
	struct gather g = { .out = out };
	json_t *problem;
	const char *c;

	(void)style;
	text_add(&g.t, "[\n");
	for (size_t i = 0; (problem = mapping_problem(d, i)); i++) {
		problem_issue(&g.t, document_head(d), problem);
		text_add(&g.t, ",\n");
		json_decref(problem);
		if (!gather_some(&g))
			break;
	}
	for (size_t i = 0; (c = mapping_condition(i)); i++) {
		text_add(&g.t, i ? ",\n" : "");
		condition_issue(&g.t, document_head(d), c);
	}
	text_add(&g.t, "\n]\n");
	gather_end(&g);
}
