/* waiver.c - reading waivers, and which of them holds for a finding. */
#include "rules/waiver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/nearest.h"
#include "analyzer/base/when.h"
#include "rules/field_row.h"
#include "rules/reading.h"

enum { PROBLEM_ID = 32, DATE = 10, NAMES = 1024 };

#define DAY_NS (UINT64_C(86400) * WHEN_SECOND)

struct waivers {
	json_t *source; /* texts of the waivers are its */
	struct waiver *all;
	size_t count;
	uint32_t as_of;	 /* 0: each call's own day */
	uint32_t newest; /* day of a call so far */
	char as_of_text[DATE + 1];
};

void waiver_free(struct waivers *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->count; i++)
		expr_free(w->all[i].scope);
	json_decref(w->source);
	free(w->all);
	free(w);
}

/* ---- dates ------------------------------------------------------------------------ */

/* Days since 1970 of a date after it, in the calendar of today. */
static uint32_t days_since(uint64_t year, uint64_t month, uint64_t day)
{
	uint64_t y = month < 3 ? year - 1 : year, m = (month + 9) % 12;

	return (uint32_t)(365 * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 -
			  719468);
}

static uint64_t month_days(uint64_t year, uint64_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return (uint64_t)days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

static bool date_of(const char *text, uint32_t *out)
{
	struct slice s = slice_of(text);
	uint64_t y, m, d;

	if (s.n != DATE || text[4] != '-' || text[7] != '-' ||
	    !slice_number(slice_upto(s, 4), 9999, &y) ||
	    !slice_number((struct slice){ s.p + 5, 2 }, 12, &m) ||
	    !slice_number((struct slice){ s.p + 8, 2 }, 31, &d))
		return false;
	if (y < 1971 || m == 0 || d == 0 || d > month_days(y, m))
		return false;
	*out = days_since(y, m, d);
	return true;
}

bool waiver_as_of(struct waivers *w, const char *date)
{
	if (!date_of(date, &w->as_of))
		return false;
	memcpy(w->as_of_text, date, DATE);
	return true;
}

const char *waiver_as_of_text(const struct waivers *w)
{
	return w->as_of ? w->as_of_text : "capture";
}

/* ---- the file ------------------------------------------------------------------------ */

static enum err rule_of(struct reading *r, struct reading_spot s, const char *id,
			const struct rule **out)
{
	const char *names[NAMES];
	size_t count, n;
	const struct rule *rules = judge_rules(&count);

	for (n = 0; n < count && n < NAMES; n++) {
		names[n] = rules[n].id;
		if (strcmp(names[n], id) != 0)
			continue;
		*out = &rules[n];
		return ERR_OK;
	}
	return reading_wrong(r, s, "no rule", id, nearest_word(slice_of(id), names, n));
}

static enum err expiry_of(struct reading *r, struct reading_spot s, const char *text,
			  struct waiver *out)
{
	if (!date_of(text, &out->last_day))
		return reading_wrong(r, s, "not a date like 2027-01-31:", text, NULL);
	memcpy(out->expires, text, DATE);
	return ERR_OK;
}

static enum err problem_of(struct reading *r, struct reading_spot s, const char *id)
{
	if (!id || (strlen(id) == PROBLEM_ID && strspn(id, "0123456789abcdef") == PROBLEM_ID))
		return ERR_OK;
	return reading_wrong(r, s, "not the id of a problem (32 hexadecimal digits):", id, NULL);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static enum err only_once(const struct waivers *w, struct reading *r, struct reading_spot s,
			  const struct waiver *new)
{
	char other[48];

	for (size_t i = 0; i < w->count; i++) {
		const struct waiver *o = &w->all[i];
		if (o->rule != new->rule || !same_text(o->problem, new->problem) ||
		    !same_text(o->element, new->element) ||
		    !same_text(o->scope ? expr_source(o->scope) : NULL,
			       new->scope ? expr_source(new->scope) : NULL))
			continue;
		(void)snprintf(other, sizeof other, "waivers[%zu]", i);
		return reading_wrong(r, s, "waives the same findings as", other, NULL);
	}
	return ERR_OK;
}

static enum err texts_of(struct reading *r, struct reading_spot s, const json_t *o,
			 struct waiver *out)
{
	const char *rule, *expires, *comment;
	enum err e;

	if ((e = reading_text(r, reading_of(s, "rule"), o, true, &rule)) != ERR_OK ||
	    (e = rule_of(r, reading_of(s, "rule"), rule, &out->rule)) != ERR_OK ||
	    (e = reading_text(r, reading_of(s, "problem"), o, false, &out->problem)) ||
	    (e = problem_of(r, reading_of(s, "problem"), out->problem)) != ERR_OK ||
	    (e = reading_text(r, reading_of(s, "element"), o, false, &out->element)) ||
	    (e = reading_text(r, reading_of(s, "reason"), o, true, &out->reason)) ||
	    (e = reading_text(r, reading_of(s, "owner"), o, true, &out->owner)) != ERR_OK ||
	    (e = reading_text(r, reading_of(s, "comment"), o, false, &comment)) != ERR_OK ||
	    (e = reading_text(r, reading_of(s, "expires"), o, true, &expires)) != ERR_OK)
		return e;
	return expiry_of(r, reading_of(s, "expires"), expires, out);
}

/* The finding's own fields first, then those of its call. */
static enum err scope_of(struct reading *r, struct reading_spot s, const json_t *o,
			 struct waiver *out)
{
	const struct expr_scope *const scopes[] = { field_row_finding(), field_call() };
	struct expr_names names = { .scopes = scopes, .scope_count = 2 };
	const char *text;
	char *wrong = NULL;
	enum err e = reading_text(r, s, o, false, &text);

	if (e != ERR_OK || !text)
		return e;
	e = expr_compile(slice_of(text), &names, &out->scope, &wrong);
	if (e == ERR_OK && expr_type(out->scope) != EXPR_BOOL) {
		expr_free(out->scope);
		out->scope = NULL;
		return reading_wrong(r, s, "is not a condition", NULL, NULL);
	}
	if (e != ERR_OK)
		e = reading_wrong(r, s, wrong ? wrong : "cannot be read", NULL, NULL);
	free(wrong);
	return e;
}

static enum err take(struct waivers *w, size_t i, const json_t *o, struct reading *r)
{
	static const char *const keys[] = { "rule",  "scope",	"problem", "element", "reason",
					    "owner", "expires", "comment", NULL };
	struct reading_spot s = { "waivers", (int)i, NULL, READING_NONE };
	struct waiver new = { .rule = NULL };
	enum err e;

	if ((e = reading_keys(r, s, o, keys)) != ERR_OK ||
	    (e = texts_of(r, s, o, &new)) != ERR_OK ||
	    (e = scope_of(r, reading_of(s, "scope"), o, &new)) != ERR_OK)
		return e;
	if ((e = only_once(w, r, s, &new)) != ERR_OK) {
		expr_free(new.scope);
		return e;
	}
	w->all[w->count++] = new;
	return ERR_OK;
}

static enum err take_all(struct waivers *w, struct reading *r)
{
	static const char *const keys[] = { "schema", "waivers", "comment", NULL };
	struct reading_spot top = reading_top;
	const json_t *list = json_object_get(w->source, "waivers");
	size_t n = json_array_size(list);
	enum err e;

	if ((e = reading_file(r, w->source, "waivers", WAIVER_SCHEMA, keys)) != ERR_OK)
		return e;
	if (!json_is_array(list))
		return reading_wrong(r, reading_of(top, "waivers"), "is not a list", NULL, NULL);
	if (n > WAIVER_MOST)
		return reading_wrong(r, reading_of(top, "waivers"), "more than 2000", NULL, NULL);
	w->all = mem_zero(n + 1, sizeof *w->all);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = take(w, i, json_array_get(list, i), r);
	return e;
}

enum err waiver_parse(struct slice text, struct waivers **out, char **why)
{
	json_t *source;

	*out = NULL;
	*why = NULL;
	source = reading_load(text, why);
	if (!source)
		return ERR_MALFORMED;
	struct waivers *w = mem_zero(1, sizeof *w);
	w->source = source;
	struct reading r = { NULL, NULL };
	enum err e = take_all(w, &r);
	*why = r.why;
	if (e == ERR_OK)
		*out = w;
	else
		waiver_free(w);
	return e;
}

/* ---- which one holds ------------------------------------------------------------------- */

/* "10.0.0.1" stands for the host whatever the port, "10.0.0.1:5060" for that one. */
static bool is_element(const char *element, const char *wanted)
{
	struct slice e = slice_of(element), w = slice_of(wanted);
	struct slice host = e.n && e.p[0] == '[' ? slice_from(e, 1) : e;

	if (slice_eq(e, w))
		return true;
	return host.n > w.n && slice_starts(host, w) && host.p[w.n] == (host.p == e.p ? ':' : ']');
}

/* What was not observed waives nothing. */
static bool in_scope(const struct waiver *one, const struct work *work, const struct finding *f)
{
	const struct expr_item items[] = { { field_row_finding(), work, f },
					   { field_call(), work, work->c } };

	return !one->scope || expr_ask(one->scope, items) == EXPR_TRUE;
}

static bool fits(const struct waiver *one, const struct finding *f)
{
	return one->rule == f->rule && (!one->problem || strcmp(one->problem, f->problem) == 0) &&
	       (!one->element || is_element(f->element ? f->element : "", one->element));
}

const struct waiver *waiver_ask(struct waivers *w, const struct work *work, const struct finding *f)
{
	uint32_t day = w->as_of ? w->as_of : (uint32_t)(work->c->start_ns / DAY_NS);
	const struct waiver *holds = NULL;

	if (day > w->newest)
		w->newest = day;
	for (size_t i = 0; i < w->count; i++) {
		struct waiver *one = &w->all[i];
		if (!fits(one, f) || !in_scope(one, work, f))
			continue;
		if (day > one->last_day) {
			one->late++;
			continue;
		}
		one->findings++;
		holds = holds ? holds : one;
	}
	return holds;
}

size_t waiver_count(const struct waivers *w)
{
	return w->count;
}

const struct waiver *waiver_at(const struct waivers *w, size_t i)
{
	return &w->all[i];
}

enum waiver_state waiver_state(const struct waivers *w, const struct waiver *one)
{
	uint32_t newest = w->as_of ? w->as_of : w->newest;

	if (one->late || (!one->findings && newest > one->last_day))
		return WAIVER_EXPIRED;
	return one->findings ? WAIVER_USED : WAIVER_UNUSED;
}

const char *waiver_state_text(enum waiver_state s)
{
	static const char *const text[] = { "used", "expired", "unused" };

	return text[s];
}
