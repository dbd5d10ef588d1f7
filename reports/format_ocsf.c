/* format_ocsf.c - Open Cybersecurity Schema Framework: Compliance Findings (2003), one a line. */
#include "reports/format.h"

#include <string.h>

#include "reports/json_out.h"
#include "reports/jvalue.h"
#include "reports/lines.h"
#include "reports/mapping.h"

#define OCSF_VERSION "1.5.0"

enum { CATEGORY_FINDINGS = 2, CLASS_COMPLIANCE = 2003, ACTIVITY_CREATE = 1, ACTIVITY_UPDATE = 2 };
enum { STATUS_NEW = 1, STATUS_SUPPRESSED = 3 };

static void metadata(struct text *t, const json_t *head)
{
	json_out_key_open(t, "metadata", '{');
	json_out_key_text(t, "version", OCSF_VERSION);
	json_out_key_open(t, "product", '{');
	json_out_key_text(t, "name", "earshot");
	json_out_key_text(t, "vendor_name", "earshot");
	json_out_key_text(t, "version", jvalue_str(jvalue_get(head, "tool"), "version"));
	json_out_close(t, '}');
	json_out_key_text(t, "correlation_uid", jvalue_str(head, "run"));
	json_out_close(t, '}');
}

static void time_of(struct text *t, const char *key, const char *when)
{
	if (mapping_ms(when))
		json_out_key_number(t, key, mapping_ms(when));
}

/* What every finding of this class has; `updated`: an earlier report had it, too. */
static void base(struct text *t, const json_t *head, bool updated, uint64_t ms,
		 const struct mapping_severity *s)
{
	int activity = updated ? ACTIVITY_UPDATE : ACTIVITY_CREATE;

	json_out_open(t, '{');
	json_out_key_number(t, "activity_id", (uint64_t)activity);
	json_out_key_text(t, "activity_name", updated ? "Update" : "Create");
	json_out_key_number(t, "category_uid", CATEGORY_FINDINGS);
	json_out_key_text(t, "category_name", "Findings");
	json_out_key_number(t, "class_uid", CLASS_COMPLIANCE);
	json_out_key_text(t, "class_name", "Compliance Finding");
	json_out_key_number(t, "type_uid", (uint64_t)(CLASS_COMPLIANCE * 100 + activity));
	json_out_key_number(t, "time", ms);
	json_out_key_number(t, "severity_id", (uint64_t)s->ocsf);
	json_out_key_text(t, "severity", s->ocsf_severity);
	metadata(t, head);
}

static void status(struct text *t, const struct mapping_verdict *v)
{
	json_out_key_number(t, "status_id", (uint64_t)v->ocsf);
	json_out_key_text(t, "status", v->ocsf_status);
	json_out_key_text(t, "status_code", v->verdict);
}

static uint64_t last_ms(const json_t *head)
{
	uint64_t last = 0;
	size_t i;
	json_t *in;

	json_array_foreach(jvalue_get(head, "inputs"), i, in)
	{
		uint64_t ms = mapping_ms(jvalue_str(in, "last"));
		last = ms > last ? ms : last;
	}
	return last;
}

static void standards(struct text *t, const json_t *head)
{
	size_t i;
	json_t *f;

	json_out_key_open(t, "standards", '[');
	json_array_foreach(jvalue_get(head, "frameworks"), i, f)
	{
		json_out_text(t, jvalue_str(f, "title"));
	}
	json_out_close(t, ']');
}

/* ---- a problem -------------------------------------------------------------------------- */

static void problem_compliance(struct text *t, const json_t *head, const json_t *problem)
{
	json_out_key_open(t, "compliance", '{');
	json_out_key_text(t, "control", jvalue_str(problem, "rule"));
	standards(t, head);
	json_out_key(t, "requirements");
	jvalue_write(t, jvalue_get(problem, "citations"));
	status(t, mapping_verdict("fail"));
	json_out_close(t, '}');
}

static void info(struct text *t, const json_t *problem)
{
	json_out_key_open(t, "finding_info", '{');
	json_out_key_text(t, "uid", jvalue_str(problem, "problem"));
	json_out_key_text(t, "title", jvalue_str(problem, "title"));
	json_out_key_text(t, "desc", jvalue_str(jvalue_get(problem, "example"), "detail"));
	json_out_key_open(t, "types", '[');
	json_out_text(t, jvalue_str(problem, "class"));
	json_out_close(t, ']');
	time_of(t, "first_seen_time", jvalue_str(problem, "first"));
	time_of(t, "last_seen_time", jvalue_str(problem, "last"));
	json_out_close(t, '}');
}

