/* hash.c - 128-bit multiply and fold over 8-byte words. */
#include "analyzer/base/hash.h"

#include <string.h>
#include <sys/random.h>

static uint64_t word(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, p, n);
	return v;
}

static uint64_t mix(struct slice s, uint64_t key)
{
	const uint64_t odd = 0x9e3779b97f4a7c15u;
	uint64_t h = key ^ hash_fold(s.n ^ odd, 0xe7037ed1a0b428dbu);

	while (s.n > 8) {
		h = hash_fold(word(s.p, 8) ^ h, odd ^ key);
		s.p += 8;
		s.n -= 8;
	}
	h = hash_fold((s.n ? word(s.p, s.n) : 0) ^ h, 0xa0761d6478bd642fu ^ key);
	return hash_fold(h ^ key, odd);
}

static uint64_t seed(void)
{
	static uint64_t drawn;

	/* Two threads may both draw at the start; each table is used by one only. */
	if (drawn == 0 && getrandom(&drawn, sizeof drawn, 0) != (ssize_t)sizeof drawn)
		drawn = 0x5bd1e9955bd1e995u;
	return drawn | 1;
}

uint64_t hash_table(struct slice s)
{
	return mix(s, seed());
}

uint64_t hash_fixed(struct slice s)
{
	return mix(s, 0x6561727368307421u);
}

uint64_t hash_payload(struct slice s)
{
	uint64_t a = 0x8bb84b93962eacc9u ^ s.n, b = 0x4b33a62ed433d4a3u;

	for (; s.n >= 32; s = slice_from(s, 32)) {
		a = hash_fold(a ^ word(s.p, 8), 0x4d5a2da51de1aa47u ^ word(s.p + 8, 8));
		b = hash_fold(b ^ word(s.p + 16, 8), 0xa0761d6478bd642fu ^ word(s.p + 24, 8));
	}
	return hash_fold(a ^ hash_fixed(s), b ^ 0xe7037ed1a0b428dbu);
}
