/* twice.c - wire room: a table of packets seen within 100 ms, by a keyed hash of all that must
 * agree. */
#include "analyzer/wire/twice.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"

/*
 * Entries are 16 octets in sets of eight: two cache lines, and all that is looked at. A
 * packet's bytes were just copied by the reader and are in the nearest cache:
 * hashing them costs less than keeping a copy to compare with
 * (docs/decisions/0006). The key is drawn at start, so that nobody can write two
 * packets that hash alike; whether two packets are equal does not depend on it. A
 * sighting that the snap length cut more than the other is another packet.
 */
enum { WAYS = 8, KEYS = 4, WORD = 8, BLOCK = 32, SETS = 1 << 14 };
#define WINDOW (100 * WHEN_MS)

/* 0 in `hash` is an entry never used. */
struct entry {
	uint64_t hash;
	uint64_t when_place; /* time in units of 16,384 ns above 16 bits of the place */
};
enum { PLACE_BITS = 16, TIME_SHIFT = 14 };

struct twice {
	struct entry *entries;
	uint64_t key[KEYS];
	uint64_t *lost;
};

struct twice *twice_new(uint64_t *lost)
{
	struct twice *t = mem_zero(1, sizeof *t);

	t->entries = mem_zero(SETS * WAYS, sizeof *t->entries);
	t->lost = lost;
	if (getrandom(t->key, sizeof t->key, 0) != (ssize_t)sizeof t->key)
		memset(t->key, 0x5b, sizeof t->key);
	return t;
}

void twice_free(struct twice *t)
{
	if (!t)
		return;
	free(t->entries);
	free(t);
}

__extension__ typedef unsigned __int128 wide;

