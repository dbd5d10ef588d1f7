/* field_row.c - a judged row and its findings as --where and waivers read them. */
#include "rules/field_row.h"

#include "analyzer/base/mem.h"
#include "rules/field_read.h"

/* Worst first, as summaries count them. */
static const char *const labels[] = {
	"EXPOSED",
	"TAMPERING INDICATED",
	"WEAK",
	"SIGNALING EXPOSED",
	"HOP BY HOP",
	"UNDETERMINED",
	"NO BREAK SEEN",
	"END-TO-END MEDIA",
	"END-TO-END",
	"NOT SCORED",
	NULL,
};
/* Worst first, too; what does not apply stands last, and is neutral. */
static const char *const verdicts[] = { "fail",	   "suspect", "not_observable",
					"partial", "pass",    "not_applicable",
					NULL };
static const enum shown verdict_of[] = { SHOWN_FAIL,	SHOWN_SUSPECT, SHOWN_NOT_OBSERVABLE,
					 SHOWN_PARTIAL, SHOWN_PASS,    SHOWN_NOT_APPLICABLE };
static const char *const severities[] = { "info", "low", "medium", "high", "critical", NULL };
static const char *const classes[] = { "attack",  "exposure",	"posture",
				       "hygiene", "visibility", NULL };
static const char *const outcomes[] = { "violated",	  "satisfied", "not_assessable",
					"not_applicable", "noted",     NULL };

static const struct judgement *judged(const struct expr_item *it)
{
	return it->at;
}

/* ---- findings ----------------------------------------------------------------------------- */

static void finding_rule(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->known = true;
	out->text = slice_of(((const struct finding *)it->at)->rule->id);
}

static void finding_class(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->known = true;
	out->name = (int)((const struct finding *)it->at)->rule->cls;
}

/* The text itself stands in the finding, not behind a pointer. */
static void finding_name(const struct expr_item *it, int arg, struct expr_value *out)
{
	out->text = slice_of(field_read_at(it, arg));
	out->known = out->text.n != 0;
}

const struct expr_scope *field_row_finding(void)
{
	static const struct expr_field fields[] = {
		{ "rule", "The id of its rule.", EXPR_TEXT, .get = finding_rule },
		{ "class", "What kind of message its rule is.", EXPR_ENUM, classes,
		  .get = finding_class },
		{ "severity", "How grave it is here.", EXPR_ENUM, severities, .ordered = true,
		  .get = field_read_name, FIELD_READ_AT(finding, severity) },
		{ "outcome", "What came of the rule.", EXPR_ENUM, outcomes, .get = field_read_name,
		  FIELD_READ_AT(finding, outcome) },
		{ "title", "Its title.", EXPR_TEXT, .get = field_read_text,
		  FIELD_READ_AT(finding, title) },
		{ "weakens", "It makes the row WEAK, or would if nothing worse were found there.",
		  EXPR_BOOL, .get = field_read_flag, FIELD_READ_AT(finding, weakens) },
		{ "where", "What it is about: call, leg 0, media 1.", EXPR_TEXT,
		  .get = field_read_text, FIELD_READ_AT(finding, scope) },
		{ "element", "The box or link it is about, as an address.", EXPR_TEXT,
		  .get = field_read_text, FIELD_READ_AT(finding, element) },
		{ "caused_by", "The rule that explains it; unknown where none does.", EXPR_TEXT,
		  .get = field_read_text, FIELD_READ_AT(finding, caused_by) },
		{ "problem", "The same defect has the same name in every run.", EXPR_TEXT,
		  .get = finding_name, FIELD_READ_AT(finding, problem) },
	};
	FIELD_READ_SCOPE("finding", "What a rule found in a row.", fields);
}

/* ---- rows -------------------------------------------------------------------------------------
 */

static void put_shown(enum shown s, struct expr_value *out)
{
	out->known = true;
	while (verdict_of[out->name] != s)
		out->name++;
}

