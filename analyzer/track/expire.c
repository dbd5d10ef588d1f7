/* expire.c - a binary heap of timers. */
#include "analyzer/track/expire.h"

#include <stdlib.h>

#include "analyzer/base/mem.h"

struct expire {
	struct expire_timer **heap; /* [0] unused */
	size_t count, room;
	uint64_t orders;
};

struct expire *expire_new(void)
{
	struct expire *e = mem_zero(1, sizeof *e);

	e->room = 64;
	e->heap = mem_zero(e->room, sizeof(struct expire_timer *));
	return e;
}

void expire_free(struct expire *e)
{
	if (!e)
		return;
	free(e->heap);
	free(e);
}

static bool before(const struct expire_timer *a, const struct expire_timer *b)
{
	return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static void put(struct expire *e, size_t slot, struct expire_timer *t)
{
	e->heap[slot] = t;
	t->slot = slot;
}

static void sift(struct expire *e, size_t slot)
{
	struct expire_timer *t = e->heap[slot];

	for (; slot > 1 && before(t, e->heap[slot / 2]); slot /= 2)
		put(e, slot, e->heap[slot / 2]);
	for (size_t child; (child = slot * 2) <= e->count; slot = child) {
		if (child < e->count && before(e->heap[child + 1], e->heap[child]))
			child++;
		if (!before(e->heap[child], t))
			break;
		put(e, slot, e->heap[child]);
	}
	put(e, slot, t);
}

void expire_set(struct expire *e, struct expire_timer *t, uint64_t due_ns)
{
	t->due_ns = due_ns;
	if (!t->slot) {
		if (!t->order)
			t->order = ++e->orders;
		if (e->count + 1 == e->room) {
			e->room *= 2;
			e->heap = mem_grow(e->heap, e->room, sizeof(struct expire_timer *));
		}
		put(e, ++e->count, t);
	}
	sift(e, t->slot);
}

void expire_drop(struct expire *e, struct expire_timer *t)
{
	size_t slot = t->slot;

	if (!slot)
		return;
	t->slot = 0;
	struct expire_timer *last = e->heap[e->count--];
	if (last == t)
		return;
	put(e, slot, last);
	sift(e, slot);
}

struct expire_timer *expire_next(struct expire *e, uint64_t now_ns)
{
	struct expire_timer *t = e->count ? e->heap[1] : NULL;

	if (!t || t->due_ns > now_ns)
		return NULL;
	expire_drop(e, t);
	return t;
}

size_t expire_count(const struct expire *e)
{
	return e->count;
}
