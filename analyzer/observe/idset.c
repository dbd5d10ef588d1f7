/* idset.c - how many different identifiers were seen: 64-bit hashes in an open table that doubles.
 */
#include "analyzer/observe/idset.h"

#include <stdlib.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/mem.h"

enum { FIRST_SLOTS = 256 };

struct idset {
	uint64_t *slots; /* 0: empty */
	uint32_t mask, count, cap;
	bool rolls;
	uint64_t *before; /* the slots that were full last; NULL: none were */
	uint32_t before_mask;
	uint64_t gone; /* counted before those that stand in `slots` */
};

struct idset *idset_new(uint32_t cap)
{
	struct idset *s = mem_zero(1, sizeof *s);

	s->slots = mem_zero(FIRST_SLOTS, sizeof *s->slots);
	s->mask = FIRST_SLOTS - 1;
	s->cap = cap;
	return s;
}

struct idset *idset_rolling(uint32_t cap)
{
	struct idset *s = idset_new(cap / 2 ? cap / 2 : 1);

	s->rolls = true;
	return s;
}

void idset_free(struct idset *s)
{
	if (!s)
		return;
	free(s->before);
	free(s->slots);
	free(s);
}

static uint64_t *find(uint64_t *slots, uint32_t mask, uint64_t h)
{
	uint32_t i = (uint32_t)(h >> 20) & mask;

	while (slots[i] && slots[i] != h)
		i = (i + 1) & mask;
	return &slots[i];
}

static uint64_t *slot_of(const struct idset *s, uint64_t h)
{
	return find(s->slots, s->mask, h);
}

static void roll(struct idset *s)
{
	free(s->before);
	s->before = s->slots;
	s->before_mask = s->mask;
	s->gone += s->count;
	s->slots = mem_zero(FIRST_SLOTS, sizeof *s->slots);
	s->mask = FIRST_SLOTS - 1;
	s->count = 0;
}

static void grow(struct idset *s)
{
	uint64_t *old = s->slots;
	uint32_t n = s->mask + 1;

	s->slots = mem_zero((size_t)n * 2, sizeof *s->slots);
	s->mask = n * 2 - 1;
	for (uint32_t i = 0; i < n; i++)
		if (old[i])
			*slot_of(s, old[i]) = old[i];
	free(old);
}

bool idset_add(struct idset *s, struct slice id)
{
	/* Seeded, so that nobody can aim; 2^22 of 2^64 meet by chance once in two million runs. */
	uint64_t h = hash_table(id) | 1;
	uint64_t *slot = slot_of(s, h);

	if (*slot == h || (s->before && *find(s->before, s->before_mask, h) == h))
		return true;
	if (s->count >= s->cap) {
		if (!s->rolls)
			return false;
		roll(s);
		slot = slot_of(s, h);
	}
	*slot = h;
	s->count++;
	if (s->count > s->mask / 2)
		grow(s);
	return true;
}

uint64_t idset_count(const struct idset *s)
{
	return s->gone + s->count;
}
