/* way.c - the hosts of a call in order, and what went between them. */
#include "analyzer/track/way.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/track/boxes.h"
#include "analyzer/track/ends.h"

struct way {
	struct live *l;
	const struct agreed_list *list;
	struct station stations[WAY_STATIONS];
	struct stretch stretches[WAY_STRETCHES];
	unsigned station_count, stretch_count;
	bool more;
};

static int find(const struct way *w, const struct addr *host)
{
	for (unsigned i = 0; i < w->station_count; i++)
		if (addr_eq(&w->stations[i].at, host))
			return (int)i;
	return -1;
}

static void insert(struct way *w, const struct addr *host, unsigned at)
{
	if (addr_is_none(host) || find(w, host) >= 0)
		return;
	if (w->station_count == WAY_STATIONS) {
		w->more = true;
		return;
	}
	memmove(&w->stations[at + 1], &w->stations[at],
		(w->station_count - at) * sizeof *w->stations);
	w->stations[at] = (struct station){ .at = *host };
	w->station_count++;
}

/* ---- who stands where ---------------------------------------------------------------- */

static bool on_media(const struct way *w, const struct addr *host)
{
	for (unsigned i = 0; i < w->list->count; i++)
		for (unsigned k = 0; k < w->list->all[i].m.segment_count; k++) {
			const struct segment *s = &w->list->all[i].m.segments[k];
			if (addr_eq(&s->a.addr, host) || addr_eq(&s->b.addr, host))
				return true;
		}
	return false;
}

static bool sends_on(const struct call *c, const struct addr *host)
{
	for (unsigned i = 0; i < c->leg_count; i++)
		if (addr_eq(&c->legs[i].a.addr, host))
			return true;
	return false;
}

/* One of several that were called, and not the one who talked. */
static bool other_branch(const struct way *w, const struct addr *host, bool last)
{
	return !last && !sends_on(&w->l->call, host) && !ends_is(&w->l->call, host) &&
	       !on_media(w, host);
}

/* Legs stand in the order in which the call passed them. */
static void along_signaling(struct way *w)
{
	const struct call *c = &w->l->call;

	for (unsigned i = 0; i < c->leg_count; i++) {
		const struct addr *both[] = { &c->legs[i].a.addr, &c->legs[i].b.addr };
		for (unsigned k = 0; k < 2; k++)
			if (!addr_eq(both[k], &c->ends[1].at.addr) &&
			    !other_branch(w, both[k], i + 1 == c->leg_count))
				insert(w, both[k], w->station_count);
	}
}

static const struct addr *across(const struct endpoint *a, const struct endpoint *b,
				 const struct addr *host)
{
	if (addr_eq(&a->addr, host))
		return &b->addr;
	return addr_eq(&b->addr, host) ? &a->addr : NULL;
}

/* Behind the neighbour through which the caller reaches it. What only the other end reaches lies
 * beyond it. */
static bool along(struct way *w, const struct endpoint *a, const struct endpoint *b)
{
	for (unsigned i = 0; i < w->station_count; i++) {
		const struct addr *next = across(a, b, &w->stations[i].at);
		if (!next || find(w, next) >= 0 || addr_is_none(next) ||
		    addr_eq(next, &w->l->call.ends[1].at.addr))
			continue;
		insert(w, next, i + 1);
		return !w->more;
	}
	return false;
}

static bool one_more(struct way *w)
{
	const struct call *c = &w->l->call;

	for (unsigned i = 0; i < c->leg_count; i++)
		if (c->kind == CALL_OPAQUE && along(w, &c->legs[i].a, &c->legs[i].b))
			return true;
	for (unsigned i = 0; i < w->list->count; i++) {
		const struct media *m = &w->list->all[i].m;
		for (unsigned k = 0; k < m->segment_count; k++)
			if (along(w, &m->segments[k].a, &m->segments[k].b))
				return true;
		if (!m->segment_count && m->answered && along(w, &m->offerer, &m->answerer))
			return true;
	}
	return false;
}

static void stand(struct way *w)
{
	const struct call *c = &w->l->call;

	insert(w, &c->ends[0].at.addr, 0);
	/* Connections that nobody could read stand in the order of their clocks only. */
	if (c->kind != CALL_OPAQUE)
		along_signaling(w);
	while (one_more(w))
		;
	insert(w, &c->ends[1].at.addr, w->station_count);
}

/* ---- what went between them -------------------------------------------------------------- */

static struct stretch *between(struct way *w, const struct addr *a, const struct addr *b)
{
	int i = find(w, a), k = find(w, b);

	if (i < 0 || k < 0 || i == k)
		return NULL;
	uint8_t low = (uint8_t)(i < k ? i : k), high = (uint8_t)(i < k ? k : i);
	for (unsigned n = 0; n < w->stretch_count; n++)
		if (w->stretches[n].a == low && w->stretches[n].b == high)
			return &w->stretches[n];
	if (w->stretch_count == WAY_STRETCHES) {
		w->more = true;
		return NULL;
	}
	w->stretches[w->stretch_count] = (struct stretch){ .a = low, .b = high };
	return &w->stretches[w->stretch_count++];
}

