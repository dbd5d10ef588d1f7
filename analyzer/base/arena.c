/* arena.c - chunks that grow by a quarter of what is taken, freed together. */
#include "analyzer/base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"

/*
 * An INVITE and what its dialog needs fit in the first: a flood of them is what most arenas may
 * hold. Thousands of calls have one each, so what the last chunk leaves unused counts for more
 * than a few chunks: doubling left half of a call's memory empty.
 */
enum { FIRST_CHUNK = 3072, LEAST_CHUNK = 1024, LARGEST_CHUNK = 256 * 1024 };

struct chunk {
	struct chunk *older;
	size_t size, used;
	alignas(max_align_t) uint8_t bytes[];
};

struct arena {
	struct chunk *newest;
	size_t budget, used;
	bool spent;
};

static struct chunk *chunk_new(size_t size, struct chunk *older)
{
	struct chunk *c = mem_zero(1, sizeof *c + size);

	c->size = size;
	c->older = older;
	return c;
}

struct arena *arena_new(size_t budget)
{
	struct arena *a = mem_zero(1, sizeof *a);

	a->budget = budget;
	a->newest = chunk_new(FIRST_CHUNK, NULL);
	return a;
}

static void drop(struct chunk *c)
{
	while (c) {
		struct chunk *older = c->older;
		free(c);
		c = older;
	}
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	drop(a->newest);
	free(a);
}

static size_t held(const struct arena *a)
{
	size_t n = 0;

	for (const struct chunk *c = a->newest; c; c = c->older)
		n += c->size;
	return n;
}

/* One chunk takes the place of several, so that an arena used again for the like needs no other. */
void arena_reset(struct arena *a)
{
	struct chunk *kept = a->newest;

	if (kept->older) {
		size_t size = held(a);
		drop(kept);
		a->newest = chunk_new(size < LARGEST_CHUNK ? size : LARGEST_CHUNK, NULL);
	} else {
		memset(kept->bytes, 0, kept->used);
		kept->used = 0;
	}
	a->used = 0;
	a->spent = false;
}

static size_t next_size(const struct arena *a)
{
	size_t size = a->used / 4;

	return size < LEAST_CHUNK ? LEAST_CHUNK : size > LARGEST_CHUNK ? LARGEST_CHUNK : size;
}

void *arena_take(struct arena *a, size_t n)
{
	size_t want = (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);

	if (want < n || want > a->budget - a->used) {
		a->spent = true;
		return NULL;
	}
	if (a->newest->size - a->newest->used < want) {
		size_t size = next_size(a);
		a->newest = chunk_new(size > want ? size : want, a->newest);
	}
	void *p = a->newest->bytes + a->newest->used;
	a->newest->used += want;
	a->used += want;
	return p;
}

const char *arena_text(struct arena *a, struct slice s)
{
	char *p = arena_take(a, s.n + 1);

	if (p && s.n)
		memcpy(p, s.p, s.n);
	return p;
}

struct slice arena_slice(struct arena *a, struct slice s)
{
	uint8_t *p = s.n ? arena_take(a, s.n) : NULL;

	if (!p)
		return (struct slice){ NULL, 0 };
	memcpy(p, s.p, s.n);
	return (struct slice){ p, s.n };
}

bool arena_spent(const struct arena *a)
{
	return a->spent;
}
