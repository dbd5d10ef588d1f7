/* expire.c - a binary heap of timers. */
#include "analyzer/track/expire.h"

#include <stdlib.h>

#include "analyzer/base/mem.h"

/* What is compared stands in the heap itself: of timers, which are far apart, only places are
 * written. */
struct rung {
	uint64_t due_ns, order;
	struct expire_timer *timer;
};

struct expire {
	struct rung *heap; /* [0] unused */
	size_t count, room;
	uint64_t orders;
};

struct expire *expire_new(void)
{
	struct expire *e = mem_zero(1, sizeof *e);

	e->room = 64;
	e->heap = mem_zero(e->room, sizeof *e->heap);
	return e;
}

void expire_free(struct expire *e)
{
	if (!e)
		return;
	free(e->heap);
	free(e);
}

static bool before(const struct rung *a, const struct rung *b)
{
	return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static void put(struct expire *e, size_t slot, struct rung r)
{
	e->heap[slot] = r;
	r.timer->slot = slot;
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

void expire_set(struct expire *e, struct expire_timer *t, uint64_t due_ns)
{
	t->due_ns = due_ns;
	if (!t->slot) {
		if (!t->order)
			t->order = ++e->orders;
		if (e->count + 1 == e->room) {
			e->room *= 2;
			e->heap = mem_grow(e->heap, e->room, sizeof *e->heap);
		}
		t->slot = ++e->count;
	}
	sift(e, t->slot, (struct rung){ due_ns, t->order, t });
}

void expire_drop(struct expire *e, struct expire_timer *t)
{
	size_t slot = t->slot;

	if (!slot)
		return;
	t->slot = 0;
	struct rung last = e->heap[e->count--];
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
