/* announce.c - a capped map of promised endpoints with a list by last use. */
#include "analyzer/observe/announce.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"

#define EXPIRE_NS (600 * WHEN_SECOND)
enum { KEY = 18 };

struct entry {
	struct entry *older, *newer;
	uint64_t used_ns;
	uint32_t sdp; /* the description that spoke of it last */
	uint8_t what;
	uint8_t key[KEY];
};

struct announce {
	struct map *map;
	struct entry *oldest, *newest;
	uint32_t cap, round, sdp;
	uint64_t evicted;
};

struct announce *announce_new(uint32_t cap)
{
	struct announce *a = mem_zero(1, sizeof *a);

	a->map = map_new();
	a->cap = cap;
	a->round = 1;
	return a;
}

void announce_free(struct announce *a)
{
	if (!a)
		return;
	while (a->oldest) {
		struct entry *e = a->oldest;
		a->oldest = e->newer;
		free(e);
	}
	map_free(a->map);
	free(a);
}

static void key_of(struct endpoint at, uint8_t key[KEY])
{
	memcpy(key, at.addr.b, 16);
	key[16] = (uint8_t)(at.port >> 8);
	key[17] = (uint8_t)at.port;
}

static void list_remove(struct announce *a, struct entry *e)
{
	*(e->older ? &e->older->newer : &a->oldest) = e->newer;
	*(e->newer ? &e->newer->older : &a->newest) = e->older;
}

static void list_add(struct announce *a, struct entry *e)
{
	e->older = a->newest;
	e->newer = NULL;
	*(a->newest ? &a->newest->newer : &a->oldest) = e;
	a->newest = e;
}

static void forget(struct announce *a, struct entry *e)
{
	map_remove(a->map, (struct slice){ e->key, KEY });
	list_remove(a, e);
	free(e);
	a->round++;
}

static struct entry *entry_use(struct announce *a, const uint8_t key[KEY], uint64_t now_ns)
{
	struct entry *e = map_get(a->map, (struct slice){ key, KEY });

	if (!e)
		return NULL;
	if (now_ns > e->used_ns)
		e->used_ns = now_ns;
	list_remove(a, e);
	list_add(a, e);
	return e;
}

static void promise(struct announce *a, struct endpoint at, uint8_t what, uint64_t now_ns)
{
	uint8_t key[KEY];

	if (addr_is_none(&at.addr) || at.port == 0 || at.port == 9)
		return;
	key_of(at, key);
	struct entry *e = entry_use(a, key, now_ns);
	if (!e) {
		if (map_count(a->map) >= a->cap) {
			forget(a, a->oldest);
			a->evicted++;
		}
		e = mem_zero(1, sizeof *e);
		memcpy(e->key, key, KEY);
		e->used_ns = now_ns;
		map_put(a->map, (struct slice){ e->key, KEY }, e);
		list_add(a, e);
	}
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
	while (a->oldest && a->oldest->used_ns + EXPIRE_NS < now_ns)
		forget(a, a->oldest);
}

uint32_t announce_count(const struct announce *a)
{
	return (uint32_t)map_count(a->map);
}
