/* twice.c - wire room: a table of packets seen within 100 ms, by a keyed hash of all that must
 * agree. */
#include "analyzer/wire/twice.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/types.h>

#include "analyzer/base/hash.h"
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
enum { WAYS = 8, WORD = 8, PAIR = 2 * WORD, SETS = 1 << 14, LINE = 64, UDP_CHECKSUM = 6 };
#define WINDOW (100 * WHEN_MS)

/* Of a stamp: the place, the hop limit there, whether it was seen with another one since.
 */
enum { PLACE_MASK = 0xffff, HOPS_AT = 16, ROUTED_AT = 24, TIME_AT = 25, TIME_SHIFT = 14 };
static const uint64_t TIME_MASK = (UINT64_C(1) << (64 - TIME_AT)) - 1;

struct set {
	_Alignas(LINE) uint64_t hash[WAYS]; /* 0: never used */
	uint64_t stamp[WAYS]; /* time in units of 16,384 ns above hop limit and place */
};

/* The key: of the head's two products, of the end, of the pairs of words behind the head, and of
 * the last of them. */
enum {
	SPAN = 512,
	HEAD_KEYS = 6,
	END_KEYS = 2,
	KEYS = HEAD_KEYS + END_KEYS + SPAN / WORD,
	ALL_KEYS = KEYS + 2
};

struct twice {
	struct set *sets;
	uint32_t mask;	 /* sets - 1 */
	uint8_t *oldest; /* index = set: the entry that goes next */
	uint64_t key[ALL_KEYS];
	uint64_t *lost;
};

struct twice *twice_new(uint32_t packets, uint64_t *lost)
{
	struct twice *t = mem_zero(1, sizeof *t);
	uint32_t sets = 1;

	while (sets < SETS && sets * WAYS < packets)
		sets *= 2;
	t->mask = sets - 1;
	/*
	 * Zeroed by the system page by page, as they are used: small captures use few. Every packet
	 * writes to another place of it, and a copy of the process reads no packets.
	 */
	t->sets = mem_pages(sets * sizeof *t->sets);
	t->oldest = mem_zero(sets, 1);
	t->lost = lost;
	uint8_t *key = (uint8_t *)t->key;
	for (size_t n = 0; n < sizeof t->key;) {
		ssize_t got = getrandom(key + n, sizeof t->key - n, 0);
		if (got <= 0) {
			memset(key + n, 0x5b, sizeof t->key - n);
			break;
		}
		n += (size_t)got;
	}
	return t;
}

void twice_free(struct twice *t)
{
	if (!t)
		return;
	mem_pages_free(t->sets, ((size_t)t->mask + 1) * sizeof *t->sets);
	free(t->oldest);
	free(t);
}

/* What is written once and used twice, for every packet. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

__extension__ typedef unsigned __int128 wide;

static inline uint64_t load(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/*
 * A sum of products of two words, each with a key of its own added: of two messages that
 * differ, the sums are equal for one key in 2^64 (NH, RFC 4418 5.2.2, with words of 64
 * bits). No product waits for the one before it.
 */
static inline wide pair(const uint8_t *p, const uint64_t *k)
{
	return (wide)(load(p) + k[0]) * (load(p + WORD) + k[1]);
}

static inline uint64_t squash(const uint64_t end[END_KEYS], wide sum)
{
	return hash_fold((uint64_t)sum ^ end[0], (uint64_t)(sum >> 64) ^ end[1]);
}

/* Fewer octets than a pair has; the rest of it is zeros. */
static __attribute__((noinline)) wide short_pair(struct slice s, const uint64_t *k)
{
	uint8_t few[PAIR] = { 0 };

	if (s.n)
		memcpy(few, s.p, s.n);
	return pair(few, k);
}

/* Longer than the key: what has been summed becomes one word of the rest. */
static __attribute__((noinline)) wide long_part(const struct twice *t, struct slice *s, wide sum)
{
	const uint64_t *end = t->key + HEAD_KEYS;

	while (s->n > SPAN) {
		const uint64_t *k = end + END_KEYS;
		for (size_t at = 0; at < SPAN; at += PAIR, k += 2)
			sum += pair(s->p + at, k);
		sum = squash(end, sum);
		*s = slice_from(*s, SPAN);
	}
	return sum;
}

