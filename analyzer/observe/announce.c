/* announce.c - a capped table of promised endpoints with a list by last use. */
#include "analyzer/observe/announce.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/numbering.h"
#include "analyzer/base/when.h"

#define EXPIRE_NS (600 * WHEN_SECOND)
enum { KEY = 18, FIRST_ROOM = 64 };

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
	uint32_t made, room, free;
	struct numbering by_address;
	uint32_t oldest, newest;
	uint32_t cap, round, sdp;
	uint64_t evicted;
};

static const uint8_t *key_at(const void *announce, uint32_t n)
{
	return ((const struct announce *)announce)->all[n].key;
}

struct announce *announce_new(uint32_t cap)
{
	struct announce *a = mem_zero(1, sizeof *a);

	a->cap = cap;
	a->round = 1;
	numbering_open(&a->by_address, KEY, key_at);
	return a;
}

void announce_free(struct announce *a)
{
	if (!a)
		return;
	free(a->all);
	numbering_close(&a->by_address);
	free(a);
}

static void key_of(struct endpoint at, uint8_t key[KEY])
{
	memcpy(key, at.addr.b, 16);
	key[16] = (uint8_t)(at.port >> 8);
	key[17] = (uint8_t)at.port;
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
	numbering_remove(&a->by_address, a, n);
	list_remove(a, n);
	a->all[n].newer = a->free;
	a->free = n;
	a->round++;
}

static struct entry *entry_use(struct announce *a, const uint8_t key[KEY], uint64_t now_ns)
{
	uint32_t n = numbering_find(&a->by_address, a, key);

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
		a->room = a->room ? a->room + a->room / 4 : FIRST_ROOM;
		a->all = mem_grow(a->all, a->room, sizeof *a->all);
	}
	return ++a->made;
}

static struct entry *entry_add(struct announce *a, const uint8_t key[KEY], uint64_t now_ns)
{
	if (a->by_address.count >= a->cap) {
		forget(a, a->oldest);
		a->evicted++;
	}
	uint32_t n = entry_room(a);
	a->all[n] = (struct entry){ .used_ns = now_ns };
	memcpy(a->all[n].key, key, KEY);
	numbering_add(&a->by_address, a, n);
	list_add(a, n);
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
	return a->by_address.count;
}
