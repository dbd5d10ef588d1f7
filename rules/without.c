/* without.c - the label that a call would have without one of its problems. */
#include "rules/without.h"

#include <string.h>

#include "rules/verdict.h"

enum { GONE_RULES = 32, WITHOUT_MOST = 64, PASSES = 4 };

/* What is taken away, and what goes with it. */
struct taken {
	const struct deeds *all;
	const struct rule *rule;
	uint64_t problem;		      /* 0: the whole rule */
	bool *gone;			      /* by deed */
	const struct rule *rules[GONE_RULES]; /* none of their violations is left */
	unsigned rule_count;
};

static bool rule_gone(const struct taken *t, const struct rule *rule)
{
	for (unsigned i = 0; i < t->rule_count; i++)
		if (t->rules[i] == rule)
			return true;
	return false;
}

static bool cause_gone(const struct taken *t, const char *cause)
{
	for (unsigned i = 0; cause && i < t->rule_count; i++)
		if (strcmp(t->rules[i]->id, cause) == 0)
			return true;
	return false;
}

static bool chosen(const struct taken *t, const struct deed *d)
{
	return d->rule == t->rule && (!t->problem || d->problem == t->problem);
}

/* A silent case that spoke against a condition belongs to the violations of its rule. */
static bool speaks_against(const struct taken *t, uint32_t act)
{
	for (uint32_t i = 0; i < t->all->count; i++) {
		const struct deed *d = &t->all->list[i];
		if (d->act == act && (d->said.suspect || d->said.fail))
			return true;
	}
	return false;
}

static bool goes(const struct taken *t, const struct deed *d)
{
	if (d->violated)
		return chosen(t, d) || cause_gone(t, d->caused_by);
	return !d->problem && (rule_gone(t, d->rule) || cause_gone(t, d->caused_by)) &&
	       speaks_against(t, d->act);
}

/* A rule is gone when all that it did as a violation is. */
static void note_gone(struct taken *t, const struct rule *rule)
{
	if (rule_gone(t, rule) || t->rule_count == GONE_RULES)
		return;
	for (uint32_t i = 0; i < t->all->count; i++)
		if (t->all->list[i].rule == rule && t->all->list[i].violated && !t->gone[i])
			return;
	t->rules[t->rule_count++] = rule;
}

/* Causes of causes: a few passes reach the end of every chain that the catalogue has. */
static void take_away(struct taken *t)
{
	if (!t->problem)
		t->rules[t->rule_count++] = t->rule;
	for (int pass = 0; pass < PASSES; pass++) {
		bool more = false;
		for (uint32_t i = 0; i < t->all->count; i++)
			if (!t->gone[i] && goes(t, &t->all->list[i]))
				t->gone[i] = more = true;
		if (!more)
			return;
		for (uint32_t i = 0; i < t->all->count; i++)
			if (t->gone[i] && t->all->list[i].violated)
				note_gone(t, t->all->list[i].rule);
	}
}

/* Targets of deeds lie in the first work or among its lines: the same place in the other. */
static void *moved(const struct work *w, struct work *to, void *target)
{
	char *p = target, *lines = (char *)w->lines, *own = (char *)(uintptr_t)w;
	char *end = (char *)(w->lines + w->c->media_count + 1);

	return p >= lines && p < end ? (char *)to->lines + (p - lines) : (char *)to + (p - own);
}

static void redo(const struct work *w, struct work *again, const struct taken *t)
{
	for (uint32_t i = 0; i < t->all->count; i++) {
		const struct deed *d = &t->all->list[i];
		if (t->gone[i]) {
			again->mended |= d->mark == &w->readable;
			again->mended_tls |= d->mark == &w->broken_tls;
		} else if (d->mark) {
			*(bool *)moved(w, again, d->mark) = d->value;
		} else {
			struct answer *a = moved(w, again, d->answer);
			*a = lattice_join_answers(*a, d->said);
		}
	}
	again->mended = again->mended && !again->readable;
	again->mended_tls = again->mended_tls && !again->broken_tls;
}

static bool told(const struct judgement *j, const struct rule *rule, uint64_t problem)
{
	for (uint16_t i = 0; i < j->without_count; i++)
		if (j->without[i].rule == rule && j->without[i].problem == problem)
			return true;
	return false;
}

/* One verdict more, with the memory of the one before. */
struct bench {
	struct line *lines;
	bool *gone;
};

static void try_without(struct work *w, struct judgement *j, const struct bench *b,
			struct without one)
{
	struct taken t = {
		.all = w->deeds, .rule = one.rule, .problem = one.problem, .gone = b->gone
	};

	memset(b->gone, 0, w->deeds->count * sizeof *b->gone);
	take_away(&t);
	struct work again = rule_afresh(w, b->lines);
	redo(w, &again, &t);
	one.label = verdict_label(&again);
	if (one.label > j->label)
		j->without[j->without_count++] = one;
}

/* Only what did something can move a label. */
static bool acted(const struct deeds *all, const struct rule *rule)
{
	for (uint32_t i = 0; i < all->count; i++)
		if (all->list[i].violated && all->list[i].rule == rule)
			return true;
	return false;
}

static bool several(const struct judgement *j, const struct finding *f)
{
	uint64_t own = judge_problem(f);

	for (uint32_t i = 0; i < j->finding_count; i++) {
		const struct finding *o = &j->findings[i];
		if (o->rule == f->rule && o->outcome == OUTCOME_VIOLATED && judge_problem(o) != own)
			return true;
	}
	return false;
}

static bool first_of(const struct judgement *j, uint32_t at, bool by_problem)
{
	const struct finding *f = &j->findings[at];

	for (uint32_t i = 0; i < at; i++) {
		const struct finding *o = &j->findings[i];
		if (o->rule == f->rule && o->outcome == OUTCOME_VIOLATED &&
		    (!by_problem || judge_problem(o) == judge_problem(f)))
			return false;
	}
	return true;
}

static void try_finding(struct work *w, struct judgement *j, const struct bench *b, uint32_t at)
{
	const struct finding *f = &j->findings[at];
	struct without one = { .rule = f->rule };

	if (first_of(j, at, false))
		try_without(w, j, b, one);
	if (!first_of(j, at, true) || !told(j, f->rule, 0))
		return;
	one.problem = judge_problem(f);
	if (several(j, f)) {
		try_without(w, j, b, one);
		return;
	}
	one.label = j->without[j->without_count - 1].label;
	j->without[j->without_count++] = one;
}

void without_each(struct work *w, struct judgement *j)
{
	struct bench b = { NULL, NULL };

	if (!w->deeds || !w->deeds->count || j->label == LABEL_NONE)
		return;
	b.lines = arena_take(w->arena, (w->c->media_count + 1u) * sizeof *b.lines);
	b.gone = arena_take(w->arena, w->deeds->count * sizeof *b.gone);
	j->without = arena_take(w->arena, (WITHOUT_MOST + 2) * sizeof *j->without);
	if (!b.lines || !b.gone || !j->without)
		return;
	for (uint32_t i = 0; i < j->finding_count && j->without_count < WITHOUT_MOST; i++)
		if (j->findings[i].outcome == OUTCOME_VIOLATED &&
		    acted(w->deeds, j->findings[i].rule))
			try_finding(w, j, &b, i);
}
