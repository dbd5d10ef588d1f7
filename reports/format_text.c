/* format_text.c - the terminal report: three opening lines, calls worst first, the summary last. */
#include <string.h>

#include "reports/format.h"
#include "reports/jvalue.h"
#include "reports/layout.h"
#include "reports/since.h"
#include "reports/text_call.h"
#include "reports/text_frameworks.h"
#include "reports/wording.h"

enum {
	CALLS_SHOWN = 50,
	RULES_SHOWN = 20,
	ELEMENTS_NAMED = 3,
	CAPTURES_NAMED = 3,
	GAPS_NAMED = 2,
	NARROWEST = 40,
	TAB = 11
};

static void opening_line(struct layout *l, const char *name, const char *text)
{
	layout_bold(l);
	layout_put(l, name);
	layout_plain(l);
	layout_pad(l, TAB);
	layout_wrap(l, text, TAB);
	layout_line(l);
}

/* Captures by the label that evidence names them by; a single one by its file. */
static void captures(struct text *t, const json_t *inputs)
{
	size_t i, n = json_array_size(inputs);

	for (i = 0; i < n && (i < CAPTURES_NAMED || n == i + 1); i++)
		text_addf(t, "%s%s", i ? ", " : "",
			  jvalue_str(json_array_get(inputs, i), n > 1 ? "label" : "name"));
	if (n > i) {
		text_add(t, " and ");
		wording_number(t, n - i);
		text_add(t, " more captures");
	}
	text_add(t, n ? "" : "no capture");
}

static void what_is_here(struct layout *l, const json_t *head)
{
	const json_t *summary = jvalue_get(head, "summary");
	struct text t = { 0 };

	wording_rows(&t, jvalue_get(summary, "rows"));
	text_add(&t, " in ");
	captures(&t, jvalue_get(head, "inputs"));
	text_add(&t, " (");
	wording_count(&t, jvalue_int(jvalue_get(summary, "seen"), "packets"), "packet");
	text_add(&t, ", ");
	wording_count(&t, jvalue_int(jvalue_get(summary, "seen"), "sip_messages"), "SIP message");
	text_add(&t, ")");
	opening_line(l, "in here", text_of(&t));
	text_clear(&t);
	if (wording_cut(head, &t))
		opening_line(l, "cut short", text_of(&t));
	text_clear(&t);
	if (wording_keys_given(head, &t))
		opening_line(l, "keys", text_of(&t));
	text_clear(&t);
	if (wording_asserted(head, &t))
		opening_line(l, "asserted", text_of(&t));
	text_clear(&t);
	if (wording_clocks(head, &t))
		opening_line(l, "clocks", text_of(&t));
	text_clear(&t);
	if (since_where_words(head, &t))
		opening_line(l, "where", text_of(&t));
	text_clear(&t);
	if (since_baseline_words(head, &t))
		opening_line(l, "baseline", text_of(&t));
	text_clear(&t);
	if (since_waivers_words(head, &t))
		opening_line(l, "waivers", text_of(&t));
	text_free(&t);
}

static void not_seen(struct text *t, const json_t *missing)
{
	size_t n = json_array_size(missing);

	for (size_t i = 0; i < n && i < GAPS_NAMED; i++) {
		const json_t *one = json_array_get(missing, i);
		text_addf(t, "%s%s (", i ? "; " : ": ", jvalue_str(one, "what"));
		wording_count(t, jvalue_int(one, "calls"), "call");
		text_add(t, ")");
	}
	text_add(t, n > GAPS_NAMED ? "; and more" : "");
}

static void what_is_missing(struct layout *l, const json_t *head)
{
	const json_t *summary = jvalue_get(head, "summary");
	uint64_t required = jvalue_int(summary, "coverage_required");
	uint64_t made = jvalue_int(summary, "coverage_made");
	struct text t = { 0 };

	if (!required) {
		text_add(&t, "nothing here needed observing");
	} else if (made >= required) {
		text_add(&t, "nothing: all that verdicts need was seen");
	} else {
		unsigned percent = (unsigned)(100 * (required - made) / required);
		text_addf(&t, percent ? "%u %%" : "under 1 %%", percent);
		text_add(&t, " of what verdicts need was not seen");
		not_seen(&t, jvalue_get(summary, "missing"));
	}
	opening_line(l, "missing", text_of(&t));
	text_free(&t);
}

