/* cipherlook_sub.c - the statistical tests over one sub-window. */
#include "analyzer/crypto/cipherlook_sub.h"

#include "analyzer/crypto/cipherlook_stat.h"

#include <string.h>

enum { SKIP = CIPHERLOOK_INNER, TAIL = CIPHERLOOK_TAIL, BIT_OCTETS = 16 };

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

/* The eight bits of an octet, least first, in octets of their own. */
static uint64_t spread(uint8_t octet)
{
	uint64_t each = octet * UINT64_C(0x0101010101010101) & UINT64_C(0x8040201008040201);

	return (each + UINT64_C(0x7f7f7f7f7f7f7f7f)) >> 7 & UINT64_C(0x0101010101010101);
}

/* Ones of each bit of an octet over the packets that have it before their tail. */
static unsigned count_ones(const struct cipherlook *look, size_t at, uint64_t *ones)
{
	unsigned n = 0;

	*ones = 0;
	for (unsigned i = 0; i < look->filled; i++) {
		if (look->len[i] < at + 1 + TAIL)
			continue;
		n++;
		*ones += spread(look->head[i][at]);
	}
	return n;
}

static void find_bits(const struct cipherlook *look, struct cipherlook_sub *out)
{
	struct cipherlook_stat_bits whole = { 0, 0 }, inner = { 0, 0 };
	uint64_t ones;

	for (size_t at = 0; at < CIPHERLOOK_HEAD; at++) {
		unsigned n = count_ones(look, at, &ones);
		if (at < BIT_OCTETS)
			cipherlook_stat_add_bits(&whole, n, ones);
		if (at >= SKIP && at < SKIP + BIT_OCTETS)
			cipherlook_stat_add_bits(&inner, n, ones);
	}
	if (cipherlook_stat_bits_fire(&whole))
		out->whole.fired |= 1u << CIPHERLOOK_BIT;
	if (cipherlook_stat_bits_fire(&inner))
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