static void evidences(struct text *t, const json_t *head, const json_t *problem)
{
	size_t i;
	json_t *e;

	json_out_key_open(t, "evidences", '[');
	json_array_foreach(jvalue_get(jvalue_get(problem, "example"), "evidence"), i, e)
	{
		json_out_open(t, '{');
		json_out_key_open(t, "data", '{');
		json_out_key_text(t, "input", jvalue_str(e, "input"));
		json_out_key_text(t, "file", mapping_file(head, jvalue_str(e, "input")));
		json_out_key_number(t, "frame", jvalue_int(e, "frame"));
		json_out_key_text(t, "time", jvalue_str(e, "time"));
		json_out_close(t, '}');
		json_out_close(t, '}');
	}
	json_out_close(t, ']');
}

static void resources(struct text *t, const json_t *problem)
{
	const char *element = jvalue_str(problem, "element");

	json_out_key_open(t, "resources", '[');
	json_out_open(t, '{');
	json_out_key_text(t, "name", *element ? element : "unknown");
	json_out_key_text(t, "type", "SIP element");
	json_out_close(t, '}');
	json_out_close(t, ']');
}

/* A finding's own status is its place in somebody's work: new, or put aside by a waiver. */
static void lifecycle(struct text *t, const json_t *problem)
{
	bool waived = mapping_waived(problem);

	json_out_key_number(t, "status_id", waived ? STATUS_SUPPRESSED : STATUS_NEW);
	json_out_key_text(t, "status", waived ? "Suppressed" : "New");
	if (waived)
		json_out_key_text(t, "comment",
				  jvalue_str(jvalue_get(problem, "waived_by"), "reason"));
}

static void unmapped(struct text *t, const json_t *problem)
{
	static const char *const copied[] = { "class",	   "gates",  "waived",
					      "waived_by", "change", "caused_by" };

	json_out_key_open(t, "unmapped", '{');
	json_out_key_open(t, "earshot", '{');
	jvalue_copy(t, problem, copied, sizeof copied / sizeof *copied);
	json_out_close(t, '}');
	json_out_close(t, '}');
}

static void problem_line(struct text *t, const json_t *head, const json_t *problem)
{
	const char *change = jvalue_str(problem, "change");
	struct text words = { NULL, 0, 0 };

	mapping_sentence(&words, problem);
	base(t, head, strcmp(change, "known") == 0 || strcmp(change, "worse") == 0,
	     mapping_ms(jvalue_str(problem, "last")),
	     mapping_severity(jvalue_str(problem, "severity")));
	lifecycle(t, problem);
	json_out_key_number(t, "count", jvalue_int(problem, "calls"));
	time_of(t, "start_time", jvalue_str(problem, "first"));
	time_of(t, "end_time", jvalue_str(problem, "last"));
	json_out_key_text(t, "message", text_of(&words));
	info(t, problem);
	problem_compliance(t, head, problem);
	json_out_key_open(t, "remediation", '{');
	json_out_key_text(t, "desc", jvalue_str(problem, "fix"));
	json_out_close(t, '}');
	resources(t, problem);
	if (mapping_evidence(problem))
		evidences(t, head, problem);
	unmapped(t, problem);
	json_out_close(t, '}');
	text_add(t, "\n");
	text_free(&words);
}

/* ---- a condition and verdict --------------------------------------------------------------- */

static void condition_line(struct text *t, const json_t *head, const char *condition,
			   const struct mapping_verdict *v, uint64_t calls)
{
	const char *const words[] = { "condition", condition, v->verdict, NULL };
	struct text said = { NULL, 0, 0 };
	char id[MAPPING_ID];

	text_addf(&said, "%s: %s in ", condition, v->said);
	mapping_calls(&said, calls);
	base(t, head, false, last_ms(head), mapping_severity("info"));
	json_out_key_number(t, "status_id", STATUS_NEW);
	json_out_key_text(t, "status", "New");
	json_out_key_number(t, "count", calls);
	json_out_key_text(t, "message", text_of(&said));
	json_out_key_open(t, "finding_info", '{');
	json_out_key_text(t, "uid", mapping_id(id, words));
	json_out_key_text(t, "title", text_of(&said));
	json_out_close(t, '}');
	json_out_key_open(t, "compliance", '{');
	json_out_key_text(t, "control", condition);
	standards(t, head);
	status(t, v);
	json_out_close(t, '}');
	json_out_close(t, '}');
	text_add(t, "\n");
	text_free(&said);
}

static void conditions(struct text *t, const json_t *head)
{
	const char *c;
	uint64_t n;

	for (size_t i = 0; (c = mapping_condition(i)); i++)
		for (size_t k = 0; k < MAPPING_VERDICTS; k++)
			if (mapping_told(head, c, k, &n))
				condition_line(t, head, c, mapping_verdict_at(k), n);
}

void format_ocsf_write(struct document *d, FILE *out, const struct report_style *style)
{
	struct gather g = { .out = out };

	(void)style;
	lines_problems(&g, d, problem_line);
	conditions(&g.t, document_head(d));
	gather_end(&g);
}
