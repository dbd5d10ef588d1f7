/* numbering.h - which number a key has: open addressing over keys that the caller keeps. */
#ifndef EARSHOT_NUMBERING_H
#define EARSHOT_NUMBERING_H

#include <stdint.h>

/*
 * For tables of many small rows: a row is known by its number, from 1, and an entry here takes
 * four octets, where a map would take a pointer, a hash, and an allocation for each row. Keys are
 * all of one length. Grows by doubling; the caller caps the number of rows. Where a row stands
 * here depends on a per-run seed: never let it reach output.
 */
struct numbering {
	uint32_t *slots; /* 0: free */
	uint32_t mask, count, octets;
	const uint8_t *(*key)(const void *rows, uint32_t number);
};

/* `octets` of a key; `key` tells that of a row, out of what is given as `rows` below. */
void numbering_open(struct numbering *n, uint32_t octets,
		    const uint8_t *(*key)(const void *rows, uint32_t number));
void numbering_close(struct numbering *n);
/* 0: no row has this key. */
uint32_t numbering_find(const struct numbering *n, const void *rows, const uint8_t *key);
/* A row that is there, and whose key no other has. */
void numbering_add(struct numbering *n, const void *rows, uint32_t number);
/* While the row is still there. */
void numbering_remove(struct numbering *n, const void *rows, uint32_t number);

#endif
