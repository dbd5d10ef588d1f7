/* format_text.c - the terminal report: three opening lines, calls worst first, the summary last. */
#include <string.h>

#include "reports/format.h"
#include "reports/jvalue.h"
#include "reports/layout.h"
#include "reports/wording.h"

enum { CALLS_SHOWN = 50, PROBLEMS_SHOWN = 20, LISTENERS_SHOWN = 6, NARROWEST = 40, TAB = 11 };

static const char *const condition_names[] = { "signaling", "keys", "media" };

static void opening_line(struct layout *l, const char *name, const char *text)
{
	layout_bold(l);
	layout_put(l, name);
	layout_plain(l);
	layout_pad(l, TAB);
	layout_wrap(l, text, TAB);
	layout_line(l);
}

static void what_is_here(struct layout *l, const json_t *head)
{
	const json_t *inputs = jvalue_get(head, "inputs"), *summary = jvalue_get(head, "summary");
	struct text t = { 0 };
	size_t i, n = json_array_size(inputs);

	wording_rows(&t, jvalue_get(summary, "rows"));
	text_add(&t, " in ");
	for (i = 0; i < n && i < 4; i++)
		text_addf(&t, "%s%s", i ? ", " : "", jvalue_str(json_array_get(inputs, i), "name"));
	if (n > i) {
		text_add(&t, " and ");
		wording_count(&t, n - i, "other file");
	}
	text_add(&t, n ? " (" : "no input (");
	wording_count(&t, jvalue_int(jvalue_get(summary, "seen"), "packets"), "packet");
	text_add(&t, ", ");
	wording_count(&t, jvalue_int(jvalue_get(summary, "seen"), "sip_messages"), "SIP message");
	text_add(&t, ")");
	opening_line(l, "in here", text_of(&t));
	text_free(&t);
}

