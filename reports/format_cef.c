/* format_cef.c - Common Event Format: a line a call, a line a problem. */
#include "reports/format.h"

#include <inttypes.h>
#include <string.h>

#include "reports/escape_cef.h"
#include "reports/jvalue.h"
#include "reports/lines.h"
#include "reports/mapping.h"
#include "reports/wording.h"

static void header(struct text *t, const json_t *head, const char *class_id, const char *name,
		   int severity)
{
	text_add(t, "CEF:0|earshot|earshot|");
	escape_cef_header(t, jvalue_str(jvalue_get(head, "tool"), "version"));
	text_add(t, "|");
	escape_cef_header(t, class_id);
	text_add(t, "|");
	escape_cef_header(t, name);
	text_addf(t, "|%d|cat=", severity);
}

/* An empty value is left out. */
static void pair(struct text *t, const char *key, const char *value)
{
	if (!*value)
		return;
	text_addf(t, " %s=", key);
	escape_cef_value(t, value);
}

static void custom(struct text *t, int n, const char *label, const char *value)
{
	if (*value)
		text_addf(t, " cs%dLabel=%s cs%d=", n, label, n);
	escape_cef_value(t, value);
}

static void time_pair(struct text *t, const char *key, const char *when)
{
	uint64_t ms = mapping_ms(when);

	if (ms)
		text_addf(t, " %s=%" PRIu64, key, ms);
}

/* The worst of what is violated and not waived. */
static int worst(const json_t *call)
{
	int severity = 0;
	size_t i;
	json_t *f;

	json_array_foreach(jvalue_get(call, "findings"), i, f)
	{
		int s = mapping_severity(jvalue_str(f, "severity"))->cef;
		if (strcmp(jvalue_str(f, "outcome"), "violated") == 0 &&
		    !json_is_object(jvalue_get(f, "waived")) && s > severity)
			severity = s;
	}
	return severity;
}

static const char *label_of(const json_t *call)
{
	const char *label = jvalue_str(call, "label");

	return *label ? label : "no label";
}

/* Addresses may be pseudonyms, which src and dst are not for: shost and dhost take any name. */
static void ends(struct text *t, const json_t *call)
{
	static const char *const keys[] = { "shost", "dhost" };
	char host[128];

	for (size_t i = 0; i < 2; i++) {
		wording_host(jvalue_str(json_array_get(jvalue_get(call, "ends"), i), "address"),
			     host, sizeof host);
		pair(t, keys[i], host);
	}
}

static void call_line(struct text *t, const json_t *head, const json_t *call)
{
	const json_t *score = jvalue_get(call, "score");
	const char *c;

	header(t, head, "call", label_of(call), worst(call));
	escape_cef_value(t, jvalue_str(call, "kind"));
	time_pair(t, "rt", jvalue_str(call, "end"));
	time_pair(t, "start", jvalue_str(call, "start"));
	time_pair(t, "end", jvalue_str(call, "end"));
	pair(t, "externalId", jvalue_str(call, "id"));
	pair(t, "suser", jvalue_str(call, "from"));
	pair(t, "duser", jvalue_str(call, "to"));
	ends(t, call);
	pair(t, "outcome", jvalue_str(call, "policy_result"));
	for (int i = 0; (c = mapping_condition((size_t)i)); i++)
		custom(t, i + 1, c,
		       mapping_verdict(
			       jvalue_str(jvalue_get(jvalue_get(call, "conditions"), c), "verdict"))
			       ->verdict);
	custom(t, 4, "label", label_of(call));
	custom(t, 5, "run", jvalue_str(head, "run"));
	if (json_is_integer(score))
		text_addf(t, " cn1Label=score cn1=%" PRIu64, jvalue_int(call, "score"));
	text_add(t, "\n");
}

static void problem_line(struct text *t, const json_t *head, const json_t *problem)
{
	const struct mapping_severity *s = mapping_severity(jvalue_str(problem, "severity"));
	bool waived = mapping_waived(problem);

	header(t, head, jvalue_str(problem, "rule"), jvalue_str(problem, "title"),
	       waived ? 0 : s->cef);
	escape_cef_value(t, jvalue_str(problem, "class"));
	time_pair(t, "rt", jvalue_str(problem, "last"));
	time_pair(t, "start", jvalue_str(problem, "first"));
	time_pair(t, "end", jvalue_str(problem, "last"));
	pair(t, "externalId", jvalue_str(problem, "problem"));
	text_addf(t, " cnt=%" PRIu64, jvalue_int(problem, "calls"));
	pair(t, "outcome", waived ? "waived" : "violated");
	custom(t, 1, "element", jvalue_str(problem, "element"));
	custom(t, 2, "fix", jvalue_str(problem, "fix"));
	custom(t, 3, "filter", jvalue_str(jvalue_get(problem, "example"), "filter"));
	custom(t, 4, "change", jvalue_str(problem, "change"));
	custom(t, 5, "run", jvalue_str(head, "run"));
	custom(t, 6, "waivedBecause", jvalue_str(jvalue_get(problem, "waived_by"), "reason"));
	pair(t, "msg", jvalue_str(jvalue_get(problem, "example"), "detail"));
	text_add(t, "\n");
}

void format_cef_write(struct document *d, FILE *out, const struct report_style *style)
{
	struct gather g = { .out = out };

	(void)style;
	lines_problems(&g, d, problem_line);
	lines_calls(&g, d, call_line);
	gather_end(&g);
}
