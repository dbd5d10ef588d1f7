/* place.c - where flows and the promises of calls meet: addresses and user fragments. */
#include "analyzer/track/place.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/mem.h"

enum kind { KIND_ENDPOINT = 1, KIND_HOST, KIND_UFRAG };

static struct place named(enum kind kind, const void *bytes, size_t n)
{
	struct place p = { .key = { (uint8_t)kind } };

	memcpy(p.key + 1, bytes, n);
	return p;
}

struct place place_endpoint(const struct endpoint *e)
{
	struct place p = named(KIND_ENDPOINT, e->addr.b, sizeof e->addr.b);

	p.key[17] = (uint8_t)(e->port >> 8);
	p.key[18] = (uint8_t)e->port;
	return p;
}

struct place place_host(const struct addr *a)
{
	return named(KIND_HOST, a->b, sizeof a->b);
}

struct place place_ufrag(struct slice ufrag)
{
	uint64_t h = hash_fixed(ufrag);

	return named(KIND_UFRAG, &h, sizeof h);
}

bool place_is_endpoint(const struct place *p, struct endpoint *out)
{
	if (p->key[0] != KIND_ENDPOINT)
		return false;
	memcpy(out->addr.b, p->key + 1, sizeof out->addr.b);
	out->port = (uint16_t)(p->key[17] << 8 | p->key[18]);
	return true;
}

bool place_is_host(const struct place *p)
{
	return p->key[0] == KIND_HOST;
}

bool place_is_ufrag(const struct place *p)
{
	return p->key[0] == KIND_UFRAG;
}

bool place_same(const struct place *a, const struct place *b)
{
	return !memcmp(a->key, b->key, sizeof a->key);
}

static struct slice key_of(const struct place *p)
{
	return (struct slice){ p->key, sizeof p->key };
}

struct place *place_find(const struct map *places, const struct place *name)
{
	return map_get(places, key_of(name));
}

struct place *place_make(struct map *places, const struct place *name)
{
	struct place *p = place_find(places, name);

	if (p)
		return p;
	p = mem_zero(1, sizeof *p);
	*p = *name;
	map_put(places, key_of(p), p);
	return p;
}

void place_leave(struct map *places, struct place *p)
{
	if (p->flows || p->promises)
		return;
	map_remove(places, key_of(p));
	free(p);
}

void place_promise(struct map *places, struct live *l, const struct place *name, uint64_t from_ns)
{
	for (struct promise *p = l->promises; p; p = p->next_of_live)
		if (place_same(p->place, name)) {
			if (from_ns < p->from_ns)
				p->from_ns = from_ns;
			return;
		}
	if (l->promise_count == LIVE_PROMISES) {
		l->spent = true;
		return;
	}
	struct promise *p = live_take(l, sizeof *p);
	if (!p)
		return;
	struct place *at = place_make(places, name);
	*p = (struct promise){ .next_of_live = l->promises,
			       .next = at->promises,
			       .place = at,
			       .live = l,
			       .from_ns = from_ns };
	if (at->promises)
		at->promises->prev = p;
	at->promises = p;
	at->promise_count++;
	l->promises = p;
	l->promise_count++;
}

void place_release(struct map *places, struct live *l)
{
	for (struct promise *p = l->promises; p; p = p->next_of_live) {
		if (p->prev)
			p->prev->next = p->next;
		else
			p->place->promises = p->next;
		if (p->next)
			p->next->prev = p->prev;
		p->place->promise_count--;
		place_leave(places, p->place);
	}
	l->promises = NULL;
	l->promise_count = 0;
}

bool place_promised_by(const struct place *at, const struct live *l)
{
	/* The shorter side is walked: a place may be crowded, a call's promises are capped. */
	if (at->promise_count > l->promise_count) {
		for (const struct promise *p = l->promises; p; p = p->next_of_live)
			if (p->place == at)
				return true;
		return false;
	}
	for (const struct promise *p = at->promises; p; p = p->next)
		if (p->live == l)
			return true;
	return false;
}
