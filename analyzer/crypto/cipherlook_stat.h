/* cipherlook_stat.h - the tests behind cipherlook: does a count fall where chance puts it < 1e-9?
 */
#ifndef EARSHOT_CIPHERLOOK_STAT_H
#define EARSHOT_CIPHERLOOK_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CIPHERLOOK_STAT_OCTETS_MIN = 160 }; /* fewer are not tested for even spread */

/* Positions below n at which a and b hold the same octet. */
uint32_t cipherlook_stat_equal(const uint8_t *a, const uint8_t *b, size_t n);

/* Octet counts against an even spread: 256 bins from 1280 octets on, else 16 of half octets. */
bool cipherlook_stat_chi(const uint32_t counts[256], uint32_t total);

/* `best` of n octets have one value, in one of two places. n at most 64. */
bool cipherlook_stat_mode(unsigned n, unsigned best);

/* `equal` of `compared` positions hold the octet of the packet before. */
bool cipherlook_stat_lag(uint32_t compared, uint32_t equal);

struct cipherlook_stat_bits {
	double sum; /* of squared deviations, each in its own variance */
	unsigned bits;
};

/* An octet in n packets (255 at most): each octet of `ones` counts one bit. Too few are left out.
 */
void cipherlook_stat_add_bits(struct cipherlook_stat_bits *sum, unsigned n, uint64_t ones);
bool cipherlook_stat_bits_fire(const struct cipherlook_stat_bits *sum);

#endif
