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
	uint32_t mask; /* sets - 1 */
	uint64_t key[KEYS];
	uint64_t *lost;
};

struct twice *twice_new(uint32_t packets, uint64_t *lost)
{
	struct twice *t = mem_zero(1, sizeof *t);
	uint32_t sets = 1;

	while (sets < SETS && sets * WAYS < packets)
		sets *= 2;
	t->mask = sets - 1;
	t->entries = mem_zero((size_t)sets * WAYS, sizeof *t->entries);
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

/* The addresses as one word; IPv4 ones are a word already. */
static inline uint64_t addresses(const struct twice *t, const struct ip *p)
{
	uint32_t src, dst;

	if (p->version != 4)
		return fold(load(p->src.b) ^ t->key[0], load(p->src.b + WORD) ^ t->key[1]) ^
		       fold(load(p->dst.b) ^ t->key[2], load(p->dst.b + WORD) ^ t->key[3]);
	memcpy(&src, p->src.b + 12, sizeof src);
	memcpy(&dst, p->dst.b + 12, sizeof dst);
	return (uint64_t)dst << 32 | src;
}

/* Where the checksum of a transport stands: offload leaves it wrong, a hop that rewrites makes it
 * anew. */
static size_t checksum_at(const struct ip *p, size_t *octets)
{
	*octets = p->proto == IP_SCTP ? 4 : 2;
	if (p->offset)
		return SIZE_MAX;
	switch (p->proto) {
	case IP_UDP:
	case IP_UDPLITE:
		return 6;
	case IP_SCTP:
		return 8;
	case IP_TCP:
		return 16;
	default:
		return SIZE_MAX;
	}
}

/* The first three words as they count, without a checksum in them; shorter ones end in zeros. */
static struct slice head_of(const struct ip *p, uint64_t head[3])
{
	uint8_t b[3 * WORD] = { 0 };
	size_t n = p->payload.n < sizeof b ? p->payload.n : sizeof b;
	size_t octets, at = checksum_at(p, &octets);

	if (n)
		memcpy(b, p->payload.p, n);
	if (at != SIZE_MAX)
		memset(b + at, 0, octets);
	for (size_t i = 0; i < 3; i++)
		head[i] = load(b + i * WORD);
	return slice_from(p->payload, n);
}

/* The same for what nearly every packet is: a UDP datagram of some length. */
static inline struct slice udp_head(const struct ip *p, uint64_t head[3])
{
	static const uint8_t counting[WORD] = { 255, 255, 255, 255, 255, 255, 0, 0 };

	head[0] = load(p->payload.p) & load(counting);
	head[1] = load(p->payload.p + WORD);
	head[2] = load(p->payload.p + 2 * WORD);
	return (struct slice){ p->payload.p + 3 * WORD, p->payload.n - 3 * WORD };
}

static uint64_t hash_packet(const struct twice *t, const struct ip *p, uint16_t point)
{
	uint64_t head[3];
	uint64_t what = (uint64_t)p->id << 32 ^ (uint64_t)p->offset << 16 ^ p->proto;
	uint64_t more = (uint64_t)p->len << 32 ^ (uint64_t)point << 16 ^ (uint64_t)p->version << 8 ^
			(uint64_t)p->more;
	bool plain = p->proto == IP_UDP && !p->offset && p->payload.n >= 3 * WORD;
	struct slice rest = plain ? udp_head(p, head) : head_of(p, head);

	uint64_t h = fold(addresses(t, p) ^ t->key[0], head[0] ^ t->key[1]) ^
		     fold(head[1] ^ t->key[2], head[2] ^ t->key[3]) ^
		     fold(what ^ t->key[1] ^ ODD2, more ^ t->key[0] ^ ODD1);
	h = hash_bytes(t, rest, h ^ p->payload.n * ODD1);
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

	return t->entries + (at & t->mask) * WAYS;
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
