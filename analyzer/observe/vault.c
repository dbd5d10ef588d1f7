/* vault.c - rings of keys by call and line, found by the endpoints they were announced with. */
#include "analyzer/observe/vault.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"

#define EXPIRE_NS (600 * WHEN_SECOND)
enum { PLACE_KEY = 18, RING_KEY = 12, ROUNDS = 4096 };

struct spot;

/* One endpoint, and the rings that know it. */
struct place {
	uint8_t key[PLACE_KEY];
	struct spot *spots; /* the newest first */
	unsigned count;
};

/* A ring at a place. */
struct spot {
	struct spot *next; /* of the place */
	struct place *place;
	struct vault_ring *ring;
	uint8_t side;
};

struct vault_ring {
	uint8_t name[RING_KEY];
	struct vault_ring *older, *newer;
	uint64_t used_ns, begun_ns;
	uint64_t first; /* announcer of side 0 */
	bool has_first;
	struct vault_key keys[VAULT_KEYS];
	struct spot *spots[VAULT_PLACES];
	uint8_t key_count, key_next, spot_count;
};

struct vault {
	struct map *rings, *places;
	struct vault_ring *oldest, *newest;
	/*
	 * What changed, by endpoint: two that share a number are only asked after once too often,
	 * where one number for all would have every stream look for its keys at every new call.
	 */
	uint32_t rounds[ROUNDS];
	uint64_t evicted, added, unfound;
};

struct vault *vault_new(void)
{
	struct vault *v = mem_zero(1, sizeof *v);

	v->rings = map_new();
	v->places = map_new();
	return v;
}

/* The same in every run: asking keeps a ring from being evicted. */
static size_t round_of(const uint8_t key[PLACE_KEY])
{
	return hash_fixed((struct slice){ key, PLACE_KEY }) % ROUNDS;
}

static void list_remove(struct vault *v, struct vault_ring *r)
{
	*(r->older ? &r->older->newer : &v->oldest) = r->newer;
	*(r->newer ? &r->newer->older : &v->newest) = r->older;
}

static void list_add(struct vault *v, struct vault_ring *r)
{
	r->older = v->newest;
	r->newer = NULL;
	*(v->newest ? &v->newest->newer : &v->oldest) = r;
	v->newest = r;
}

static void leave(struct vault *v, struct spot *s)
{
	struct spot **link = &s->place->spots;

	v->rounds[round_of(s->place->key)]++;
	while (*link != s)
		link = &(*link)->next;
	*link = s->next;
	s->place->count--;
	if (!s->place->spots) {
		map_remove(v->places, (struct slice){ s->place->key, PLACE_KEY });
		free(s->place);
	}
	free(s);
}

static void forget(struct vault *v, struct vault_ring *r)
{
	map_remove(v->rings, (struct slice){ r->name, RING_KEY });
	list_remove(v, r);
	for (unsigned i = 0; i < r->spot_count; i++)
		leave(v, r->spots[i]);
	explicit_bzero(r, sizeof *r);
	free(r);
}

void vault_free(struct vault *v)
{
	if (!v)
		return;
	while (v->oldest)
		forget(v, v->oldest);
	map_free(v->rings);
	map_free(v->places);
	free(v);
}

static void use(struct vault *v, struct vault_ring *r, uint64_t now_ns)
{
	if (now_ns > r->used_ns)
		r->used_ns = now_ns;
	if (v->newest == r)
		return;
	list_remove(v, r);
	list_add(v, r);
}

struct vault_ring *vault_ring(struct vault *v, uint64_t call, unsigned line, uint64_t now_ns)
{
	uint8_t name[RING_KEY];
	uint32_t number = line;

	memcpy(name, &call, 8);
	memcpy(name + 8, &number, 4);
	struct vault_ring *r = map_get(v->rings, (struct slice){ name, RING_KEY });
	if (!r) {
		if (map_count(v->rings) >= VAULT_RINGS) {
			forget(v, v->oldest);
			v->evicted++;
		}
		r = mem_zero(1, sizeof *r);
		memcpy(r->name, name, RING_KEY);
		map_put(v->rings, (struct slice){ r->name, RING_KEY }, r);
		list_add(v, r);
	}
	use(v, r, now_ns);
	return r;
}

uint8_t vault_side(struct vault_ring *r, uint64_t announcer)
{
	if (!r->has_first) {
		r->has_first = true;
		r->first = announcer;
	}
	return r->first == announcer ? 0 : 1;
}

void vault_begin(struct vault_ring *r, uint64_t now_ns)
{
	if (r->key_count == 0)
		r->begun_ns = now_ns;
}

void vault_add(struct vault *v, struct vault_ring *r, const struct vault_key *key)
{
	for (unsigned i = 0; i < r->key_count; i++)
		if (r->keys[i].name == key->name && r->keys[i].suite == key->suite &&
		    r->keys[i].side == key->side)
			return;
	v->evicted += r->key_count == VAULT_KEYS;
	struct vault_key *to = &r->keys[r->key_next];
	r->key_next = (uint8_t)((r->key_next + 1) % VAULT_KEYS);
	if (r->key_count < VAULT_KEYS)
		r->key_count++;
	*to = *key;
	v->added++;
	for (unsigned i = 0; i < r->spot_count; i++)
		v->rounds[round_of(r->spots[i]->place->key)]++;
}

