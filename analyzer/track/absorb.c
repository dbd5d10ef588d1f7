/* absorb.c - one row takes in another that proved to be the same call. */
#include "analyzer/track/absorb.h"

#include <string.h>

#include "analyzer/track/epoch.h"
#include "analyzer/track/ladder.h"
#include "analyzer/track/told.h"

/* New numbers of what another row numbered for itself. */
struct shift {
	int16_t *legs; /* by old number */
	int16_t media;
	uint16_t part;
};

static int16_t moved(int16_t number, int16_t by)
{
	return number < 0 ? number : (int16_t)(number + by);
}

/* ---- legs ------------------------------------------------------------------------- */

static bool same_leg(const struct leg *x, const struct leg *y)
{
	return x->carrier == y->carrier && x->encrypted && y->encrypted &&
	       x->first.frame == y->first.frame && x->first.input == y->first.input &&
	       addr_endpoint_eq(&x->a, &y->a) && addr_endpoint_eq(&x->b, &y->b);
}

/* Rows of one host each took its connections: a connection stays one leg. */
static bool join_legs(struct live *l, const struct live *o, struct shift *by)
{
	struct call *c = &l->call;
	const struct call *d = &o->call;
	unsigned n = c->leg_count + d->leg_count, old = c->leg_count;
	struct leg *all = n ? live_take(l, n * sizeof *all) : NULL;

	by->legs = n ? live_take(l, n * sizeof *by->legs) : NULL;
	if (n && (!all || !by->legs))
		return false;
	if (old)
		memcpy(all, c->legs, old * sizeof *all);
	for (unsigned i = 0; i < d->leg_count; i++) {
		unsigned k = 0;
		while (k < old && !same_leg(&all[k], &d->legs[i]))
			k++;
		by->legs[i] = (int16_t)(k < old ? k : c->leg_count);
		if (k == old)
			all[c->leg_count++] = d->legs[i];
	}
	c->legs = all;
	return true;
}

static int16_t leg_of(const struct shift *by, int16_t leg)
{
	return leg < 0 ? leg : by->legs[leg];
}

static void move_legs(struct live *l, struct live *o, const struct shift *by)
{
	for (struct leg_live *g = o->legs; g; g = g->next) {
		g->part = (uint16_t)(g->part + by->part);
		g->number = (uint16_t)by->legs[g->number];
	}
	if (o->legs) {
		*l->legs_end = o->legs;
		l->legs_end = o->legs_end;
		l->leg_count = (uint16_t)(l->leg_count + o->leg_count);
	}
}

/* ---- lines -------------------------------------------------------------------------- */

static bool join_lines(struct live *l, const struct live *o)
{
	unsigned mine = l->list.count, n = mine + o->list.count;
	struct agreed *all = n ? live_take(l, n * sizeof *all) : NULL;

	if (n > INT16_MAX || (n && !all))
		return false;
	if (mine)
		memcpy(all, l->list.all, mine * sizeof *all);
	if (o->list.count)
		memcpy(all + mine, o->list.all, o->list.count * sizeof *all);
	l->list.all = all;
	l->list.count = n;
	return true;
}

static int16_t epoch_of(const struct live *l, int16_t was, uint64_t ns)
{
	return was < 0 ? was : (int16_t)epoch_at(&l->call, ns);
}

static void move_lines(struct live *l, unsigned from, const struct shift *by)
{
	for (unsigned i = from; i < l->list.count; i++) {
		struct agreed *a = &l->list.all[i];
		a->number = moved(a->number, by->media);
		a->part = (uint16_t)(a->part + by->part);
		a->m.leg = leg_of(by, a->m.leg);
		for (unsigned k = 0; k < a->m.segment_count; k++) {
			struct segment *s = &a->m.segments[k];
			s->epoch = epoch_of(l, s->epoch, live_call_time(l, s->point, s->first_ns));
		}
	}
}

static void move_pacts(struct live *l, struct live *o, const struct shift *by)
{
	for (struct pact *p = o->pacts; p; p = p->next) {
		const struct sdp_seen *both[] = { p->offer, p->answer };
		unsigned lines = 0;
		for (unsigned i = 0; i < 2; i++)
			if (both[i] && both[i]->line_count > lines)
				lines = both[i]->line_count;
		for (unsigned i = 0; p->media && i < lines; i++)
			p->media[i] = moved(p->media[i], by->media);
	}
	if (o->pacts) {
		*l->pacts_end = o->pacts;
		l->pacts_end = o->pacts_end;
		l->pact_count = (uint16_t)(l->pact_count + o->pact_count);
	}
}

/* ---- facts and sights ------------------------------------------------------------------ */

static void add_facts(struct live *l, struct note *facts)
{
	struct note **end = &l->facts;

	while (*end)
		end = &(*end)->next;
	*end = facts;
	for (; facts; facts = facts->next)
		l->fact_count++;
}

