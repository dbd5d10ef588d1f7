/* rule.c - the bench: facts in reach, findings noted, conditions spoken on. */
#include "rules/rule.h"
#include "rules/engine.h"
#include "rules/pack.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"

static void scan_lines(struct work *w)
{
	for (uint16_t i = 0; i < w->c->media_count; i++) {
		const struct media *m = &w->c->media[i];
		w->lines[i].live = m->answered && !m->rejected && !m->ignored;
		for (uint16_t s = 0; s < m->segment_count && !w->lines[i].live; s++)
			w->lines[i].live = m->segments[s].packets > 0;
	}
}

void rule_begin(struct work *w)
{
	w->answers = arena_take(w->arena, PACK_DEFINES);
	w->lines = arena_take(w->arena, (w->c->media_count + 1u) * sizeof *w->lines);
	w->found->count = w->found->dropped = 0;
	if (w->deeds)
		w->deeds->count = w->deeds->acts = 0;
	for (uint32_t i = 0; i < w->c->fact_count; i++)
		w->has[w->c->facts[i].kind] = true;
	scan_lines(w);
}

struct work rule_afresh(const struct work *w, struct line *lines)
{
	struct work again = { .c = w->c, .arena = w->arena, .found = w->found, .lines = lines };

	memcpy(again.has, w->has, sizeof again.has);
	memset(lines, 0, (w->c->media_count + 1u) * sizeof *lines);
	scan_lines(&again);
	return again;
}

/* ---- what was done ---------------------------------------------------------- */

static void remember(struct work *w, struct deed d)
{
	struct deeds *all = w->deeds;

	if (!all)
		return;
	if (all->count == all->room) {
		all->room = all->room ? all->room * 2 : 64;
		all->list = mem_grow(all->list, all->room, sizeof *all->list);
	}
	d.act = all->acts;
	all->list[all->count++] = d;
}

void rule_mark(struct work *w, bool *mark, bool value)
{
	*mark = value;
	remember(w, (struct deed){ .mark = mark, .value = value });
}

_Static_assert((UINT16_MAX + 1) * sizeof(struct line) <= RULE_ARENA / 4, "lines always fit");

bool rule_has(const struct work *w, enum fact_kind k)
{
	return w->has[k];
}

const struct leg *rule_leg(const struct work *w, const struct fact *f)
{
	const struct media *m = rule_media(w, f);
	int16_t at = f->leg >= 0 || !m ? f->leg : m->leg;

	return at >= 0 && at < w->c->leg_count ? &w->c->legs[at] : NULL;
}

const struct media *rule_media(const struct work *w, const struct fact *f)
{
	return f->media >= 0 && f->media < w->c->media_count ? &w->c->media[f->media] : NULL;
}

struct line *rule_line(struct work *w, const struct fact *f)
{
	const struct media *m = rule_media(w, f);

	return &w->lines[m ? m - w->c->media : w->c->media_count];
}

static bool left_from(const struct media *m, const struct end *e)
{
	for (uint16_t i = 0; i < m->segment_count; i++)
		if (addr_eq(&m->segments[i].a.addr, &e->at.addr))
			return true;
	return false;
}

bool rule_ends_asserted(const struct work *w, const struct fact *f)
{
	const struct media *m = rule_media(w, f);

	for (int i = 0; i < 2; i++) {
		const struct end *e = &w->c->ends[i];
		if (!m || e->role != ROLE_ENDPOINT || e->role_from != ROLE_ASSERTED ||
		    !left_from(m, e))
			return false;
	}
	return true;
}

bool rule_in_clear(const struct work *w, const struct fact *f)
{
	const struct leg *leg = rule_leg(w, f);

	if (leg)
		return leg->readable;
	return w->readable || rule_has(w, FACT_sip_readable);
}

const char *rule_text(struct work *w, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	const char *kept = arena_text(w->arena, slice_of(text));
	return kept ? kept : "";
}

const char *rule_words(struct work *w, const struct words *words)
{
	const char *kept =
		arena_text(w->arena, (struct slice){ (const uint8_t *)words->text, words->n });
	return kept ? kept : "";
}

/* ---- findings ------------------------------------------------------------- */

static bool same_evidence(const struct evidence *a, const struct evidence *b)
{
	return a->frame == b->frame && a->input == b->input;
}

static uint8_t add_evidence(struct evidence *list, uint8_t count, const struct evidence *e)
{
	if (e->frame == 0 || count >= RULE_EVIDENCE)
		return count;
	for (uint8_t i = 0; i < count; i++)
		if (same_evidence(&list[i], e))
			return count;
	list[count] = *e;
	return (uint8_t)(count + 1);
}

