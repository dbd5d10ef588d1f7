/* require.c - the rule language read as what must hold, with what may still be seen in mind. */
#include "rules/require.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"
#include "rules/expr_part.h"
#include "rules/field_row.h"

struct require {
	char *text;
	struct expr *asks;
};

/* ---- reading ---------------------------------------------------------------- */

/* Where it is asked of one of them, the name of a field says which. */
static bool is(const struct expr_field *f, const char *name)
{
	const struct expr_scope *row = field_row();

	return f >= row->fields && f < row->fields + row->count && strcmp(f->name, name) == 0;
}

static bool of_verdict(const struct expr_field *f)
{
	return is(f, "signaling") || is(f, "keys") || is(f, "media") || is(f, "hop_protection");
}

/* What no row could ever meet, or fail, is a mistake. */
static const char *senseless(struct expr_part p)
{
	struct expr_part_test t;
	struct expr_part in;
	const char *why = NULL;

	if (expr_part_test(p, &t)) {
		bool orders = t.op == EXPR_PART_LEAST || t.op == EXPR_PART_BELOW;
		if (orders && of_verdict(t.field) &&
		    field_row_verdict(&t.value) == SHOWN_NOT_APPLICABLE)
			return "not_applicable is neither better nor worse than another verdict";
		if ((is(t.field, "score") || is(t.field, "coverage")) &&
		    (t.value.number < 0 || t.value.number > 100))
			return "score and coverage go from 0 to 100";
		return NULL;
	}
	for (bool more = expr_part_first(p, &in); more && !why; more = expr_part_next(&in))
		why = senseless(in);
	return why;
}

static char *wrong(const char *text, const char *what)
{
	struct text t = { 0 };

	text_add(&t, "requirement \"");
	text_printable(&t, slice_upto(slice_of(text), 500));
	text_addf(&t, "\", %s", what);
	return t.p;
}

enum err require_parse(const char *text, struct require **out, char **why)
{
	struct expr *e = NULL;
	char *what = NULL;

	*out = NULL;
	if (field_row_compile(slice_of(text), &e, &what) != ERR_OK) {
		*why = wrong(text, what);
		free(what);
		return ERR_USAGE;
	}
	const char *no = senseless(expr_part_whole(e));
	if (no) {
		*why = wrong(text, no);
		expr_free(e);
		return ERR_USAGE;
	}
	*out = mem_zero(1, sizeof **out);
	(*out)->text = mem_text(text);
	(*out)->asks = e;
	return ERR_OK;
}

void require_free(struct require *r)
{
	if (!r)
		return;
	free(r->text);
	expr_free(r->asks);
	free(r);
}

const char *require_text(const struct require *r)
{
	return r->text;
}

/* ---- asking ----------------------------------------------------------------- */

/* HOLDS: so as seen, but more could be seen; ALWAYS: whatever else is seen. The order makes and,
 * or. */
enum truth { NEVER, UNKNOWN, HOLDS, ALWAYS };

static enum truth as_seen(bool holds, bool final)
{
	if (holds)
		return final ? ALWAYS : HOLDS;
	return final ? NEVER : UNKNOWN;
}

static enum truth opposite(enum truth t)
{
	return t == ALWAYS ? NEVER : t == NEVER ? ALWAYS : UNKNOWN;
}

static int rank(enum shown s)
{
	static const int ranks[SHOWN_COUNT] = { 4, 3, 2, 1, 0, 4 };

	return ranks[s];
}

static enum truth ask_verdict(const struct expr_part_test *t, enum shown s, bool final)
{
	enum shown want = field_row_verdict(&t->value);

	if (t->op == EXPR_PART_LEAST || t->op == EXPR_PART_BELOW)
		return as_seen(rank(s) >= rank(want), final || want == SHOWN_FAIL);
	/* NOT APPLICABLE is neutral: where nothing was to protect, nothing failed to pass. */
	return as_seen(s == want || (want == SHOWN_PASS && s == SHOWN_NOT_APPLICABLE), final);
}

/* Refuted stays refuted, and what is complete stays as it is; all else may still change (B.3). */
static bool is_final(const struct condition_verdict *c)
{
	return c->v.known == KNOWN_FAIL || c->v.complete;
}

