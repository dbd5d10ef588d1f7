/* slab.h - a bounded store of equal things, named by number: taken, given back, never moved. */
#ifndef EARSHOT_SLAB_H
#define EARSHOT_SLAB_H

#include <stddef.h>
#include <stdint.h>

/*
 * Laid open so that a thing is found without a call; the fields are slab.c's own.
 * Things begin at a cache line's edge when their size is a multiple of one.
 */
struct slab {
	uint8_t **pages;
	uint32_t *spare; /* numbers given back; the last goes first */
	size_t size;
	uint32_t shift, cap, made;
	uint32_t page_count, spare_count, spare_room;
};

/* `size` octets each, at most 1 MiB; `cap` things at most. */
void slab_open(struct slab *s, size_t size, uint32_t cap);
void slab_close(struct slab *s);

/* The number of a thing, from 1; 0 when all are taken. It holds what its last user left. */
uint32_t slab_take(struct slab *s);
void slab_give(struct slab *s, uint32_t number);

/* Good for every number that was ever taken. */
static inline void *slab_at(const struct slab *s, uint32_t number)
{
	uint32_t i = number - 1;

	return s->pages[i >> s->shift] + (i & ((UINT32_C(1) << s->shift) - 1)) * s->size;
}

#endif
