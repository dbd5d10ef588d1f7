/* cipherlook_stat.c - tail probabilities, each held against 1e-9. */
#include "analyzer/crypto/cipherlook_stat.h"

#include <math.h>
#include <string.h>

#define ALPHA 1e-9
/*
 * 1e-9 is at 6.0 standard deviations. Counts are whole numbers, and at five to
 * a bin their chi-square has a longer tail than the continuous one.
 */
#define Z_LIMIT 6.5
enum {
	BYTE_BINS_FROM = 1280,
	BIT_PACKETS_MIN = 16,
	MODE_PLACES = 2 * 256,
	MODE_LEAST = 5 /* 4 of 4 are not yet that rare */
};

/* Wilson and Hilferty: the cube root of a chi-square is nearly normal. */
static bool chi_square_fires(double x, double freedom)
{
	double spread = 2.0 / (9.0 * freedom);

	return (cbrt(x / freedom) - (1.0 - spread)) / sqrt(spread) > Z_LIMIT;
}

/* Sixteen octets side by side; both compilers know such types on every machine. */
typedef uint8_t octets __attribute__((vector_size(16)));
enum { LANES = 16, ROUNDS_MAX = 255 };

static uint32_t equal_lanes(const uint8_t *a, const uint8_t *b, size_t rounds)
{
	octets x, y, sum = { 0 };
	uint32_t equal = 0;

	for (size_t i = 0; i < rounds; i++) {
		memcpy(&x, a + i * LANES, LANES);
		memcpy(&y, b + i * LANES, LANES);
		sum -= (octets)(x == y); /* all ones, which is -1, where they are equal */
	}
	for (size_t i = 0; i < LANES; i++)
		equal += sum[i];
	return equal;
}

uint32_t cipherlook_stat_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	uint32_t equal = 0;

	while (n >= LANES) {
		size_t rounds = n / LANES < ROUNDS_MAX ? n / LANES : ROUNDS_MAX;

		equal += equal_lanes(a, b, rounds);
		a += rounds * LANES;
		b += rounds * LANES;
		n -= rounds * LANES;
	}
	for (size_t i = 0; i < n; i++)
		equal += a[i] == b[i];
	return equal;
}

static double chi_square(const uint32_t *counts, uint32_t bins, uint32_t total)
{
	uint64_t squares = 0;

	for (uint32_t i = 0; i < bins; i++)
		squares += (uint64_t)counts[i] * counts[i];
	return (double)squares * bins / total - total;
}

bool cipherlook_stat_chi(const uint32_t counts[256], uint32_t total)
{
	uint32_t half[16] = { 0 };

	if (total < CIPHERLOOK_STAT_OCTETS_MIN)
		return false;
	if (total >= BYTE_BINS_FROM)
		return chi_square_fires(chi_square(counts, 256, total), 255);
	for (unsigned v = 0; v < 256; v++) {
		half[v >> 4] += counts[v];
		half[v & 15] += counts[v];
	}
	return chi_square_fires(chi_square(half, 16, 2 * total), 15);
}

bool cipherlook_stat_mode(unsigned n, unsigned best)
{
	const double p = 1.0 / 256;
	double term = pow(1 - p, n), tail = 0;

	if (best < MODE_LEAST)
		return false;
	for (unsigned k = 0; k <= n; k++) {
		if (k >= best)
			tail += term;
		term *= (double)(n - k) / (k + 1) * (p / (1 - p));
	}
	return tail * MODE_PLACES < ALPHA;
}

bool cipherlook_stat_lag(uint32_t compared, uint32_t equal)
{
	double rate = compared / 256.0, term = exp(-rate), above = 1;

	if (equal <= rate)
		return false;
	/* Rates are small (3200 octets give 12), so 1e-9 is kept well apart from 0. */
	for (uint32_t k = 0; k < equal && above >= ALPHA; k++) {
		above -= term;
		term *= rate / (k + 1);
	}
	return above < ALPHA;
}

void cipherlook_stat_add_bits(struct cipherlook_stat_bits *sum, unsigned n, uint64_t ones)
{
	int32_t squares = 0;

	if (n < BIT_PACKETS_MIN)
		return;
	for (unsigned b = 0; b < 64; b += 8) {
		int32_t off = 2 * (int32_t)(ones >> b & 0xff) - (int32_t)n;
		squares += off * off;
	}
	sum->sum += (double)squares / n;
	sum->bits += 8;
}

/*
 * At 20 packets no single bit can reach 1e-9, constant as it may be (2^-19 over
 * 128 bits); their sum can. Its tail is lighter than the chi-square's.
 */
bool cipherlook_stat_bits_fire(const struct cipherlook_stat_bits *sum)
{
	return sum->bits && chi_square_fires(sum->sum, sum->bits);
}
