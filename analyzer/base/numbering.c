/* numbering.c - slots that hold numbers; searches end at a free one. */
#include "analyzer/base/numbering.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/mem.h"

enum { FIRST_SLOTS = 64 };

static void slots_new(struct numbering *n, uint32_t slots)
{
	n->slots = mem_zero(slots, sizeof *n->slots);
	n->mask = slots - 1;
}

void numbering_open(struct numbering *n, uint32_t octets,
		    const uint8_t *(*key)(const void *rows, uint32_t number))
{
	*n = (struct numbering){ .octets = octets, .key = key };
	slots_new(n, FIRST_SLOTS);
}

void numbering_close(struct numbering *n)
{
	free(n->slots);
	n->slots = NULL;
}

static uint32_t home_of(const struct numbering *n, const uint8_t *key)
{
	return (uint32_t)hash_table((struct slice){ key, n->octets }) & n->mask;
}

/* The slot where it stands, or the free one where it would. */
static uint32_t slot_of(const struct numbering *n, const void *rows, const uint8_t *key)
{
	uint32_t i = home_of(n, key);

	while (n->slots[i] && memcmp(n->key(rows, n->slots[i]), key, n->octets) != 0)
		i = (i + 1) & n->mask;
	return i;
}

uint32_t numbering_find(const struct numbering *n, const void *rows, const uint8_t *key)
{
	return n->slots[slot_of(n, rows, key)];
}

static void grow(struct numbering *n, const void *rows)
{
	uint32_t *old = n->slots, slots = n->mask + 1;

	slots_new(n, slots * 2);
	for (uint32_t i = 0; i < slots; i++)
		if (old[i])
			n->slots[slot_of(n, rows, n->key(rows, old[i]))] = old[i];
	free(old);
}

void numbering_add(struct numbering *n, const void *rows, uint32_t number)
{
	if (++n->count * UINT64_C(4) > n->mask * UINT64_C(3))
		grow(n, rows);
	n->slots[slot_of(n, rows, n->key(rows, number))] = number;
}

/* What stands behind moves up, so that no search ends at the hole. */
void numbering_remove(struct numbering *n, const void *rows, uint32_t number)
{
	uint32_t hole = slot_of(n, rows, n->key(rows, number));

	for (uint32_t i = (hole + 1) & n->mask; n->slots[i]; i = (i + 1) & n->mask) {
		uint32_t home = home_of(n, n->key(rows, n->slots[i]));
		if (((i - home) & n->mask) < ((i - hole) & n->mask))
			continue;
		n->slots[hole] = n->slots[i];
		hole = i;
	}
	n->slots[hole] = 0;
	n->count--;
}
