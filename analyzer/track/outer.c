/* outer.c - the two ends of the media, and where signaling ended that could not be read. */
#include "analyzer/track/outer.h"

#include <string.h>

#include "analyzer/track/alike.h"
#include "analyzer/track/keyed.h"
#include "analyzer/track/sight.h"

enum { HOSTS = 16 };

/* A host of the media and how many others it exchanged packets with. */
struct host {
	struct addr at;
	struct addr peer;
	bool many;
};

struct hosts {
	struct host all[HOSTS];
	unsigned count;
	bool full;
};

static void add_pair(struct hosts *h, const struct addr *a, const struct addr *b)
{
	unsigned i = 0;

	while (i < h->count && !addr_eq(&h->all[i].at, a))
		i++;
	if (i == HOSTS) {
		h->full = true;
		return;
	}
	if (i == h->count)
		h->all[h->count++] = (struct host){ *a, *b, false };
	h->all[i].many |= !addr_eq(&h->all[i].peer, b);
}

static void media_hosts(const struct live *l, struct hosts *h)
{
	for (unsigned i = 0; i < l->list.count; i++)
		for (unsigned k = 0; k < l->list.all[i].m.segment_count; k++) {
			const struct segment *s = &l->list.all[i].m.segments[k];
			add_pair(h, &s->a.addr, &s->b.addr);
			add_pair(h, &s->b.addr, &s->a.addr);
		}
}

/* Inside TURN the packets name who talks, and the server is a relay beside them. */
static bool inside_turn(const struct live *l, struct addr ends[2])
{
	for (unsigned i = 0; i < l->list.count; i++)
		for (unsigned k = 0; k < l->list.all[i].m.segment_count; k++) {
			const struct segment *s = &l->list.all[i].m.segments[k];
			if (!s->in_turn)
				continue;
			ends[0] = s->a.addr;
			ends[1] = s->b.addr;
			return true;
		}
	return false;
}

/* Those with one neighbour: exactly two, or the shape of the path is not known. */
static bool outermost(const struct live *l, struct addr ends[2])
{
	struct hosts h = { .count = 0 };
	unsigned n = 0;

	if (inside_turn(l, ends))
		return true;
	media_hosts(l, &h);
	for (unsigned i = 0; i < h.count; i++)
		if (!h.all[i].many) {
			if (n == 2)
				return false;
			ends[n++] = h.all[i].at;
		}
	return n == 2 && !h.full;
}

static void set_ends(struct live *l, struct addr ends[2])
{
	struct call *c = &l->call;

	if (addr_cmp(&ends[0], &ends[1]) > 0) {
		struct addr swap = ends[0];
		ends[0] = ends[1];
		ends[1] = swap;
	}
	if (c->kind != CALL_OPAQUE)
		return;
	c->ends[0].at = (struct endpoint){ ends[0], 0 };
	c->ends[1].at = (struct endpoint){ ends[1], 0 };
}

/* ---- connections ------------------------------------------------------------------- */

struct ways {
	const struct leg *direct;   /* between the two ends */
	const struct leg *other[2]; /* from each end to somebody else */
	unsigned opaque, between,
		rest; /* opaque legs; those of them between the ends; all others */
};

static bool joins(const struct leg *g, const struct addr *a, const struct addr *b)
{
	return (addr_eq(&g->a.addr, a) && addr_eq(&g->b.addr, b)) ||
	       (addr_eq(&g->a.addr, b) && addr_eq(&g->b.addr, a));
}

static const struct addr *other_end(const struct leg *g, const struct addr *a)
{
	if (addr_eq(&g->a.addr, a))
		return &g->b.addr;
	return addr_eq(&g->b.addr, a) ? &g->a.addr : NULL;
}

static bool hidden(const struct leg *g)
{
	return g->encrypted && !g->readable;
}

static struct ways look(const struct call *c, const struct addr ends[2])
{
	struct ways w = { 0 };

	for (unsigned i = 0; i < c->leg_count; i++) {
		const struct leg *g = &c->legs[i];
		if (!hidden(g)) {
			w.rest++;
			continue;
		}
		w.opaque++;
		if (joins(g, &ends[0], &ends[1])) {
			w.direct = w.direct ? w.direct : g;
			w.between++;
			continue;
		}
		for (unsigned e = 0; e < 2; e++)
			if (other_end(g, &ends[e]) && !w.other[e])
				w.other[e] = g;
	}
	return w;
}

/* Who ends TLS in the middle, as the operator says. */
static bool ends_tls(const struct inventory *v, const struct addr *a)
{
	static const enum role roles[] = { ROLE_PROXY, ROLE_SBC, ROLE_B2BUA, ROLE_CONFERENCE };

	for (unsigned i = 0; i < sizeof roles / sizeof *roles; i++)
		if (inventory_says(v, a, roles[i]))
			return true;
	return false;
}