static const char *scope_text(struct work *w, const struct problem_scope *at)
{
	struct words t = { .n = 0 };

	if (at->media < 0 && at->leg < 0)
		return "call";
	words_add(&t, at->media >= 0 ? "media " : "leg ");
	words_number(&t, (uint64_t)(at->media >= 0 ? at->media : at->leg));
	if (at->media >= 0 && at->segment >= 0) {
		words_add(&t, " segment ");
		words_number(&t, (uint64_t)at->segment);
	}
	return rule_words(w, &t);
}

static struct problem_scope scope_of(const struct fact *f)
{
	if (!f)
		return (struct problem_scope){ FACT_NOWHERE, FACT_NOWHERE, FACT_NOWHERE };
	/* A line's fact keeps the leg it was read on as evidence, not as its scope. */
	return (struct problem_scope){ f->media >= 0 ? FACT_NOWHERE : f->leg, f->media,
				       f->media >= 0 ? f->segment : FACT_NOWHERE };
}

static struct finding *room_for(struct findings *all)
{
	if (all->count == RULE_FINDINGS) {
		all->dropped++;
		return NULL;
	}
	if (all->count == all->room) {
		all->room = all->room ? all->room * 2 : 16;
		all->list = mem_grow(all->list, all->room, sizeof *all->list);
	}
	struct finding *f = &all->list[all->count++];
	memset(f, 0, sizeof *f);
	return f;
}

/* Facts come sorted by kind and scope, so the one to join is the last that was noted. */
static struct finding *last_like(struct findings *all, const struct note *n, const char *title,
				 const char *scope)
{
	struct finding *last = all->count ? &all->list[all->count - 1] : NULL;

	if (last && last->rule == n->rule && last->severity == n->severity &&
	    last->outcome == n->outcome && strcmp(last->title, title) == 0 &&
	    strcmp(last->scope, scope) == 0)
		return last;
	return NULL;
}

void rule_note(struct work *w, const struct fact *f, struct note n)
{
	const struct rule *rule = n.rule;
	struct problem_scope at = scope_of(f);
	const char *scope = scope_text(w, &at);
	const char *title = n.title ? n.title : rule->title;
	struct finding *here = last_like(w->found, &n, title, scope);

	if (!here) {
		here = room_for(w->found);
		if (!here)
			return;
		here->rule = rule;
		here->severity = n.severity;
		here->outcome = n.outcome;
		here->title = title;
		here->detail = n.detail;
		here->scope = scope;
		here->caused_by = n.caused_by;
		problem_name(w->memo, w->arena, w->c, at, here);
	}
	here->weakens |= n.weakens;
	for (uint8_t i = 0; f && i < f->at_count && i < FACT_EVIDENCE; i++)
		here->at_count = add_evidence(here->at, here->at_count, &f->at[i]);
}

/* ---- conditions ----------------------------------------------------------- */

static void keep_reason(struct reason *r, const struct fact *f, const char *why)
{
	if (!r->why)
		r->why = why;
	for (uint8_t i = 0; f && i < f->at_count && i < FACT_EVIDENCE; i++) {
		uint8_t before = r->at_count;
		r->at_count = add_evidence(r->at, before, &f->at[i]);
		if (r->at_count > before)
			r->at_text[before] = fact_text(f->kind);
	}
}

static struct answer *answer_on(struct work *w, enum condition on, const struct fact *f)
{
	static const struct fact nowhere = { .leg = FACT_NOWHERE, .media = FACT_NOWHERE };
	struct line *line = rule_line(w, f ? f : &nowhere);

	if (on == CONDITION_SIGNALING)
		return &w->signaling;
	return on == CONDITION_KEYS ? &line->keys : &line->media;
}

void rule_say(struct work *w, enum condition on, enum known k, const struct fact *f,
	      const char *why)
{
	uint8_t grade = f && f->grade ? f->grade : 3;
	struct answer said = { .ok = k == KNOWN_OK ? grade : 0,
			       .suspect = k == KNOWN_SUSPECT ? grade : 0,
			       .fail = k == KNOWN_FAIL ? grade : 0 };
	struct answer *a = answer_on(w, on, f);

	*a = lattice_join_answers(*a, said);
	remember(w, (struct deed){ .answer = a, .said = said });
	keep_reason(
		&w->reasons[on][k == KNOWN_NONE ? KNOWN_NONE : lattice_settle(said, false).known],
		f, why);
}

void rule_admit(struct work *w, enum condition on, const struct fact *f, const char *why)
{
	struct answer *a = answer_on(w, on, f), said = { .fail = 2, .against_interest = true };

	*a = lattice_join_answers(*a, said);
	remember(w, (struct deed){ .answer = a, .said = said });
	keep_reason(&w->reasons[on][KNOWN_FAIL], f, why);
}

void rule_all(struct work *w)
{
	engine_run(pack_builtin(), w);
}