static void set_adrift(struct live *l, struct note *facts)
{
	for (struct note *n = facts; n; n = n->next) {
		n->fact.leg = n->fact.media = n->fact.segment = FACT_NOWHERE;
		n->fact.epoch = epoch_of(l, n->fact.epoch, n->fact.at[0].ts_ns);
	}
	add_facts(l, facts);
}

/* No room for its legs and lines: what was found on them holds for the call as a whole. */
static void keep_facts(struct live *l, struct live *o)
{
	set_adrift(l, o->facts);
	for (struct leg_live *g = o->legs; g; g = g->next)
		set_adrift(l, g->notes);
}

/* That of its segment; else by the time of its evidence. */
static int16_t fact_epoch(const struct live *l, const struct fact *f)
{
	const struct media *m =
		f->media >= 0 && f->media < (int)l->list.count ? &l->list.all[f->media].m : NULL;

	if (m && f->epoch >= 0 && f->segment >= 0 && f->segment < m->segment_count)
		return m->segments[f->segment].epoch;
	return epoch_of(l, f->epoch, f->at[0].ts_ns);
}

static void move_facts(struct live *l, struct live *o, const struct shift *by)
{
	for (struct note *n = o->facts; n; n = n->next) {
		n->fact.leg = leg_of(by, n->fact.leg);
		n->fact.media = moved(n->fact.media, by->media);
		n->fact.epoch = fact_epoch(l, &n->fact);
	}
	add_facts(l, o->facts);
}

static void move_sights(struct live *l, struct live *o, const struct shift *by)
{
	struct sight **end = &l->sights;

	for (struct sight *s = o->sights; s; s = s->next) {
		s->leg = leg_of(by, s->leg);
		s->media = moved(s->media, by->media);
		s->part = (uint16_t)(s->part + by->part);
	}
	while (*end)
		end = &(*end)->next;
	*end = o->sights;
}

static void join_hosts(struct live *l, struct host_list *to, const struct host_list *from)
{
	for (unsigned i = 0; i < from->count; i++) {
		struct host_seen *h =
			live_host(to, &from->all[i].addr) ? NULL : live_host_add(l, to);
		if (h)
			*h = from->all[i];
	}
}

/* ---- the call as a whole --------------------------------------------------------------- */

/* Where this row's own answer was not seen, the other's stands for it. */
static void join_answers(struct live *l, const struct live *o)
{
	uint8_t own = l->answer_count;

	for (unsigned i = 0; i < o->answer_count; i++) {
		unsigned k = 0;
		while (k < own && l->answers[k].point != o->answers[i].point)
			k++;
		if (k == own)
			live_answered(l, o->answers[i].point, o->answers[i].ns);
	}
}

static void join_whole(struct live *l, const struct live *o)
{
	struct call *c = &l->call;
	const struct call *d = &o->call;

	c->start_ns = d->start_ns < c->start_ns ? d->start_ns : c->start_ns;
	c->end_ns = d->end_ns > c->end_ns ? d->end_ns : c->end_ns;
	c->inputs |= d->inputs;
	c->messages += d->messages;
	c->emergency |= d->emergency;
	c->complete_end |= d->complete_end;
	c->cut_off &= d->cut_off;
	l->points |= o->points;
	if (o->first.frame)
		live_first(&l->first, &o->first);
	if (o->last.frame)
		live_last(&l->last, &o->last);
	if (o->last_media_ns > l->last_media_ns)
		l->last_media_ns = o->last_media_ns;
	if (o->clock_off.frame)
		live_first(&l->clock_off, &o->clock_off);
	if (o->truncated.frame)
		live_first(&l->truncated, &o->truncated);
	l->truncated_count += o->truncated_count;
	join_answers(l, o);
	told_join(&l->told, &o->told);
	l->isfocus_caller |= o->isfocus_caller;
	l->isfocus_callee |= o->isfocus_callee;
	for (unsigned i = 0; i < 2; i++)
		l->automaton[i] |= o->automaton[i];
	l->spent |= o->spent;
}

void absorb(struct live *l, struct live *o)
{
	struct shift by = { NULL, (int16_t)l->list.count, (uint16_t)(l->parts ? l->parts : 1) };
	struct live **end = &l->absorbed;

	while (*end)
		end = &(*end)->absorbed;
	*end = o;
	join_whole(l, o);
	if (!join_legs(l, o, &by) || !join_lines(l, o)) {
		keep_facts(l, o);
		ladder_forget(o);
		return;
	}
	move_legs(l, o, &by);
	move_lines(l, (unsigned)by.media, &by);
	move_pacts(l, o, &by);
	move_facts(l, o, &by);
	move_sights(l, o, &by);
	join_hosts(l, &l->answering, &o->answering);
	join_hosts(l, &l->forwarding, &o->forwarding);
	join_hosts(l, &l->named, &o->named);
	join_hosts(l, &l->serving, &o->serving);
	l->parts = (uint16_t)(by.part + (o->parts ? o->parts : 1));
}
