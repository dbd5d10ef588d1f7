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

#endif