ALWAYS_INLINE uint64_t hash_bytes(const struct twice *t, struct slice s, wide sum)
{
	const uint64_t *end = t->key + HEAD_KEYS, *k = end + END_KEYS, *last = t->key + KEYS;
	size_t n = s.n;

	if (s.n > SPAN)
		sum = long_part(t, &s, sum);
	const uint8_t *p = s.p, *stop = s.p + s.n;
	for (; stop - p >= 4 * PAIR; p += 4 * PAIR, k += 8)
		sum += pair(p, k) + pair(p + PAIR, k + 2) + pair(p + 2 * PAIR, k + 4) +
		       pair(p + 3 * PAIR, k + 6);
	for (; stop - p >= PAIR; p += PAIR, k += 2)
		sum += pair(p, k);
	/* The last one overlaps the one before it. */
	sum += s.n >= PAIR ? pair(stop - PAIR, last) : short_pair(s, last);
	return squash(end, sum + n);
}

/* The addresses as one word; IPv4 ones are a word already. */
static uint64_t addresses(const struct twice *t, const struct ip *p)
{
	uint32_t src, dst;

	if (p->version != 4)
		return squash(t->key + HEAD_KEYS, pair(p->src.b, t->key + HEAD_KEYS + 2) +
							  pair(p->dst.b, t->key + HEAD_KEYS + 4));
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
		return UDP_CHECKSUM;
	case IP_SCTP:
		return 8;
	case IP_TCP:
		return 16;
	default:
		return SIZE_MAX;
	}
}

/* What must agree beside the bytes behind the head: a word for each of its parts. */
struct head {
	uint64_t addresses;
	uint64_t
		transport; /* its first word, without a checksum in it; shorter ones end in zeros */
	uint64_t what, more;
};

ALWAYS_INLINE uint64_t hash_all(const struct twice *t, const struct head *h, struct slice rest)
{
	const uint64_t *k = t->key;
	wide sum = (wide)(h->addresses + k[0]) * (h->transport + k[1]);

	sum += (wide)(h->what + k[2]) * (h->more + k[3]);
	uint64_t hash = hash_bytes(t, rest, sum);
	return hash ? hash : 1;
}

static inline uint64_t what_of(uint32_t id, uint16_t offset, uint8_t proto)
{
	return (uint64_t)id << 32 ^ (uint64_t)offset << 16 ^ proto;
}

/* `captured` is not `len` where the snap length cut it. */
static inline uint64_t more_of(uint32_t len, size_t captured, uint16_t point, uint8_t version,
			       bool more)
{
	return ((uint64_t)len << 32 ^ (uint64_t)point << 16 ^ (uint64_t)version << 8 ^ more) +
	       captured * UINT64_C(0x9e3779b97f4a7c15);
}

/* TCP and SCTP keep their checksum further behind: a few octets are summed apart, without it. */
static uint64_t hash_without(const struct twice *t, struct head *h, struct slice rest, size_t at,
			     size_t octets)
{
	uint8_t b[PAIR] = { 0 };
	size_t n = rest.n < sizeof b ? rest.n : sizeof b;

	if (n)
		memcpy(b, rest.p, n);
	memset(b + at, 0, octets);
	h->what += squash(t->key + HEAD_KEYS, pair(b, t->key + HEAD_KEYS + END_KEYS));
	return hash_all(t, h, slice_from(rest, n));
}

static uint64_t hash_packet(const struct twice *t, const struct ip *p, uint16_t point)
{
	struct head h = { .addresses = addresses(t, p),
			  .what = what_of(p->id, p->offset, p->proto),
			  .more = more_of(p->len, p->payload.n, point, p->version, p->more) };
	size_t octets, at = checksum_at(p, &octets);
	uint8_t first[WORD] = { 0 };
	struct slice rest = slice_from(p->payload, WORD);

	if (p->payload.n)
		memcpy(first, p->payload.p, p->payload.n < WORD ? p->payload.n : WORD);
	if (at < WORD)
		memset(first + at, 0, octets);
	h.transport = load(first);
	if (at >= WORD && at != SIZE_MAX)
		return hash_without(t, &h, rest, at - WORD, octets);
	return hash_all(t, &h, rest);
}

/* The same for what nearly every packet is. */
static inline uint64_t hash_udp(const struct twice *t, const struct twice_udp *u, uint16_t point)
{
	static const uint8_t counting[WORD] = { 255, 255, 255, 255, 255, 255, 0, 0 };
	const uint8_t *p = u->transport.p;
	size_t n = u->transport.n;
	struct head h = { .addresses = load(u->addresses),
			  .transport = load(p) & load(counting),
			  .what = what_of(u->id, 0, IP_UDP),
			  .more = more_of((uint32_t)n, n, point, 4, false) };

	return hash_all(t, &h, (struct slice){ p + WORD, n - WORD });
}

static inline uint64_t stamp_of(uint64_t place, uint8_t hops, uint64_t now)
{
	return now >> TIME_SHIFT << TIME_AT | (uint64_t)hops << HOPS_AT | (place & PLACE_MASK);
}