static void key_of(struct endpoint at, uint8_t key[PLACE_KEY])
{
	memcpy(key, at.addr.b, 16);
	key[16] = (uint8_t)(at.port >> 8);
	key[17] = (uint8_t)at.port;
}

static struct place *place_of(struct vault *v, struct endpoint at, bool make)
{
	uint8_t key[PLACE_KEY];

	key_of(at, key);
	struct place *p = map_get(v->places, (struct slice){ key, PLACE_KEY });
	if (!p && make) {
		p = mem_zero(1, sizeof *p);
		memcpy(p->key, key, PLACE_KEY);
		map_put(v->places, (struct slice){ p->key, PLACE_KEY }, p);
	}
	return p;
}

/* Many calls through one relay's port: the first of them are over. */
static void leave_first(struct vault *v, struct place *p)
{
	struct spot *s = p->spots;

	while (s->next)
		s = s->next;
	struct vault_ring *r = s->ring;
	for (unsigned i = 0; i < r->spot_count; i++)
		if (r->spots[i] == s) {
			r->spots[i] = r->spots[--r->spot_count];
			break;
		}
	leave(v, s);
	v->evicted++;
}

void vault_place(struct vault *v, struct vault_ring *r, struct endpoint at, uint8_t side)
{
	struct place *p = place_of(v, at, false);

	if (addr_is_none(&at.addr) || at.port == 0)
		return;
	for (const struct spot *s = p ? p->spots : NULL; s; s = s->next)
		if (s->ring == r && s->side == side)
			return;
	if (r->spot_count == VAULT_PLACES) {
		v->evicted++;
		return;
	}
	p = place_of(v, at, true);
	struct spot *s = mem_zero(1, sizeof *s);
	*s = (struct spot){ .next = p->spots, .place = p, .ring = r, .side = side };
	p->spots = s;
	p->count++;
	r->spots[r->spot_count++] = s;
	v->rounds[round_of(p->key)]++;
	if (p->count > VAULT_SHARED)
		leave_first(v, p);
}

bool vault_bare(const struct vault *v)
{
	return v->added == 0;
}

uint32_t vault_round(const struct vault *v, struct endpoint src, struct endpoint dst)
{
	uint8_t from[PLACE_KEY], to[PLACE_KEY];

	key_of(src, from);
	key_of(dst, to);
	/* Both only grow: their sum stands still when they do. */
	return v->rounds[round_of(from)] + v->rounds[round_of(to)];
}

/* ---- finding ---------------------------------------------------------------------------- */

struct search {
	struct vault *v;
	uint64_t now_ns;
	struct vault_found *out;
	size_t room, count;
};

static void found(struct search *s, struct vault_found one)
{
	for (size_t i = 0; i < s->count; i++) {
		struct vault_found *at = &s->out[i];
		if (at->key->name != one.key->name || at->key->suite != one.key->suite)
			continue;
		at->sender |= one.sender;
		if (one.begun_ns < at->begun_ns)
			at->begun_ns = one.begun_ns;
		return;
	}
	if (s->count < s->room) {
		s->out[s->count++] = one;
		return;
	}
	s->v->unfound++;
	/* The receiver's keys are the less likely ones: they make room. */
	for (size_t i = s->count; one.sender && i > 0; i--)
		if (!s->out[i - 1].sender) {
			s->out[i - 1] = one;
			return;
		}
}

/* Newest key first: after a re-offer it is the likelier one. */
static void look_at(struct search *s, struct endpoint at, bool source)
{
	const struct place *p = place_of(s->v, at, false);

	for (const struct spot *x = p ? p->spots : NULL; x; x = x->next) {
		struct vault_ring *r = x->ring;
		for (unsigned i = 0; i < r->key_count; i++) {
			unsigned n = (r->key_next + (unsigned)VAULT_KEYS - 1 - i) % VAULT_KEYS;
			found(s, (struct vault_found){ &r->keys[n], r->begun_ns,
						       (r->keys[n].side == x->side) == source });
		}
		use(s->v, r, s->now_ns);
	}
}

size_t vault_find(struct vault *v, struct endpoint src, struct endpoint dst, uint64_t now_ns,
		  struct vault_found *out, size_t room)
{
	struct search s = { .v = v, .now_ns = now_ns, .out = out, .room = room };
	size_t front = 0;

	look_at(&s, src, true);
	look_at(&s, dst, false);
	for (size_t i = 0; i < s.count; i++)
		if (out[i].sender) {
			struct vault_found one = out[i];
			memmove(&out[front + 1], &out[front], (i - front) * sizeof one);
			out[front++] = one;
		}
	return s.count;
}

void vault_expire(struct vault *v, uint64_t now_ns)
{
	while (v->oldest && v->oldest->used_ns + EXPIRE_NS < now_ns)
		forget(v, v->oldest);
}

uint64_t vault_evicted(const struct vault *v)
{
	return v->evicted;
}

uint64_t vault_added(const struct vault *v)
{
	return v->added;
}

uint64_t vault_unfound(const struct vault *v)
{
	return v->unfound;
}
