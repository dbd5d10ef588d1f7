/* cipherlook_sub.c - the statistical tests over one sub-window. */
#include "analyzer/crypto/cipherlook_sub.h"

#include "analyzer/crypto/cipherlook_stat.h"

#include <string.h>

enum { SKIP = CIPHERLOOK_INNER, TAIL = CIPHERLOOK_TAIL, BIT_OCTETS = 16 };
_Static_assert(SKIP + BIT_OCTETS <= CIPHERLOOK_HEAD, "both sixteens are kept of a packet");

/* A pair of payloads with equal rest: at octets 0..9 too, or only from octet 10 on. */
static void find_duplicates(const struct cipherlook *look, struct cipherlook_sub *out)
{
	for (unsigned i = 1; i < look->filled; i++) {
		for (unsigned j = 0; j < i; j++) {
			if (look->rest_hash[i] != look->rest_hash[j] ||
			    look->len[i] != look->len[j] || look->ts[i] == look->ts[j])
				continue;
			size_t front = look->len[i] < SKIP ? look->len[i] : SKIP;
			if (look->len[i] >= 8 && memcmp(look->head[i], look->head[j], front) == 0)
				out->whole.fired |= 1u << CIPHERLOOK_DUP;
			if (look->len[i] >= SKIP + 8)
				out->inner.fired |= 1u << CIPHERLOOK_DUP;
		}
	}
}

/* The commonest value of the octet at `at`, of the packets long enough. */
static bool mode_fires(const struct cipherlook *look, size_t at, size_t least)
{
	uint8_t counts[256] = { 0 };
	unsigned n = 0, best = 0;

	for (unsigned i = 0; i < look->filled; i++) {
		if (look->len[i] < least)
			continue;
		unsigned now = ++counts[look->head[i][at]];
		best = now > best ? now : best;
		n++;
	}
	return cipherlook_stat_mode(n, best);
}

static void find_modes(const struct cipherlook *look, struct cipherlook_sub *out)
{
	/* Octets 0 and 1 are payload even in a short packet: a tag never comes first. */
	if (mode_fires(look, 0, 1) || mode_fires(look, 1, 2))
		out->whole.fired |= 1u << CIPHERLOOK_MODE;
	if (mode_fires(look, SKIP, SKIP + 1 + TAIL) || mode_fires(look, SKIP + 1, SKIP + 2 + TAIL))
		out->inner.fired |= 1u << CIPHERLOOK_MODE;
}

/* Sixteen octets side by side; both compilers know such types on every machine. */
typedef uint8_t octets __attribute__((vector_size(BIT_OCTETS)));

/* Of sixteen places: the packets that have an octet there before their tail, and in how many of
 * these each bit is set. */
struct ones {
	octets packets, of[8];
};

/* Of the sixteen octets from there on, those that stand before the tail. */
static uint8_t before_tail(size_t len, size_t from)
{
	size_t n = len > from + TAIL ? len - from - TAIL : 0;

	return (uint8_t)(n < BIT_OCTETS ? n : BIT_OCTETS);
}

static struct ones count_ones(const struct cipherlook *look, size_t from)
{
	static const octets place = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	struct ones sum = { 0 };
	octets x;

	for (unsigned i = 0; i < look->filled; i++) {
		octets has = (octets)(place < before_tail(look->len[i], from));

		memcpy(&x, look->head[i] + from, sizeof x);
		x &= has;
		sum.packets -= has; /* all ones, which is -1, where there is one */
		for (unsigned b = 0; b < 8; b++, x >>= 1)
			sum.of[b] += x & 1;
	}
	return sum;
}

static bool bits_fire(const struct cipherlook *look, size_t from)
{
	struct cipherlook_stat_bits sum = { 0, 0 };
	struct ones ones = count_ones(look, from);

	for (size_t at = 0; at < BIT_OCTETS; at++) {
		uint64_t each = 0;
		for (unsigned b = 0; b < 8; b++)
			each |= (uint64_t)ones.of[b][at] << (8 * b);
		cipherlook_stat_add_bits(&sum, ones.packets[at], each);
	}
	return cipherlook_stat_bits_fire(&sum);
}

static void find_bits(const struct cipherlook *look, struct cipherlook_sub *out)
{
	if (bits_fire(look, 0))
		out->whole.fired |= 1u << CIPHERLOOK_BIT;
	if (bits_fire(look, SKIP))
		out->inner.fired |= 1u << CIPHERLOOK_BIT;
}

static void test_spread(const uint32_t counts[256], struct cipherlook_sub_half *out)
{
	uint32_t total = 0;

	for (unsigned v = 0; v < 256; v++)
		total += counts[v];
	out->enough = total >= CIPHERLOOK_STAT_OCTETS_MIN;
	if (cipherlook_stat_chi(counts, total))
		out->fired |= 1u << CIPHERLOOK_CHI;
}

static void find_spread(const struct cipherlook *look, struct cipherlook_sub *out)
{
	uint32_t counts[256];

	for (unsigned v = 0; v < 256; v++)
		counts[v] = (uint32_t)look->histogram[0][v] + look->histogram[1][v];
	test_spread(counts, &out->inner);
	for (unsigned i = 0; i < look->filled; i++)
		for (unsigned at = 0; at < SKIP && at + TAIL < look->len[i]; at++)
			counts[look->head[i][at]]++;
	test_spread(counts, &out->whole);
}

static void find_lag(const struct cipherlook *look, struct cipherlook_sub *out)
{
	const uint32_t *compared = look->lag_compared, *equal = look->lag_equal;

	if (cipherlook_stat_lag(compared[0] + compared[1], equal[0] + equal[1]))
		out->whole.fired |= 1u << CIPHERLOOK_LAG_TEST;
	if (cipherlook_stat_lag(compared[1], equal[1]))
		out->inner.fired |= 1u << CIPHERLOOK_LAG_TEST;
}

void cipherlook_sub_run(const struct cipherlook *look, struct cipherlook_sub *out)
{
	*out = (struct cipherlook_sub){ 0 };
	find_spread(look, out);
	find_modes(look, out);
	find_bits(look, out);
	find_lag(look, out);
	find_duplicates(look, out);
}
