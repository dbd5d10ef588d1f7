/* engine.c - walks the lists that rules range over, asks, and does what follows. */
#include "rules/engine.h"

#include <string.h>

/* A rule at work on one call. */
struct turn {
	struct work *w;
	const struct pack_rule *rule;
	const struct pack_case *c;
	struct expr_item items[2]; /* the item and the call; or the call alone, twice */
	struct expr_item call;
	const struct fact *fact; /* the item as a fact: scope and evidence; NULL: the call */
	struct fact made;
	bool acted, unknown;
	bool weakens;		 /* the case at hand set what makes the label WEAK */
	uint8_t *applied, *seen; /* what rules were answered, by applies_as and seen_as */
	enum expr_truth applies;
	enum outcome outcome;
};

/* ---- an item as a fact ------------------------------------------------------------------- */

static void made_of_leg(struct turn *t, const struct leg *leg)
{
	t->made.leg = (int16_t)(leg - t->w->c->legs);
	t->made.at[0] = leg->first;
	t->made.at_count = 1;
}

static void made_of_media(struct turn *t, const struct media *m)
{
	t->made.media = (int16_t)(m - t->w->c->media);
	t->made.at_count = m->segment_count != 0;
	if (m->segment_count)
		t->made.at[0] = m->segments[0].first;
}

static void made_of_line(struct turn *t, const struct line *line)
{
	ptrdiff_t at = line - t->w->lines;

	if (at < t->w->c->media_count)
		made_of_media(t, &t->w->c->media[at]);
}

/* Rules speak of facts; of anything else a fact is made that says where it is. */
static void make_fact(struct turn *t)
{
	const struct expr_item *it = &t->items[0];

	t->fact = NULL;
	if (it->scope == field_fact()) {
		t->fact = it->at;
		return;
	}
	if (it->scope == field_call())
		return;
	t->made = (struct fact){ .grade = 3,
				 .leg = FACT_NOWHERE,
				 .media = FACT_NOWHERE,
				 .segment = FACT_NOWHERE,
				 .epoch = FACT_NOWHERE };
	if (it->scope == field_leg())
		made_of_leg(t, it->at);
	else if (it->scope == field_media())
		made_of_media(t, it->at);
	else if (it->scope == field_fact_line())
		made_of_line(t, it->at);
	t->fact = &t->made;
}

/* ---- sentences ------------------------------------------------------------------------------ */

/* What was compiled for the call alone sees the call first. */
static const struct expr_item *items_for(const struct turn *t, bool of_call)
{
	return &t->items[of_call];
}

static const struct template *chosen(const struct turn *t, const struct pack_choice *c)
{
	const struct expr_item *items = items_for(t, c->of_call);

	for (size_t i = 0; i < c->count; i++)
		if (!c->options[i].when || expr_ask(c->options[i].when, items) == EXPR_TRUE)
			return c->options[i].text;
	return NULL;
}

static const char *sentence(const struct turn *t, const struct pack_choice *c)
{
	const struct template *text = chosen(t, c);
	const char *plain = text ? template_plain(text) : NULL;
	struct words words = { .n = 0 };

	if (!text || (plain && !*plain))
		return NULL;
	if (plain)
		return plain;
	template_fill(text, items_for(t, c->of_call), &words);
	return rule_words(t->w, &words);
}

static enum severity severity(const struct turn *t)
{
	const struct template *text = chosen(t, &t->c->severity);
	enum severity s = t->rule->rule.severity;

	if (text)
		(void)judge_severity_parse(template_plain(text), &s);
	return s;
}

/* ---- what follows -----------------------------------------------------------------------------
 */

static void say(struct turn *t, const struct pack_say *s)
{
	struct fact said;
	const struct fact *f = t->fact;
	const char *why = sentence(t, &s->why);

	if (s->grade && f) {
		struct expr_value v = expr_eval(s->grade, t->items);
		said = *f;
		said.grade = v.known ? (uint8_t)v.number : 1;
		f = &said;
	}
	if (s->admitted)
		rule_admit(t->w, s->on, f, why);
	else
		rule_say(t->w, s->on, s->known, f, why);
}

