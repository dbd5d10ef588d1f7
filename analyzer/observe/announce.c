/* announce.c - a capped table of promised endpoints with a list by last use. */
#include "analyzer/observe/announce.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"

#define EXPIRE_NS (600 * WHEN_SECOND)
enum { KEY = 18, FIRST_SLOTS = 64 };

/* Forty octets, neighbours by number: every call of ten minutes has four of them. */
struct entry {
	uint64_t used_ns;
	uint32_t older, newer; /* 0: none; of one that is free, `newer` is the next free one */
	uint32_t sdp;	       /* the description that spoke of it last */
	uint8_t what;
	uint8_t key[KEY];
};

struct announce {
	struct entry *all; /* [0] unused */
	uint32_t made, room, free, count;
	uint32_t *slots; /* numbers of entries; 0: free */
	uint32_t mask;
	uint32_t oldest, newest;
	uint32_t cap, round, sdp;
	uint64_t evicted;
};

struct announce *announce_new(uint32_t cap)
{
	struct announce *a = mem_zero(1, sizeof *a);

	a->cap = cap;
	a->round = 1;
	a->slots = mem_zero(FIRST_SLOTS, sizeof *a->slots);
	a->mask = FIRST_SLOTS - 1;
	return a;
}

void announce_free(struct announce *a)
{
	if (!a)
		return;
	free(a->all);
	free(a->slots);
	free(a);
}

static void key_of(struct endpoint at, uint8_t key[KEY])
{
	memcpy(key, at.addr.b, 16);
	key[16] = (uint8_t)(at.port >> 8);
	key[17] = (uint8_t)at.port;
}

/* ---- found by address ------------------------------------------------------------ */

static uint32_t home_of(const struct announce *a, const uint8_t key[KEY])
{
	return (uint32_t)hash_table((struct slice){ key, KEY }) & a->mask;
}

/* The slot where it stands, or the free one where it would. */
static uint32_t slot_of(const struct announce *a, const uint8_t key[KEY])
{
	uint32_t i = home_of(a, key);

	while (a->slots[i] && memcmp(a->all[a->slots[i]].key, key, KEY) != 0)
		i = (i + 1) & a->mask;
	return i;
}

static void slots_grow(struct announce *a)
{
	uint32_t *old = a->slots, n = a->mask + 1;

	a->slots = mem_zero((size_t)n * 2, sizeof *a->slots);
	a->mask = n * 2 - 1;
	for (uint32_t i = 0; i < n; i++)
		if (old[i])
			a->slots[slot_of(a, a->all[old[i]].key)] = old[i];
	free(old);
}

/* What stands behind moves up, so that no search ends at the hole. */
static void slot_clear(struct announce *a, uint32_t hole)
{
	for (uint32_t i = (hole + 1) & a->mask; a->slots[i]; i = (i + 1) & a->mask) {
		uint32_t home = home_of(a, a->all[a->slots[i]].key);
		if (((i - home) & a->mask) < ((i - hole) & a->mask))
			continue;
		a->slots[hole] = a->slots[i];
		hole = i;
	}
	a->slots[hole] = 0;
}

/* ---- by last use ------------------------------------------------------------------- */

static void list_remove(struct announce *a, uint32_t n)
{
	const struct entry *e = &a->all[n];

	*(e->older ? &a->all[e->older].newer : &a->oldest) = e->newer;
	*(e->newer ? &a->all[e->newer].older : &a->newest) = e->older;
}

static void list_add(struct announce *a, uint32_t n)
{
	a->all[n].older = a->newest;
	a->all[n].newer = 0;
	*(a->newest ? &a->all[a->newest].newer : &a->oldest) = n;
	a->newest = n;
}

static void forget(struct announce *a, uint32_t n)
{
	slot_clear(a, slot_of(a, a->all[n].key));
	list_remove(a, n);
	a->all[n].newer = a->free;
	a->free = n;
	a->count--;
	a->round++;
}

static struct entry *entry_use(struct announce *a, const uint8_t key[KEY], uint64_t now_ns)
{
	uint32_t n = a->slots[slot_of(a, key)];