/* From the least protected. */
static const uint8_t signaling_rank[] = { [CARRIAGE_CLEAR] = 0,
					  [CARRIAGE_TUNNEL] = 1,
					  [CARRIAGE_DECRYPTED] = 2,
					  [CARRIAGE_TLS] = 3,
					  [CARRIAGE_UNSEEN] = 4 };
static const uint8_t media_rank[] = { [PROTECTION_CLEAR] = 0,
				      [PROTECTION_INSUFFICIENT] = 1,
				      [PROTECTION_NONE_FOUND] = 2,
				      [PROTECTION_VERIFIED] = 3 };

static bool in_tls(const struct leg *g)
{
	return g->encrypted || (!g->readable && observation_transport_encrypted(g->carrier));
}

static void signal(struct way *w, const struct leg *g)
{
	enum carriage c = g->readable	 ? CARRIAGE_CLEAR
			  : g->encrypted ? CARRIAGE_TLS
			  : g->tunnelled ? CARRIAGE_TUNNEL
			  : g->decrypted ? CARRIAGE_DECRYPTED
					 : CARRIAGE_UNSEEN;
	struct stretch *s = between(w, &g->a.addr, &g->b.addr);
	const struct addr *both[] = { &g->a.addr, &g->b.addr };

	if (s && signaling_rank[c] < signaling_rank[s->signaling])
		s->signaling = c;
	for (unsigned k = 0; in_tls(g) && k < 2; k++) {
		int at = find(w, both[k]);
		if (at >= 0)
			w->stations[at].ends_tls = true;
	}
}

static void anchor(struct way *w, const struct addr *host)
{
	int at = find(w, host);

	if (at >= 0 && !ends_is(&w->l->call, host))
		w->stations[at].anchors_media = true;
}

static void carry(struct way *w, const struct segment *g)
{
	struct stretch *s = between(w, &g->a.addr, &g->b.addr);

	anchor(w, &g->a.addr);
	anchor(w, &g->b.addr);
	if (!s || (s->media && media_rank[s->protection] <= media_rank[g->protection]))
		return;
	s->media = true;
	s->protection = g->protection;
}

static void connect(struct way *w)
{
	for (unsigned i = 0; i < w->l->call.leg_count; i++)
		signal(w, &w->l->call.legs[i]);
	for (unsigned i = 0; i < w->list->count; i++) {
		const struct media *m = &w->list->all[i].m;
		for (unsigned k = 0; k < m->segment_count; k++)
			carry(w, &m->segments[k]);
		if (!m->answered)
			continue;
		anchor(w, &m->offerer.addr);
		anchor(w, &m->answerer.addr);
	}
}

/* ---- the door ------------------------------------------------------------------------------ */

/* What an element was found to be holds here as well. */
static void name_station(const struct way *w, const struct inventory *v, struct station *s)
{
	const struct call *c = &w->l->call;

	for (unsigned i = 0; i < 2; i++)
		if (addr_eq(&c->ends[i].at.addr, &s->at)) {
			s->role = c->ends[i].role;
			s->role_from = c->ends[i].role_from;
			return;
		}
	for (unsigned i = 0; i < c->element_count; i++) {
		const struct element *e = &c->elements[i];
		if (e->name || !addr_eq(&e->at.addr, &s->at) || e->role == ROLE_UNKNOWN)
			continue;
		s->role = e->role;
		s->role_from = e->role_from;
		return;
	}
	struct ends_role r = ends_role(w->l, v, &s->at);
	if (r.role == ROLE_UNKNOWN && boxes_relays(w->l, w->list, &s->at))
		r.role = ROLE_RELAY;
	s->role = r.role;
	s->role_from = r.from;
}

static int stretch_cmp(const void *x, const void *y)
{
	const struct stretch *s = x, *t = y;

	return s->a != t->a ? s->a - t->a : s->b - t->b;
}

void way_build(struct live *l, const struct agreed_list *list, const struct inventory *v)
{
	struct call *c = &l->call;
	struct way w;

	w.l = l;
	w.list = list;
	w.station_count = w.stretch_count = 0;
	w.more = false;
	if (c->kind != CALL_CALL && c->kind != CALL_OPAQUE)
		return;
	stand(&w);
	connect(&w);
	if (w.station_count < 2)
		return;
	c->stations = live_take(l, w.station_count * sizeof *c->stations);
	c->stretches = live_take(l, (w.stretch_count + 1U) * sizeof *c->stretches);
	if (!c->stations || !c->stretches)
		return;
	if (w.stretch_count)
		qsort(w.stretches, w.stretch_count, sizeof *w.stretches, stretch_cmp);
	for (unsigned i = 0; i < w.station_count; i++)
		name_station(&w, v, &w.stations[i]);
	memcpy(c->stations, w.stations, w.station_count * sizeof *c->stations);
	memcpy(c->stretches, w.stretches, w.stretch_count * sizeof *c->stretches);
	c->station_count = (uint16_t)w.station_count;
	c->stretch_count = (uint16_t)w.stretch_count;
	c->more_stations = w.more;
}
