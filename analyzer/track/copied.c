/* copied.c - the same encrypted stream at a third address (rule-catalog B.7). */
#include "analyzer/track/copied.h"

#include "analyzer/track/alike.h"
#include "analyzer/track/compare.h"
#include "analyzer/track/ends.h"

struct copy {
	const struct segment *s;
	int16_t media;
	int segment;
};

struct copies {
	struct copy all[COMPARE_SEGMENTS];
	unsigned count;
};

static bool early(const struct live *l, const struct segment *s)
{
	return s->epoch >= 0 && s->epoch < l->call.epoch_count &&
	       l->call.epochs[s->epoch].type == EPOCH_EARLY;
}

/* Media of forks before the answer, and what TURN unwraps, look alike and are none. */
static void gather(const struct live *l, struct copies *c)
{
	c->count = 0;
	for (unsigned i = 0; i < l->list.count; i++)
		for (unsigned k = 0; k < l->list.all[i].m.segment_count; k++) {
			const struct segment *s = &l->list.all[i].m.segments[k];
			if (c->count < COMPARE_SEGMENTS && s->packets >= ALIKE_PACKETS &&
			    !s->in_turn && !early(l, s))
				c->all[c->count++] =
					(struct copy){ s, l->list.all[i].number, (int)k };
		}
}

static bool line_names(const struct line_seen *m, const struct addr *host)
{
	bool named = addr_eq(&m->at.addr, host);

	for (unsigned i = 0; i < m->candidate_count; i++)
		named |= addr_eq(&m->candidates[i].at.addr, host);
	return named;
}

/* Told to expect media: as an address, or as an ICE candidate of either side. */
static bool announced(const struct live *l, const struct addr *host)
{
	for (const struct pact *p = l->pacts; p; p = p->next) {
		const struct sdp_seen *both[] = { p->offer, p->answer };
		for (unsigned i = 0; i < 2; i++)
			for (unsigned k = 0; both[i] && k < both[i]->line_count; k++)
				if (line_names(&both[i]->lines[k], host))
					return true;
	}
	return false;
}

static bool sends(const struct live *l, const struct addr *host)
{
	for (unsigned i = 0; i < l->list.count; i++)
		for (unsigned k = 0; k < l->list.all[i].m.segment_count; k++)
			if (addr_eq(&l->list.all[i].m.segments[k].a.addr, host))
				return true;
	return false;
}

/* It only listens, and nobody said that it would. */
static bool is_third(const struct live *l, const struct addr *host)
{
	return !addr_is_multicast(host) && !ends_is(&l->call, host) && !sends(l, host) &&
	       !announced(l, host);
}

/* Address translation shows one stream under two addresses, but at two capture points. */
static bool goes_elsewhere_too(const struct live *l, const struct copies *c, const struct copy *t,
			       uint64_t skew_ns)
{
	for (unsigned i = 0; i < c->count; i++) {
		const struct segment *s = c->all[i].s;
		if (s != t->s && s->point == t->s->point && !addr_eq(&s->b.addr, &t->s->b.addr) &&
		    (ends_is(&l->call, &s->b.addr) || sends(l, &s->b.addr)) &&
		    alike_of(s, t->s, skew_ns, NULL) == ALIKE_FORWARDED)
			return true;
	}
	return false;
}

static bool any_relayed(const struct live *l)
{
	for (const struct note *n = l->facts; n; n = n->next)
		if (n->fact.kind == FACT_media_relayed)
			return true;
	return false;
}

void copied_facts(struct live *l, const struct track_options *options)
{
	struct copies c;

	if (!any_relayed(l))
		return;
	gather(l, &c);
	for (unsigned i = 0; i < c.count; i++) {
		const struct copy *t = &c.all[i];
		if (!is_third(l, &t->s->b.addr) || !goes_elsewhere_too(l, &c, t, options->skew_ns))
			continue;
		bool known = inventory_says(options->inventory, &t->s->b.addr, ROLE_RECORDER);
		struct fact *f = live_fact(l, FACT_media_copied, known ? 3 : 1, t->media,
					   t->segment, &t->s->first);
		if (f)
			f->value = known;
	}
}