/* The same host passed SIP on that could be read: what it ends on this side is no secret to it. */
static bool known_behind(const struct call *c, const struct addr *host, const struct leg * not )
{
	for (unsigned i = 0; i < c->leg_count; i++) {
		const struct leg *g = &c->legs[i];
		if (g != not &&(g->readable || g->decrypted) && other_end(g, host))
			return true;
	}
	return false;
}

/* The capture ran before the media began, so an exchange in its path would have been seen. */
static bool from_its_start(const struct live *l, const struct agreed *a)
{
	for (unsigned i = 0; i < l->call.leg_count; i++)
		for (unsigned k = 0; k < a->m.segment_count; k++)
			if (l->call.legs[i].first_ns < a->m.segments[k].first_ns)
				return true;
	return false;
}

/* SDES in signaling that could be read counts as well: nothing else was agreed. */
static bool keyed_unseen(const struct agreed *a)
{
	if (a->m.dtls || a->m.zrtp || !a->m.segment_count ||
	    (a->m.keying != KEYING_UNKNOWN && a->m.keying != KEYING_SDES))
		return false;
	for (unsigned k = 0; k < a->m.segment_count; k++)
		if (!alike_protected(&a->m.segments[k]))
			return false;
	return true;
}

/* B.5: protected, and nothing agreed in the path: the key came through the element that reads SIP.
 */
static void note_eliminated(struct live *l)
{
	for (unsigned i = 0; i < l->list.count; i++) {
		const struct agreed *a = &l->list.all[i];
		if (keyed_unseen(a) && from_its_start(l, a))
			keyed_fact(l, FACT_keying_unexplained, 1, a->number, "by elimination",
				   &a->m.segments[0].first);
	}
}

static void note_elsewhere(struct live *l, const struct track_options *o, const struct addr ends[2],
			   const struct ways *w)
{
	for (unsigned e = 0; e < 2; e++) {
		const struct leg *g = w->other[e];
		if (!g)
			continue;
		const struct addr *host = other_end(g, &ends[e]);
		bool sure = ends_tls(o->inventory, host) || known_behind(&l->call, host, g);
		if (!sure && !(w->other[0] && w->other[1]))
			continue;
		struct fact *f = live_fact(l, FACT_tls_elsewhere, sure ? 3 : 1, FACT_NOWHERE,
					   FACT_NOWHERE, &g->first);
		if (!f)
			continue;
		f->leg = (int16_t)(g - l->call.legs);
		f->value = sure;
		note_eliminated(l);
	}
}

static bool between(const struct sight *s, const struct addr ends[2])
{
	return (addr_eq(&s->key.src, &ends[0]) && addr_eq(&s->key.dst, &ends[1])) ||
	       (addr_eq(&s->key.src, &ends[1]) && addr_eq(&s->key.dst, &ends[0]));
}

/* One connection, seen at two capture points, or at one on both sides of a router. */
static bool seen_twice(const struct live *l, const struct addr ends[2])
{
	for (const struct sight *s = l->sights; s; s = s->next) {
		if (s->kind != SIGHT_TLS || !between(s, ends))
			continue;
		if (s->routed)
			return true;
		for (const struct sight *t = s->next; t; t = t->next)
			if (s->point != t->point && sight_same(s, t))
				return true;
	}
	return false;
}

static bool passed_on(const struct live *l)
{
	return l->named.count || l->forwarding.count || l->serving.count;
}

/* Nothing agreed in the media path, so what keys it came with the signaling (B.5, elimination). */
static void note_keys(struct live *l, bool spans, const struct evidence *at)
{
	for (unsigned i = 0; i < l->list.count; i++) {
		if (!keyed_unseen(&l->list.all[i]))
			continue;
		struct fact *f =
			keyed_fact(l, FACT_key_by_signaling, 3, l->list.all[i].number, NULL, at);
		if (f)
			f->spans = spans;
	}
}

static void note_direct(struct live *l, const struct track_options *o, const struct addr ends[2],
			const struct ways *w)
{
	bool spans = inventory_says(o->inventory, &ends[0], ROLE_ENDPOINT) &&
		     inventory_says(o->inventory, &ends[1], ROLE_ENDPOINT);
	bool told = w->direct->decrypted && !passed_on(l);

	if (w->rest || w->between < w->opaque || passed_on(l) ||
	    !(spans || told || seen_twice(l, ends)))
		return;
	struct fact *f =
		live_fact(l, FACT_tls_direct, 3, FACT_NOWHERE, FACT_NOWHERE, &w->direct->first);
	if (!f)
		return;
	f->leg = (int16_t)(w->direct - l->call.legs);
	f->spans = spans;
	note_keys(l, spans, &w->direct->first);
}

void outer_facts(struct live *l, const struct track_options *options)
{
	struct addr ends[2];

	if (!outermost(l, ends))
		return;
	set_ends(l, ends);
	struct ways w = look(&l->call, ends);
	if (w.direct)
		note_direct(l, options, ends, &w);
	else if (w.opaque)
		note_elsewhere(l, options, ends, &w);
}
