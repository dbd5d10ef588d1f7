/* since.c - the earlier report and the waivers, as the document and its readers see them. */
#include "reports/since.h"
#include "reports/hidden.h"

#include <string.h>

#include "reports/jvalue.h"
#include "reports/wording.h"
#include "rules/baseline.h"
#include "rules/expr.h"
#include "rules/waiver.h"

enum { GONE_TOLD = 250, WAIVERS_NAMED = 3 };

/* ---- the earlier report ------------------------------------------------------------ */

json_t *since_counts(const struct baseline *b, const struct problems *p)
{
	json_t *o = json_object();

	for (int c = CHANGE_NEW; c < CHANGES; c++)
		jvalue_put(o, judge_change_text((enum change)c),
			   jvalue_number(problems_changed(p, (enum change)c)));
	jvalue_put(o, "gone", jvalue_number(baseline_gone(b)));
	return o;
}

static json_t *gone(const struct baseline_problem *p, struct redactor *hide)
{
	json_t *o = json_object();

	jvalue_put(o, "problem", jvalue_text(p->id));
	jvalue_put(o, "rule", jvalue_text(p->rule));
	jvalue_put(o, "severity", jvalue_text(judge_severity_text(p->severity)));
	jvalue_put(o, "title", hidden_text(hide, p->title));
	jvalue_put(o, "element", hidden_text(hide, p->element));
	return o;
}

json_t *since_baseline(const struct document_options *options, struct redactor *hide)
{
	const struct baseline *b = options->baseline;
	json_t *o = json_object(), *list = json_array();

	for (size_t i = 0; i < baseline_count(b) && json_array_size(list) < GONE_TOLD; i++)
		if (!baseline_at(b, i)->met)
			jvalue_push(list, gone(baseline_at(b, i), hide));
	jvalue_put(o, "name", hidden_label(hide, options->baseline_name));
	jvalue_put(o, "sha256", jvalue_text(options->baseline_sha256));
	jvalue_put(o, "run", jvalue_text(baseline_run(b)));
	jvalue_put(o, "problems", jvalue_number(baseline_count(b)));
	jvalue_put(o, "gone", list);
	return o;
}

static void count(struct text *t, const json_t *counts, const char *key, const char *after)
{
	wording_number(t, jvalue_int(counts, key));
	text_add(t, after);
}

bool since_baseline_words(const json_t *head, struct text *t)
{
	const json_t *counts = jvalue_get(jvalue_get(head, "summary"), "baseline");

	if (!counts)
		return false;
	text_addf(t, "compared with %s: ", jvalue_str(jvalue_get(head, "baseline"), "name"));
	count(t, counts, "new", " new, ");
	count(t, counts, "worse", " worse, ");
	count(t, counts, "known", " known, ");
	wording_count(t, jvalue_int(counts, "gone"), "problem");
	text_add(t, " not met again (gone, or not seen this time)");
	return true;
}

/* ---- waivers ------------------------------------------------------------------------- */

static json_t *one_waiver(const struct waivers *all, const struct waiver *w, struct redactor *hide)
{
	json_t *o = json_object();

	jvalue_put(o, "rule", jvalue_text(w->rule->id));
	jvalue_put(o, "problem", jvalue_text(w->problem));
	jvalue_put(o, "element", hidden_text(hide, w->element));
	jvalue_put(o, "scope", hidden_text(hide, w->scope ? expr_source(w->scope) : NULL));
	jvalue_put(o, "reason", hidden_text(hide, w->reason));
	jvalue_put(o, "owner", jvalue_text(w->owner));
	jvalue_put(o, "expires", jvalue_text(w->expires));
	jvalue_put(o, "state", jvalue_text(waiver_state_text(waiver_state(all, w))));
	jvalue_put(o, "findings", jvalue_number(w->findings));
	jvalue_put(o, "too_late_for", jvalue_number(w->late));
	return o;
}

json_t *since_waivers(const struct document_options *options, struct redactor *hide)
{
	const struct waivers *all = options->waivers;
	json_t *o = json_object(), *list = json_array();

	for (size_t i = 0; i < waiver_count(all); i++)
		jvalue_push(list, one_waiver(all, waiver_at(all, i), hide));
	jvalue_put(o, "name", hidden_label(hide, options->waivers_name));
	jvalue_put(o, "sha256", jvalue_text(options->waivers_sha256));
	jvalue_put(o, "as_of", jvalue_text(waiver_as_of_text(all)));
	jvalue_put(o, "entries", list);
	return o;
}

/* "; 2 expired: SIG-001 (2026-01-31, J. Smith), ..." */
static void state_words(struct text *t, const json_t *entries, const char *state, const char *what)
{
	uint64_t n = 0;

	for (size_t i = 0; i < json_array_size(entries); i++)
		n += strcmp(jvalue_str(json_array_get(entries, i), "state"), state) == 0;
	if (!n)
		return;
	text_add(t, "; ");
	wording_number(t, n);
	text_addf(t, " %s: ", what);
	n = 0;
	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *w = json_array_get(entries, i);
		if (strcmp(jvalue_str(w, "state"), state) != 0 || n++ >= WAIVERS_NAMED)
			continue;
		text_addf(t, "%s%s (%s, %s)", n > 1 ? ", " : "", jvalue_str(w, "rule"),
			  jvalue_str(w, "expires"), jvalue_str(w, "owner"));
	}
	text_add(t, n > WAIVERS_NAMED ? " and more" : "");
}

bool since_waivers_words(const json_t *head, struct text *t)
{
	const json_t *waivers = jvalue_get(head, "waivers"), *list = jvalue_get(waivers, "entries");

	if (!waivers)
		return false;
	wording_count(t, jvalue_int(jvalue_get(head, "summary"), "waived"), "finding");
	text_addf(t, " waived by %s", jvalue_str(waivers, "name"));
	state_words(t, list, "expired", "expired and hide nothing");
	state_words(t, list, "unused", "matched nothing");
	return true;
}

/* ---- rows that count ------------------------------------------------------------------- */

json_t *since_where(const struct document_run *run)
{
	json_t *o = json_object();

	jvalue_put(o, "expression", jvalue_text(run->where));
	jvalue_put(o, "left_out", jvalue_number(run->left_out));
	jvalue_put(o, "not_observed", jvalue_number(run->untold));
	return o;
}

bool since_where_words(const json_t *head, struct text *t)
{
	const json_t *o = jvalue_get(jvalue_get(head, "summary"), "where");
	json_int_t untold = json_integer_value(jvalue_get(o, "not_observed"));

	if (!o)
		return false;
	text_addf(t, "only rows where %s; %lld left out",
		  json_string_value(jvalue_get(o, "expression")),
		  (long long)json_integer_value(jvalue_get(o, "left_out")));
	if (untold)
		text_addf(t, ", of %lld of them it was not observed", (long long)untold);
	return true;
}
