/* map.c - linear probing with backward-shift removal. */
#include "analyzer/base/map.h"

#include <stdlib.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/mem.h"

/* Twenty-four bytes: tables of a large capture hold a hundred thousand of them. */
struct entry {
	uint32_t hash, len;
	const uint8_t *key;
	void *value;
};

struct map {
	struct entry *slots;
	size_t mask, count;
};

enum { FIRST_SLOTS = 64 };

struct map *map_new(void)
{
	struct map *m = mem_zero(1, sizeof *m);

	m->slots = mem_zero(FIRST_SLOTS, sizeof *m->slots);
	m->mask = FIRST_SLOTS - 1;
	return m;
}

void map_free(struct map *m)
{
	if (!m)
		return;
	free(m->slots);
	free(m);
}

static struct slice key_of(const struct entry *e)
{
	return (struct slice){ e->key, e->len };
}

static size_t find(const struct map *m, struct slice key, uint32_t hash)
{
	size_t i = hash & m->mask;

	while (m->slots[i].value &&
	       !(m->slots[i].hash == hash && slice_eq(key_of(&m->slots[i]), key)))
		i = (i + 1) & m->mask;
	return i;
}

void *map_get(const struct map *m, struct slice key)
{
	return m->slots[find(m, key, (uint32_t)hash_table(key))].value;
}

static void grow(struct map *m)
{
	struct map bigger = { NULL, m->mask * 2 + 1, m->count };

	bigger.slots = mem_zero(bigger.mask + 1, sizeof *bigger.slots);
	for (size_t i = 0; i <= m->mask; i++) {
		struct entry *e = &m->slots[i];
		if (e->value)
			bigger.slots[find(&bigger, key_of(e), e->hash)] = *e;
	}
	free(m->slots);
	*m = bigger;
}

void *map_put(struct map *m, struct slice key, void *value)
{
	if ((m->count + 1) * 4 > m->mask * 3) /* three quarters full */
		grow(m);
	uint32_t hash = (uint32_t)hash_table(key);
	struct entry *e = &m->slots[find(m, key, hash)];
	void *before = e->value;

	if (!before)
		m->count++;
	*e = (struct entry){ hash, (uint32_t)key.n, key.p, value };
	return before;
}

void *map_remove(struct map *m, struct slice key)
{
	size_t hole = find(m, key, (uint32_t)hash_table(key));
	void *value = m->slots[hole].value;

	if (!value)
		return NULL;
	m->count--;
	for (size_t i = (hole + 1) & m->mask; m->slots[i].value; i = (i + 1) & m->mask) {
		size_t home = m->slots[i].hash & m->mask;
		if (((i - home) & m->mask) >= ((i - hole) & m->mask)) {
			m->slots[hole] = m->slots[i];
			hole = i;
		}
	}
	m->slots[hole].value = NULL;
	return value;
}

size_t map_count(const struct map *m)
{
	return m->count;
}

void *map_next(const struct map *m, size_t *at)
{
	while (*at <= m->mask) {
		void *value = m->slots[(*at)++].value;
		if (value)
			return value;
	}
	return NULL;
}