	if (!n)
		return NULL;
	struct entry *e = &a->all[n];
	if (now_ns > e->used_ns)
		e->used_ns = now_ns;
	list_remove(a, n);
	list_add(a, n);
	return e;
}

static uint32_t entry_room(struct announce *a)
{
	uint32_t n = a->free;

	if (n) {
		a->free = a->all[n].newer;
		return n;
	}
	if (a->made + 1 >= a->room) {
		a->room = a->room ? a->room + a->room / 4 : FIRST_SLOTS;
		a->all = mem_grow(a->all, a->room, sizeof *a->all);
	}
	return ++a->made;
}

static struct entry *entry_add(struct announce *a, const uint8_t key[KEY], uint64_t now_ns)
{
	if (a->count >= a->cap) {
		forget(a, a->oldest);
		a->evicted++;
	}
	if ((a->count + 1) * 4 > a->mask * 3)
		slots_grow(a);
	uint32_t n = entry_room(a);
	a->all[n] = (struct entry){ .used_ns = now_ns };
	memcpy(a->all[n].key, key, KEY);
	a->slots[slot_of(a, key)] = n;
	list_add(a, n);
	a->count++;
	return &a->all[n];
}

static void promise(struct announce *a, struct endpoint at, uint8_t what, uint64_t now_ns)
{
	uint8_t key[KEY];

	if (addr_is_none(&at.addr) || at.port == 0 || at.port == 9)
		return;
	key_of(at, key);
	struct entry *e = entry_use(a, key, now_ns);
	if (!e)
		e = entry_add(a, key, now_ns);
	/* A later description replaces what an earlier one said: audio may become fax. */
	uint8_t now = e->sdp == a->sdp ? (uint8_t)(e->what | what) : what;
	if (now != e->what)
		a->round++;
	e->what = now;
	e->sdp = a->sdp;
}

static uint8_t what_of(const struct line_seen *l)
{
	switch (l->profile) {
	case PROFILE_UDPTL:
		return ANNOUNCE_UDPTL;
	case PROFILE_MSRP:
	case PROFILE_TLS_MSRP:
		return ANNOUNCE_MSRP;
	case PROFILE_BFCP:
	case PROFILE_TLS_BFCP:
		return ANNOUNCE_BFCP;
	case PROFILE_RTP_AVP:
	case PROFILE_RTP_AVPF:
	case PROFILE_RTP_SAVP:
	case PROFILE_RTP_SAVPF:
	case PROFILE_DTLS_SAVP:
	case PROFILE_DTLS_SAVPF:
		return ANNOUNCE_RTP;
	default:
		return ANNOUNCE_OTHER;
	}
}

static void promise_line(struct announce *a, const struct line_seen *l, uint64_t now_ns)
{
	uint8_t what = what_of(l);

	if (what == ANNOUNCE_RTP)
		promise(a, l->rtcp, ANNOUNCE_RTCP, now_ns);
	promise(a, l->at, what, now_ns);
	for (uint16_t i = 0; i < l->candidate_count; i++) {
		const struct candidate_seen *c = &l->candidates[i];
		bool rtcp = what == ANNOUNCE_RTP && c->component == 2;
		promise(a, c->at, rtcp ? ANNOUNCE_RTCP : what, now_ns);
	}
}

uint64_t announce_sdp(struct announce *a, const struct sdp_seen *sdp, uint64_t now_ns)
{
	uint64_t before = a->evicted;

	a->sdp++;
	for (uint16_t i = 0; i < sdp->line_count; i++)
		promise_line(a, &sdp->lines[i], now_ns);
	return a->evicted - before;
}

uint8_t announce_of(struct announce *a, struct endpoint at, uint64_t now_ns)
{
	uint8_t key[KEY];

	key_of(at, key);
	struct entry *e = entry_use(a, key, now_ns);
	return e ? e->what : 0;
}

uint32_t announce_round(const struct announce *a)
{
	return a->round;
}

void announce_expire(struct announce *a, uint64_t now_ns)
{
	while (a->oldest && a->all[a->oldest].used_ns + EXPIRE_NS < now_ns)
		forget(a, a->oldest);
}

uint32_t announce_count(const struct announce *a)
{
	return a->count;
}