static enum truth ask_condition(const struct expr_part_test *t, const struct judgement *j,
				enum condition on)
{
	return ask_verdict(t, j->conditions[on].shown, is_final(&j->conditions[on]));
}

/* It says that too little was seen: whatever is below it could still come out. */
static bool open_label(enum label is, enum label want)
{
	return is == LABEL_UNDETERMINED && want > LABEL_EXPOSED && want < LABEL_UNDETERMINED;
}

static enum truth ask_label(const struct expr_part_test *t, const struct require_row *row)
{
	enum label want = (enum label)t->value.name, is = row->j->label;
	bool least = t->op == EXPR_PART_LEAST || t->op == EXPR_PART_BELOW;
	bool final = is == LABEL_EXPOSED;

	if (is == LABEL_NONE)
		return UNKNOWN;
	if (is_final(&row->j->conditions[CONDITION_SIGNALING]) &&
	    is_final(&row->j->conditions[CONDITION_KEYS]) &&
	    is_final(&row->j->conditions[CONDITION_MEDIA]))
		final = true;
	if (least && open_label(is, want))
		return UNKNOWN;
	if (least)
		return as_seen(is >= want, is >= want ? final : row->best < want);
	return as_seen(is == want, final || (is != want && row->best < want));
}

static enum truth ask_score(const struct expr_part_test *t, const struct judgement *j)
{
	if (j->label == LABEL_NONE)
		return UNKNOWN;
	if (j->has_score && j->score >= t->value.number)
		return j->low >= t->value.number ? ALWAYS : HOLDS;
	return j->high < t->value.number ? NEVER : UNKNOWN;
}

/* What is asked by = and >=; != and < are their opposites. */
static bool ask_test(const struct expr_part_test *t, const struct require_row *row, enum truth *out)
{
	const struct judgement *j = row->j;
	bool least = t->op == EXPR_PART_LEAST || t->op == EXPR_PART_BELOW;

	if (is(t->field, "signaling"))
		*out = ask_condition(t, j, CONDITION_SIGNALING);
	else if (is(t->field, "keys"))
		*out = ask_condition(t, j, CONDITION_KEYS);
	else if (is(t->field, "media"))
		*out = ask_condition(t, j, CONDITION_MEDIA);
	else if (is(t->field, "hop_protection"))
		*out = ask_verdict(t, j->hop_protection, j->hop_protection == SHOWN_FAIL);
	else if (is(t->field, "label"))
		*out = ask_label(t, row);
	else if (least && is(t->field, "score"))
		*out = ask_score(t, j);
	else if (least && is(t->field, "coverage"))
		*out = as_seen(j->coverage * 100 >= t->value.number, false);
	else
		return false;
	if (t->op == EXPR_PART_UNEQUAL || t->op == EXPR_PART_BELOW)
		*out = opposite(*out);
	return true;
}

static enum truth ask_other(struct expr_part p, const struct require_row *row)
{
	return as_seen(field_row_ask_part(p, row->w, row->j) == EXPR_TRUE, false);
}

static enum truth ask(struct expr_part p, const struct require_row *row)
{
	enum expr_part_kind kind = expr_part_kind(p);
	struct expr_part_test t;
	struct expr_part in;
	enum truth all;

	if (kind == EXPR_PART_OTHER)
		return expr_part_test(p, &t) && ask_test(&t, row, &all) ? all : ask_other(p, row);
	(void)expr_part_first(p, &in);
	all = ask(in, row);
	while (expr_part_next(&in)) {
		enum truth one = ask(in, row);
		all = (kind == EXPR_PART_AND) == (one < all) ? one : all;
	}
	return kind == EXPR_PART_NOT ? opposite(all) : all;
}

enum policy_result require_ask(const struct require *r, const struct require_row *row)
{
	switch (ask(expr_part_whole(r->asks), row)) {
	case NEVER:
		return POLICY_NOT_MET;
	case UNKNOWN:
		break;
	case HOLDS:
	case ALWAYS:
		return POLICY_MET;
	}
	return POLICY_CANNOT_TELL;
}