static inline uint64_t fold(uint64_t a, uint64_t b)
{
	wide product = (wide)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t load(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static uint64_t load_few(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, p, n);
	return v;
}

#define ODD0 UINT64_C(0xa0761d6478bd642f)
#define ODD1 UINT64_C(0xe7037ed1a0b428db)
#define ODD2 UINT64_C(0x8ebc6af09c88c6e3)
#define ODD3 UINT64_C(0x589965cc75374cc3)

/* Words shorter than a block, and what is left of one. */
static uint64_t hash_rest(const struct twice *t, const uint8_t *p, size_t n, uint64_t h)
{
	for (; n >= WORD; p += WORD, n -= WORD)
		h = fold(load(p) ^ t->key[2], ODD0 ^ h);
	return n ? fold(load_few(p, n) ^ t->key[3], ODD1 ^ h) : h;
}

/*
 * Sixteen octets a multiplication, in two independent chains, so that the
 * multiplier is never waited for. The last block overlaps the one before it.
 */
static inline uint64_t hash_bytes(const struct twice *t, struct slice s, uint64_t start)
{
	uint64_t a = t->key[0] ^ start, b = t->key[1];
	const uint8_t *p = s.p;

	if (s.n < BLOCK)
		return fold(hash_rest(t, p, s.n, a) ^ ODD2, b ^ s.n);
	const uint8_t *last = p + s.n - BLOCK;
	for (;; p = p + BLOCK < last ? p + BLOCK : last) {
		a = fold(load(p) ^ t->key[2], load(p + WORD) ^ a);
		b = fold(load(p + 2 * WORD) ^ t->key[3], load(p + 3 * WORD) ^ b);
		if (p == last)
			return fold(a ^ ODD2, b ^ s.n);
	}
}

/*
 * Which octets of the first three words of a transport header count: not those of
 * its checksum, which offload leaves wrong and a rewritten hop makes anew. They stand
 * at 6 for UDP, 8 for SCTP and 16 for TCP.
 */
struct counting {
	uint8_t octets[3 * WORD];
};
#define COUNTING(six, eight, sixteen)                                                              \
	{                                                                                          \
		{                                                                                  \
			255, 255, 255, 255, 255, 255, six, six, eight, eight, eight, eight, 255,   \
				255, 255, 255, sixteen, sixteen, 255, 255, 255, 255, 255, 255      \
		}                                                                                  \
	}

static const uint8_t *counting(const struct ip *p)
{
	static const struct counting all = COUNTING(255, 255, 255), udp = COUNTING(0, 255, 255),
				     sctp = COUNTING(255, 0, 255), tcp = COUNTING(255, 255, 0);

	if (p->offset)
		return all.octets;
	if (p->proto == IP_UDP || p->proto == IP_UDPLITE)
		return udp.octets;
	return p->proto == IP_TCP ? tcp.octets : p->proto == IP_SCTP ? sctp.octets : all.octets;
}

static uint64_t hash_packet(const struct twice *t, const struct ip *p, uint16_t point)
{
	const uint8_t *mask = counting(p);
	uint8_t few[3 * WORD] = { 0 };
	const uint8_t *head = p->payload.p;
	uint64_t what = (uint64_t)p->id << 32 ^ (uint64_t)p->offset << 16 ^ p->proto;
	uint64_t more = (uint64_t)p->len << 32 ^ (uint64_t)point << 16 ^ (uint64_t)p->version << 8 ^
			(uint64_t)p->more;

	if (p->payload.n < sizeof few) {
		if (p->payload.n)
			memcpy(few, head, p->payload.n);
		head = few;
	}
	uint64_t h = fold(load(p->src.b) ^ load(p->src.b + WORD) * ODD0 ^ t->key[0],
			  load(p->dst.b) ^ load(p->dst.b + WORD) * ODD1 ^ t->key[1]) ^
		     fold(what ^ t->key[2], more ^ t->key[3]) ^
		     fold((load(head) & load(mask)) ^ t->key[1],
			  (load(head + WORD) & load(mask + WORD)) ^ t->key[2]) ^
		     fold((load(head + 2 * WORD) & load(mask + 2 * WORD)) ^ t->key[3], ODD3);
	h = hash_bytes(t, slice_from(p->payload, sizeof few), h ^ p->payload.n * ODD1);
	return h ? h : 1;
}

static uint64_t when_place(uint64_t place, uint64_t now)
{
	return now >> TIME_SHIFT << PLACE_BITS | (place & 0xffff);
}

static bool young(const struct entry *e, uint64_t now)
{
	uint64_t then = e->when_place >> PLACE_BITS, t = now >> TIME_SHIFT;

	return (t > then ? t - then : then - t) << TIME_SHIFT <= WINDOW;
}

/*
 * Packets of one sender have ids in sequence, or nearly: neighbours share a set,
 * and a stream walks through the table instead of jumping about in it. Capture
 * points, which see the same ids, are set apart.
 */
static struct entry *set_of(const struct twice *t, uint32_t id, uint16_t point, uint64_t hash)
{
	uint64_t at = id ? (id >> 2) + point * UINT64_C(0x9e37) : hash;

	return t->entries + (at & (SETS - 1)) * WAYS;
}

/* A set is in the order of arrival, newest first; what falls off its end was the oldest. */
static void enter(struct twice *t, struct entry *set, struct entry e, uint64_t now)
{
	if (set[WAYS - 1].hash && young(&set[WAYS - 1], now))
		++*t->lost;
	memmove(set + 1, set, (WAYS - 1) * sizeof *set);
	set[0] = e;
}

bool twice_seen(struct twice *t, const struct ip *p, uint16_t point, uint64_t place, uint64_t now)
{
	uint64_t hash = hash_packet(t, p, point), stamp = when_place(place, now);
	struct entry *set = set_of(t, p->id, point, hash);

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].hash == hash && young(&set[i], now) &&
		    (p->id || (uint16_t)set[i].when_place != (uint16_t)stamp))
			return true;
	enter(t, set, (struct entry){ hash, stamp }, now);
	return false;
}

void twice_expect(const struct twice *t, uint32_t id, uint16_t point)
{
	const struct entry *set = set_of(t, id, point, 0);

	__builtin_prefetch(set);
	__builtin_prefetch(set + WAYS / 2);
}
