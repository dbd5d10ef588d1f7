/* expire.c - a binary heap of timers. */
#include "analyzer/track/expire.h"

#include <stdlib.h>

#include "analyzer/base/mem.h"

/*
 * What is compared stands in the heap itself, and where each timer stands in a table beside it:
 * timers are far apart in memory, and those that one timer pushes aside are not touched.
 */
struct rung {
	uint64_t due_ns, order;
	struct expire_timer *timer;
	size_t id;
};

struct expire {
	struct rung *heap; /* [0] unused */
	size_t *places;	   /* by id: its rung; of an id that is free, the next free one */
	size_t count, room, ids, free_id;
	uint64_t orders;
};

struct expire *expire_new(void)
{
	struct expire *e = mem_zero(1, sizeof *e);

	e->room = 64;
	e->heap = mem_zero(e->room, sizeof *e->heap);
	e->places = mem_zero(e->room, sizeof *e->places);
	return e;
}

void expire_free(struct expire *e)
{
	if (!e)
		return;
	free(e->heap);
	free(e->places);
	free(e);
}

static bool before(const struct rung *a, const struct rung *b)
{
	return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static void put(struct expire *e, size_t slot, struct rung r)
{
	e->heap[slot] = r;
	e->places[r.id] = slot;
}

static void sift(struct expire *e, size_t slot, struct rung r)
{
	for (; slot > 1 && before(&r, &e->heap[slot / 2]); slot /= 2)
		put(e, slot, e->heap[slot / 2]);
	for (size_t child; (child = slot * 2) <= e->count; slot = child) {
		if (child < e->count && before(&e->heap[child + 1], &e->heap[child]))
			child++;
		if (!before(&e->heap[child], &r))
			break;
		put(e, slot, e->heap[child]);
	}
	put(e, slot, r);
}

/* No more ids than rungs are ever in use: both tables have the same room. */
static size_t take_id(struct expire *e)
{
	size_t id = e->free_id;

	if (!id)
		return ++e->ids;
	e->free_id = e->places[id];
	return id;
}

static void make_room(struct expire *e)
{
	if (e->count + 1 < e->room)
		return;
	e->room *= 2;
	e->heap = mem_grow(e->heap, e->room, sizeof *e->heap);
	e->places = mem_grow(e->places, e->room, sizeof *e->places);
}

void expire_set(struct expire *e, struct expire_timer *t, uint64_t due_ns)
{
	t->due_ns = due_ns;
	if (!t->id) {
		if (!t->order)
			t->order = ++e->orders;
		make_room(e);
		t->id = take_id(e);
		e->places[t->id] = ++e->count;
	}
	sift(e, e->places[t->id], (struct rung){ due_ns, t->order, t, t->id });
}

void expire_drop(struct expire *e, struct expire_timer *t)
{
	size_t id = t->id;

	if (!id)
		return;
	t->id = 0;
	size_t slot = e->places[id];
	struct rung last = e->heap[e->count--];
	e->places[id] = e->free_id;
	e->free_id = id;
	if (last.timer != t)
		sift(e, slot, last);
}

struct expire_timer *expire_next(struct expire *e, uint64_t now_ns)
{
	struct expire_timer *t = e->count && e->heap[1].due_ns <= now_ns ? e->heap[1].timer : NULL;

	if (t)
		expire_drop(e, t);
	return t;
}

size_t expire_count(const struct expire *e)
{
	return e->count;
}