static void say_all(struct turn *t)
{
	for (size_t i = 0; i < t->c->say_count; i++) {
		const struct pack_say *s = &t->c->says[i];
		if (!s->when || expr_ask(s->when, t->items) == EXPR_TRUE)
			say(t, s);
	}
}

static void mark_all(struct turn *t)
{
	t->weakens = false;
	for (size_t i = 0; i < t->c->mark_count; i++) {
		const struct pack_mark *m = &t->c->marks[i];
		if (m->when && expr_ask(m->when, t->items) != EXPR_TRUE)
			continue;
		rule_mark(t->w, field_fact_mark(t->w, t->fact, m->name), m->value);
		t->weakens |= m->weak;
	}
}

static bool first_item(const struct turn *t, const struct pack_path *p, struct expr_item *out);

/* The packets to look at: those of the item, or of the first thing on the lists named. */
static const struct fact *shown(const struct turn *t)
{
	struct expr_item it;

	for (size_t i = 0; i < t->c->evidence_count; i++)
		if (first_item(t, &t->c->evidence[i], &it) && it.scope == field_fact())
			return it.at;
	return t->fact;
}

static void note(struct turn *t)
{
	const struct fact *f = shown(t);
	struct fact whole;
	struct note n = { .rule = t->rule->as,
			  .outcome = t->c->outcome,
			  .severity = severity(t),
			  .weakens = t->weakens,
			  .title = sentence(t, &t->c->title),
			  .detail = sentence(t, &t->c->detail),
			  .caused_by = sentence(t, &t->c->caused_by) };

	if (t->c->of_call && f) {
		whole = *f;
		whole.leg = whole.media = whole.segment = FACT_NOWHERE;
		f = &whole;
	}
	rule_note(t->w, f, n);
}

static void remember(struct turn *t)
{
	if (t->c->silent)
		return;
	if (!t->acted || t->c->outcome == OUTCOME_VIOLATED)
		t->outcome = t->c->outcome;
	t->acted = true;
}

/* What this case did belongs to its finding; the last one noted is it, unless there was no room. */
static void sign(struct turn *t, uint32_t from)
{
	struct deeds *all = t->w->deeds;
	const struct findings *found = t->w->found;
	uint64_t problem = 0;

	if (!all)
		return;
	if (!t->c->silent && found->count && !found->dropped)
		problem = judge_problem(&found->list[found->count - 1]);
	const char *cause = all->count > from ? sentence(t, &t->c->caused_by) : NULL;
	for (uint32_t i = from; i < all->count; i++) {
		all->list[i].rule = t->rule->as;
		all->list[i].problem = problem;
		all->list[i].caused_by = cause;
		all->list[i].violated = !t->c->silent && t->c->outcome == OUTCOME_VIOLATED;
	}
	all->acts++;
}

static void act(struct turn *t)
{
	uint32_t done = t->w->deeds ? t->w->deeds->count : 0;

	mark_all(t);
	say_all(t);
	if (!t->c->silent)
		note(t);
	sign(t, done);
	remember(t);
}

/* ---- over what
 * ----------------------------------------------------------------------------------- */

/* The last step's list and what it hangs on; false: nothing there. */
static bool walk_to(const struct turn *t, const struct pack_path *p, struct expr_item *at)
{
	*at = t->call;
	for (unsigned i = 0; i + 1 < p->count; i++) {
		struct expr_value v = { .known = false };
		p->steps[i]->get(at, p->steps[i]->arg, &v);
		if (!v.known)
			return false;
		*at = v.item;
	}
	return true;
}

static bool first_item(const struct turn *t, const struct pack_path *p, struct expr_item *out)
{
	struct expr_item at;

	if (!p->count || !walk_to(t, p, &at))
		return false;
	return p->steps[p->count - 1]->next(&at, p->steps[p->count - 1]->arg, NULL, out);
}

/* An octet for each question: 0 not asked, else 1 and the answer. */
static enum expr_truth answer(uint8_t *at, const struct expr *question, const struct turn *t)
{
	if (!*at)
		*at = (uint8_t)(1 + (question ? expr_ask(question, &t->call) : EXPR_TRUE));
	return (enum expr_truth)(*at - 1);
}