/* The worst problem that does not merely follow from another. */
static const json_t *worst_cause(const json_t *problems)
{
	for (size_t i = 0; i < json_array_size(problems); i++)
		if (!jvalue_has(json_array_get(problems, i), "caused_by"))
			return json_array_get(problems, i);
	return json_array_get(problems, 0);
}

static void what_next(struct layout *l, const json_t *head)
{
	const json_t *worst = worst_cause(jvalue_get(head, "problems"));
	const json_t *summary = jvalue_get(head, "summary");
	struct text t = { 0 };

	if (worst && jvalue_str(worst, "fix")[0]) {
		text_addf(&t, "%s (%s): %s", jvalue_str(worst, "title"), jvalue_str(worst, "rule"),
			  jvalue_str(worst, "fix"));
	} else if (jvalue_int(summary, "calls") == 0 && wording_sip_cut(head)) {
		text_add(&t, "capture the same again, so that SIP messages are whole");
	} else if (jvalue_int(summary, "calls") == 0) {
		text_add(&t, "no call was found: capture where SIP or media passes, for the length "
			     "of a call");
	} else if (json_array_size(jvalue_get(summary, "missing"))) {
		text_add(&t, "capture what is missing, at both ends of the call, and audit all "
			     "files together");
	} else {
		text_add(&t, "nothing to mend was found in what could be seen");
	}
	opening_line(l, "do next", text_of(&t));
	text_free(&t);
}

/* ---- calls ----------------------------------------------------------------------- */

static void put_calls(struct layout *l, struct document *d, int verbose)
{
	size_t n = document_calls(d);
	struct text t = { 0 };

	for (size_t i = 0; i < n && i < CALLS_SHOWN && !ferror(l->out); i++) {
		json_t *call = document_worst_without(d, i, text_call_unshown);
		text_call_put(l, call, verbose);
		json_decref(call);
		layout_line(l);
	}
	if (n <= CALLS_SHOWN)
		return;
	wording_number(&t, n - CALLS_SHOWN);
	text_add(&t, " more, all in JSON (-f json)");
	layout_put(l, text_of(&t));
	layout_line(l);
	layout_line(l);
	text_free(&t);
}

/* ---- problems and the last line ----------------------------------------------- */

/* Where a rule was violated, each place once: by its worst problems, which the head holds. */
static void elements(struct text *t, const json_t *problems, const char *rule, uint64_t all)
{
	const char *named[ELEMENTS_NAMED] = { "" };
	size_t n = 0, k;
	uint64_t looked_at = 0;
	bool more = false;

	for (size_t i = 0; i < json_array_size(problems); i++) {
		const json_t *p = json_array_get(problems, i);
		const char *element = jvalue_str(p, "element");
		if (strcmp(jvalue_str(p, "rule"), rule) != 0)
			continue;
		looked_at++;
		for (k = 0; k < n && strcmp(named[k], element) != 0; k++)
			;
		if (!element[0] || k < n)
			continue;
		more = more || n == ELEMENTS_NAMED;
		if (n == ELEMENTS_NAMED)
			continue;
		named[n++] = element;
		text_addf(t, "%s%s", n > 1 ? ", " : ": ", element);
	}
	text_add(t, n && (more || looked_at < all) ? " and others" : "");
}

static void put_rule(struct layout *l, const json_t *rule, const json_t *problems)
{
	const char *severity = jvalue_str(rule, "severity"), *id = jvalue_str(rule, "rule");
	struct text t = { 0 };

	layout_put(l, "  ");
	layout_tone(l, wording_severity_tone(severity));
	layout_put(l, severity);
	layout_plain(l);
	layout_pad(l, 12);
	layout_put(l, id);
	layout_pad(l, 22);
	text_addf(&t, "%s, ", jvalue_str(rule, "title"));
	wording_count(&t, jvalue_int(rule, "calls"), "call");
	if (jvalue_int(rule, "new")) {
		text_add(&t, ", ");
		wording_number(&t, jvalue_int(rule, "new"));
		text_add(&t, " new or worse");
	}
	elements(&t, problems, id, jvalue_int(rule, "problems"));
	layout_wrap(l, text_of(&t), 22);
	layout_line(l);
	text_free(&t);
}