static void row_shown(const struct expr_item *it, int arg, struct expr_value *out)
{
	put_shown(judged(it)->conditions[arg].shown, out);
}

static void row_hops(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	put_shown(judged(it)->hop_protection, out);
}

static void row_score(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->known = judged(it)->has_score;
	out->number = judged(it)->score;
}

static void row_coverage(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->known = true;
	out->number = judged(it)->coverage * 100;
}

static void row_exposed(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->known = true;
	out->ns = (uint64_t)(judged(it)->exposed_seconds * 1e9);
}

static void row_call(const struct expr_item *it, int arg, struct expr_value *out)
{
	const struct work *w = it->of;

	(void)arg;
	out->known = true;
	out->item = (struct expr_item){ field_call(), w, w->c };
}

static bool row_finding(const struct expr_item *it, int arg, const void *after,
			struct expr_item *out)
{
	const struct judgement *j = judged(it);
	const struct finding *f = after ? (const struct finding *)after + 1 : j->findings;
	bool more = j->findings && f < j->findings + j->finding_count;

	(void)arg;
	*out = (struct expr_item){ field_row_finding(), it->of, more ? f : NULL };
	return more;
}

const struct expr_scope *field_row(void)
{
	static const struct expr_field fields[] = {
		{ "label", "The label, worst first.", EXPR_ENUM, labels, .ordered = true,
		  .get = field_read_name, FIELD_READ_AT(judgement, label) },
		{ "signaling", "The verdict on signaling.", EXPR_ENUM, verdicts, .ordered = true,
		  .get = row_shown, .arg = CONDITION_SIGNALING },
		{ "keys", "The verdict on keys.", EXPR_ENUM, verdicts, .ordered = true,
		  .get = row_shown, .arg = CONDITION_KEYS },
		{ "media", "The verdict on media.", EXPR_ENUM, verdicts, .ordered = true,
		  .get = row_shown, .arg = CONDITION_MEDIA },
		{ "hop_protection", "Whether every hop was encrypted.", EXPR_ENUM, verdicts,
		  .ordered = true, .get = row_hops },
		{ "score", "As seen, 0 to 100; unknown where none is given.", EXPR_NUMBER,
		  .get = row_score },
		{ "coverage", "Observations made of those required, in percent.", EXPR_NUMBER,
		  .get = row_coverage },
		{ "exposed", "How long media was readable.", EXPR_DURATION, .get = row_exposed },
		{ "call", "The row itself; its fields can be named without it, too.", EXPR_ITEM,
		  .scope = field_call, .get = row_call },
		{ "findings", "What rules found.", EXPR_LIST, .scope = field_row_finding,
		  .next = row_finding },
	};
	FIELD_READ_SCOPE("row", "A row of the report, judged.", fields);
}

enum err field_row_compile(struct slice text, struct expr **out, char **why)
{
	const struct expr_scope *const scopes[] = { field_row(), field_call() };
	const struct expr_names names = { .scopes = scopes, .scope_count = 2 };
	enum err e = expr_compile(text, &names, out, why);

	if (e != ERR_OK || expr_type(*out) == EXPR_BOOL)
		return e;
	expr_free(*out);
	*out = NULL;
	*why = mem_text("this is neither true nor false");
	return ERR_USAGE;
}

enum expr_truth field_row_ask(const struct expr *e, const struct work *w, const struct judgement *j)
{
	const struct expr_item items[] = { { field_row(), w, j }, { field_call(), w, w->c } };

	return expr_ask(e, items);
}

enum expr_truth field_row_ask_part(struct expr_part p, const struct work *w,
				   const struct judgement *j)
{
	if (!w)
		return EXPR_UNKNOWN;
	const struct expr_item items[] = { { field_row(), w, j }, { field_call(), w, w->c } };
	return expr_part_ask(p, items);
}

enum shown field_row_verdict(const struct expr_value *v)
{
	return verdict_of[v->name];
}