/* Time goes round once in a hundred days. */
static bool young(uint64_t stamp, uint64_t now)
{
	uint64_t after = ((now >> TIME_SHIFT) - (stamp >> TIME_AT)) & TIME_MASK;
	uint64_t apart = after > TIME_MASK / 2 ? TIME_MASK + 1 - after : after;

	return apart << TIME_SHIFT <= WINDOW;
}

/*
 * Packets without an id are spread by all that they carry but the checksum, and not by the
 * key: which entries have to go, and so what is counted as unchecked, would be another in
 * each run.
 */
static __attribute__((noinline)) uint64_t spread(struct slice transport, size_t checksum,
						 size_t octets)
{
	uint8_t head[PAIR + 2] = { 0 };
	size_t n = transport.n < sizeof head ? transport.n : sizeof head;

	if (n)
		memcpy(head, transport.p, n);
	if (checksum < sizeof head)
		memset(head + checksum, 0, octets);
	return hash_fixed((struct slice){ head, n }) ^ hash_fixed(slice_from(transport, n));
}

static uint64_t spread_packet(const struct ip *p)
{
	size_t octets, at = checksum_at(p, &octets);

	return spread(p->payload, at, octets);
}

/*
 * Packets of one sender have ids in sequence, or nearly: neighbours share a set,
 * and a stream walks through the table instead of jumping about in it. Capture
 * points, which see the same ids, are set apart.
 */
static inline size_t set_of(const struct twice *t, uint32_t id, uint16_t point, uint64_t without)
{
	uint64_t at = (id ? id >> 2 : without) + point * UINT64_C(0x9e37);

	return at & t->mask;
}

/* Entries go in the order in which they came. */
ALWAYS_INLINE void enter(struct twice *t, size_t set, uint64_t hash, uint64_t stamp, uint64_t now)
{
	struct set *s = &t->sets[set];
	unsigned i = t->oldest[set] % WAYS;

	t->oldest[set] = (uint8_t)(i + 1);
	if (s->hash[i] && young(s->stamp[i], now))
		++*t->lost;
	s->hash[i] = hash;
	s->stamp[i] = stamp;
}

/* Each packet is said to have passed a router once, however often it is seen. */
static enum twice_answer compare(uint64_t *first, uint64_t stamp)
{
	bool told = *first >> ROUTED_AT & 1;

	if (told || (uint8_t)(*first >> HOPS_AT) == (uint8_t)(stamp >> HOPS_AT))
		return TWICE_AGAIN;
	*first |= UINT64_C(1) << ROUTED_AT;
	return TWICE_ROUTED;
}

/* Kept out of line: nearly every packet is new. */
static __attribute__((noinline)) enum twice_answer
sighted(struct set *s, uint32_t id, uint64_t hash, uint64_t stamp, uint64_t now)
{
	for (size_t i = 0; i < WAYS; i++)
		if (s->hash[i] == hash && young(s->stamp[i], now) &&
		    (id || (uint16_t)s->stamp[i] != (uint16_t)stamp))
			return compare(&s->stamp[i], stamp);
	return TWICE_NEW;
}

ALWAYS_INLINE enum twice_answer ask(struct twice *t, uint32_t id, size_t set, uint64_t hash,
				    uint64_t stamp, uint64_t now)
{
	struct set *s = &t->sets[set];
	const uint64_t *h = s->hash;
	enum twice_answer answer;

	if ((h[0] == hash || h[1] == hash || h[2] == hash || h[3] == hash || h[4] == hash ||
	     h[5] == hash || h[6] == hash || h[7] == hash) &&
	    (answer = sighted(s, id, hash, stamp, now)) != TWICE_NEW)
		return answer;
	enter(t, set, hash, stamp, now);
	return TWICE_NEW;
}

enum twice_answer twice_seen(struct twice *t, const struct ip *p, uint16_t point, uint64_t place,
			     uint64_t now)
{
	size_t set = set_of(t, p->id, point, p->id ? 0 : spread_packet(p));

	return ask(t, p->id, set, hash_packet(t, p, point), stamp_of(place, p->hops, now), now);
}

enum twice_answer twice_seen_udp(struct twice *t, const struct twice_udp *u, uint16_t point,
				 uint64_t place, uint64_t now)
{
	size_t set = set_of(t, u->id, point, u->id ? 0 : spread(u->transport, UDP_CHECKSUM, 2));

	return ask(t, u->id, set, hash_udp(t, u, point), stamp_of(place, u->hops, now), now);
}

void twice_expect(const struct twice *t, uint32_t id, uint16_t point)
{
	size_t set = set_of(t, id, point, 0);

	__builtin_prefetch(t->sets[set].hash, 1);
	__builtin_prefetch(t->sets[set].stamp, 1);
	__builtin_prefetch(&t->oldest[set], 1);
}