static void put_problems(struct layout *l, const json_t *head)
{
	const json_t *summary = jvalue_get(head, "summary"), *rules = jvalue_get(summary, "rules");
	size_t n = json_array_size(rules);
	struct text t = { 0 };

	if (!n)
		return;
	wording_count(&t, jvalue_int(summary, "problems"), "problem");
	text_add(&t, ", by rule, worst first; all in JSON (-f json)");
	layout_wrap(l, text_of(&t), 2);
	layout_line(l);
	for (size_t i = 0; i < n && i < RULES_SHOWN; i++)
		put_rule(l, json_array_get(rules, i), jvalue_get(head, "problems"));
	layout_line(l);
	text_free(&t);
}

/* ": 2 critical, 1 high" out of an object of numbers; nothing where all are 0. */
static void tally(struct text *t, const json_t *counts)
{
	const char *name, *before = ": ";
	json_t *value;

	json_object_foreach((json_t *)counts, name, value)
	{
		if (json_integer_value(value) < 1)
			continue;
		text_add(t, before);
		wording_number(t, (uint64_t)json_integer_value(value));
		text_addf(t, " %s", name);
		before = ", ";
	}
	text_add(t, before[0] == ':' ? ": none" : "");
}

static void put_counts(struct layout *l, const json_t *summary)
{
	struct text t = { 0 };

	wording_rows(&t, jvalue_get(summary, "rows"));
	if (jvalue_int(summary, "calls"))
		tally(&t, jvalue_get(summary, "labels"));
	text_add(&t, " \xc2\xb7 findings");
	tally(&t, jvalue_get(summary, "findings"));
	text_addf(&t, " \xc2\xb7 policy %s: %s", jvalue_str(jvalue_get(summary, "policy"), "name"),
		  wording_policy(summary));
	layout_wrap(l, text_of(&t), 2);
	layout_line(l);
	text_free(&t);
}

static void put_unconfined(struct layout *l, const json_t *tool)
{
	if (!jvalue_has(tool, "sandbox"))
		return;
	layout_put(l, "read without confinement (--no-sandbox)");
	layout_line(l);
}

/* One line whatever the width, for whoever reads only that: verdict, counts, and why this code. */
static void last_line(struct layout *l, const json_t *summary)
{
	const json_t *gate = jvalue_get(summary, "gate");
	const char *label = jvalue_str(summary, "label");
	struct text t = { 0 };

	if (label && *label)
		text_addf(&t, "%s \xc2\xb7 ", label);
	wording_rows(&t, jvalue_get(summary, "rows"));
	text_addf(&t, " \xc2\xb7 exit %d: %s", (int)jvalue_int(gate, "exit"),
		  jvalue_str(gate, "why"));
	layout_put(l, text_of(&t));
	layout_line(l);
	text_free(&t);
}

void format_text_write(struct document *d, FILE *out, const struct report_style *style)
{
	static const struct report_style usual = { false, 80, 0 };
	const struct report_style *s = style ? style : &usual;
	struct layout l = { out, s->width < NARROWEST ? NARROWEST : s->width, 0, s->color };
	const json_t *head = document_head(d);

	if (s->verbose >= 0) {
		what_is_here(&l, head);
		what_is_missing(&l, head);
		what_next(&l, head);
		layout_line(&l);
		put_calls(&l, d, s->verbose);
		put_problems(&l, head);
		text_frameworks_put(&l, head);
	}
	put_counts(&l, jvalue_get(head, "summary"));
	put_unconfined(&l, jvalue_get(head, "tool"));
	last_line(&l, jvalue_get(head, "summary"));
}
