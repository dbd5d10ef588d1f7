/* hash.h - keyed hashes: for tables an attacker fills, and for prints that must agree elsewhere. */
#ifndef EARSHOT_HASH_H
#define EARSHOT_HASH_H

#include "analyzer/base/slice.h"

/*
 * A fast keyed hash (wide multiply and fold). `hash_table` uses a seed drawn at
 * start: it may place an entry, never choose what is sampled, evicted or
 * printed. `hash_fixed` uses a constant key, the same in every run.
 */
uint64_t hash_table(struct slice s);
uint64_t hash_fixed(struct slice s);

/* As hash_fixed, another hash, for payloads: 32 octets at a time in two chains that do not wait
 * for each other. */
uint64_t hash_payload(struct slice s);

/* Both halves of the product of two words. Inline: what hashes of known length are made of. */
static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 wide;
	wide product = (wide)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

#endif