/* Asked where something is there that the rule could be about, which mostly is not so. */
static bool applies(struct turn *t)
{
	t->applies = answer(&t->applied[t->rule->applies_as], t->rule->applies, t);
	return t->applies == EXPR_TRUE;
}

/* The alternatives from `c` on; the first whose condition holds is taken. */
static void try_chain(struct turn *t, const struct pack_case *c, const struct pack_case *end)
{
	if (!applies(t))
		return;
	make_fact(t);
	for (; c < end; c++) {
		enum expr_truth yes = c->when ? expr_ask(c->when, t->items) : EXPR_TRUE;
		t->c = c;
		if (yes == EXPR_TRUE)
			act(t);
		t->unknown |= yes == EXPR_UNKNOWN;
		if (yes != EXPR_FALSE)
			return;
	}
}

static void over(struct turn *t, const struct pack_path *p, const struct pack_case *c,
		 const struct pack_case *end)
{
	struct expr_item at, it;

	if (p->facts && !rule_has(t->w, (enum fact_kind)(p->facts - 1)))
		return;
	t->items[0] = t->items[1] = it = t->call;
	if (!p->count) {
		try_chain(t, c, end);
		return;
	}
	if (!walk_to(t, p, &at))
		return;
	const struct expr_field *list = p->steps[p->count - 1];
	for (const void *after = NULL; list->next(&at, list->arg, after, &it); after = it.at) {
		t->items[0] = it;
		try_chain(t, c, end);
	}
}

static void run_cases(struct turn *t)
{
	static const struct pack_path call = { .count = 0 };
	const struct pack_case *c = t->rule->cases, *all = c + t->rule->case_count, *end;

	for (; c < all; c = end) {
		for (end = c + 1; end < all && end->chained;)
			end++;
		if (!c->each_count)
			over(t, &call, c, end);
		for (size_t i = 0; i < c->each_count; i++)
			over(t, &c->each[i], c, end);
	}
}

/* ---- outcomes ------------------------------------------------------------------------------- */

/* Kinds of fact that the call carries. */
static struct expr_need held(const struct call *c)
{
	struct expr_need kinds = { { 0 } };

	for (uint32_t i = 0; i < c->fact_count; i++)
		expr_need_add(&kinds, (int)c->facts[i].kind);
	return kinds;
}

/* What came of a rule whose cases were tried. */
static enum outcome outcome_of(struct turn *t, const struct expr_need *kinds)
{
	const struct pack_rule *rule = t->rule;

	if (!applies(t))
		return t->applies == EXPR_FALSE ? OUTCOME_NOT_APPLICABLE : OUTCOME_NOT_ASSESSABLE;
	if (t->acted && (t->outcome == OUTCOME_VIOLATED || !t->unknown))
		return t->outcome;
	if (t->unknown || !rule->seen || !expr_need_met(&rule->seen_needs, kinds))
		return OUTCOME_NOT_ASSESSABLE;
	return answer(&t->seen[rule->seen_as], rule->seen, t) == EXPR_TRUE ? OUTCOME_SATISFIED
									   : OUTCOME_NOT_ASSESSABLE;
}

void engine_run(struct pack_set *s, struct work *w)
{
	size_t n;
	const struct rule *rules = pack_rules(s, &n);
	struct expr_need kinds = held(w->c);
	uint8_t applied[PACK_RULES] = { 0 }, seen[PACK_RULES] = { 0 };
	struct turn t = {
		.w = w, .call = { field_call(), w, w->c }, .applied = applied, .seen = seen
	};

	for (size_t i = 0; i < n; i++) {
		t.rule = pack_at(s, i);
		t.acted = t.unknown = false;
		t.outcome = OUTCOME_VIOLATED;
		if (t.rule->ranges_wider || expr_need_share(&t.rule->ranges, &kinds))
			run_cases(&t);
		if (w->outcomes)
			w->outcomes[t.rule->as - rules] = outcome_of(&t, &kinds);
	}
}