static void what_is_missing(struct layout *l, const json_t *head)
{
	const json_t *summary = jvalue_get(head, "summary");
	const json_t *missing = jvalue_get(summary, "missing");
	struct text t = { 0 };

	if (jvalue_int(summary, "coverage_required"))
		text_addf(&t, "%.0f %% of the observations needed were made",
			  100.0 * jvalue_real(summary, "coverage"));
	else
		text_add(&t, "nothing here needed observing");
	for (size_t i = 0; i < json_array_size(missing) && i < 3; i++) {
		const json_t *one = json_array_get(missing, i);
		text_addf(&t, "%s%s (", i ? ", " : "; not seen: ", jvalue_str(one, "what"));
		wording_count(&t, jvalue_int(one, "calls"), "call");
		text_add(&t, ")");
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

/* ---- a call ----------------------------------------------------------------- */

static void score_text(struct text *t, const json_t *call)
{
	const json_t *range = jvalue_get(call, "score_range");

	if (jvalue_has(call, "letter"))
		text_addf(t, "  %s", jvalue_str(call, "letter"));
	if (jvalue_has(call, "score"))
		text_addf(t, "  %d", (int)jvalue_int(call, "score"));
	else if (json_array_size(range) == 2)
		text_addf(t, "  %d to %d", (int)json_integer_value(json_array_get(range, 0)),
			  (int)json_integer_value(json_array_get(range, 1)));
}

static void call_line(struct layout *l, const json_t *call)
{
	const char *label = jvalue_str(call, "label");
	const char *from = jvalue_str(call, "from"), *to = jvalue_str(call, "to");
	struct text left = { 0 }, right = { 0 }, legs = { 0 };
	int room;

	text_addf(&left, "%s %.8s  ", jvalue_str(call, "kind"), jvalue_str(call, "id"));
	text_addf(&left, "%s \xe2\x86\x92 %s  ", from[0] ? from : "?", to[0] ? to : "?");
	wording_duration(&left, jvalue_real(call, "duration_s"));
	text_add(&right, label[0] ? label : "not scored");
	score_text(&right, call);
	room = l->width - layout_columns(text_of(&right)) - 2;
	wording_count(&legs, json_array_size(jvalue_get(call, "legs")), "leg");
	if (layout_columns(text_of(&left)) + 2 + layout_columns(text_of(&legs)) <= room)
		text_addf(&left, "  %s", text_of(&legs));
	layout_bold(l);
	layout_short(l, text_of(&left), room);
	layout_plain(l);
	layout_pad(l, l->width - layout_columns(text_of(&right)));
	layout_tone(l, wording_label_tone(label));
	layout_put(l, text_of(&right));
	layout_plain(l);
	layout_line(l);
	text_free(&left);
	text_free(&right);
	text_free(&legs);
}

static void frames(struct text *t, const json_t *evidence)
{
	size_t n = json_array_size(evidence);
	const char *before = "";

	for (size_t i = 0; i < n && i < 3; i++) {
		const json_t *e = json_array_get(evidence, i);
		const char *input = jvalue_str(e, "input");
		if (!jvalue_int(e, "frame"))
			continue;
		text_add(t, before[0] ? ", " : " [");
		if (strcmp(input, before) != 0)
			text_addf(t, "%s ", input);
		text_addf(t, "#%llu", (unsigned long long)jvalue_int(e, "frame"));
		before = input[0] ? input : "?";
	}
	text_add(t, before[0] ? "]" : "");
}

static void condition_line(struct layout *l, const json_t *call, const char *name)
{
	const json_t *c = jvalue_get(jvalue_get(call, "conditions"), name);
	const char *verdict = jvalue_str(c, "verdict");
	struct text t = { 0 };

	layout_put(l, "  ");
	layout_put(l, name);
	layout_pad(l, 13);
	layout_tone(l, wording_tone(verdict));
	layout_put(l, wording_verdict(verdict));
	layout_plain(l);
	layout_pad(l, 29);
	text_add(&t, jvalue_str(c, "why"));
	frames(&t, jvalue_get(c, "evidence"));
	layout_wrap(l, text_of(&t), 29);
	layout_line(l);
	text_free(&t);
}

static void listeners_line(struct layout *l, const json_t *call)
{
	const json_t *list = jvalue_get(call, "within_earshot");
	size_t n = json_array_size(list);
	struct text t = { 0 };

	for (size_t i = 0; i < n && i < LISTENERS_SHOWN; i++) {
		const json_t *e = json_array_get(list, i), *could = jvalue_get(e, "could");
		const char *role = jvalue_str(e, "role");
		bool plain = strcmp(role, "network") == 0 || strcmp(role, "unknown") == 0;
		text_addf(&t, "%s%s%s%s (", i ? ", " : "", jvalue_str(e, "who"), plain ? "" : " ",
			  plain ? "" : role);
		for (size_t k = 0; k < json_array_size(could); k++)
			text_addf(&t, "%s%s", k ? ", " : "", jvalue_at(could, k));
		text_add(&t, ")");
	}
	if (n > LISTENERS_SHOWN)
		text_addf(&t, ", and %zu more", n - LISTENERS_SHOWN);
	layout_put(l, "  within earshot: ");
	layout_wrap(l, n ? text_of(&t) : "nobody was seen in between", 4);
	layout_line(l);
	text_free(&t);
}

static void finding_lines(struct layout *l, const json_t *call)
{
	const json_t *list = jvalue_get(call, "findings");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *f = json_array_get(list, i);
		struct text t = { 0 };
		if (strcmp(jvalue_str(f, "outcome"), "violated") != 0)
			continue;
		text_addf(&t, "%s: %s. %s", jvalue_str(f, "scope"), jvalue_str(f, "title"),
			  jvalue_str(f, "detail"));
		frames(&t, jvalue_get(f, "evidence"));
		layout_put(l, "  ");
		layout_put(l, jvalue_str(f, "rule"));
		layout_pad(l, 13);
		layout_put(l, jvalue_str(f, "severity"));
		layout_pad(l, 29);
		layout_wrap(l, text_of(&t), 29);
		layout_line(l);
		text_free(&t);
	}
}

static void put_call(struct layout *l, const json_t *call, int verbose)
{
	call_line(l, call);
	for (int i = 0; i < 3; i++)
		condition_line(l, call, condition_names[i]);
	listeners_line(l, call);
	if (verbose > 0)
		finding_lines(l, call);
}

static void put_calls(struct layout *l, struct document *d, int verbose)
{
	size_t n = document_calls(d);
	struct text t = { 0 };

	for (size_t i = 0; i < n && i < CALLS_SHOWN && !ferror(l->out); i++) {
		json_t *call = document_worst(d, i);
		put_call(l, call, verbose);
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

static void put_problem(struct layout *l, const json_t *p)
{
	const char *severity = jvalue_str(p, "severity"), *element = jvalue_str(p, "element");
	struct text t = { 0 };

	layout_put(l, "  ");
	layout_tone(l, wording_severity_tone(severity));
	layout_put(l, severity);
	layout_plain(l);
	layout_pad(l, 12);
	layout_put(l, jvalue_str(p, "rule"));
	layout_pad(l, 21);
	text_addf(&t, "%s%s%s (", jvalue_str(p, "title"), element[0] ? ": " : "", element);
	wording_count(&t, jvalue_int(p, "calls"), "call");
	text_add(&t, ")");
	layout_wrap(l, text_of(&t), 21);
	layout_line(l);
	text_free(&t);
}

static void put_problems(struct layout *l, const json_t *problems)
{
	size_t n = json_array_size(problems);
	struct text t = { 0 };

	if (!n)
		return;
	wording_count(&t, n, "problem");
	text_add(&t, ", worst first; `earshot explain RULE` says more");
	layout_wrap(l, text_of(&t), 2);
	layout_line(l);
	for (size_t i = 0; i < n && i < PROBLEMS_SHOWN; i++)
		put_problem(l, json_array_get(problems, i));
	if (n > PROBLEMS_SHOWN) {
		text_clear(&t);
		text_addf(&t, "  %zu more, all in JSON (-f json)", n - PROBLEMS_SHOWN);
		layout_put(l, text_of(&t));
		layout_line(l);
	}
	layout_line(l);
	text_free(&t);
}

static uint64_t at_or_above(const json_t *counts, const char *severity)
{
	static const char *const order[] = { "critical", "high", "medium", "low", "info" };
	uint64_t n = 0;

	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		n += jvalue_int(counts, order[i]);
		if (strcmp(order[i], severity) == 0)
			break;
	}
	return n;
}

static void last_line(struct layout *l, const json_t *summary)
{
	const json_t *gate = jvalue_get(summary, "gate"), *value;
	const char *label, *fail_on = jvalue_str(gate, "fail_on"), *before = ": ";
	struct text t = { 0 };

	wording_rows(&t, jvalue_get(summary, "rows"));
	json_object_foreach((json_t *)jvalue_get(summary, "labels"), label, value)
	{
		if (json_integer_value(value) < 1)
			continue;
		text_addf(&t, "%s%lld %s", before, (long long)json_integer_value(value), label);
		before = ", ";
	}
	text_add(&t, " \xc2\xb7 ");
	wording_count(&t, at_or_above(jvalue_get(summary, "findings"), fail_on), "finding");
	text_addf(&t, " at or above %s \xc2\xb7 policy %s: %s \xc2\xb7 exit %d: %s", fail_on,
		  jvalue_str(jvalue_get(summary, "policy"), "name"),
		  jvalue_str(jvalue_get(summary, "policy"), "result"),
		  (int)jvalue_int(gate, "exit"), wording_reason(gate));
	layout_wrap(l, text_of(&t), 2);
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
		put_problems(&l, jvalue_get(head, "problems"));
	}
	last_line(&l, jvalue_get(head, "summary"));
}
