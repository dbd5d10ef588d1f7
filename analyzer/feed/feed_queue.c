/* feed_queue.c - a ring of octets for one writer and one reader: no allocation, no lock. */
#include "analyzer/feed/feed_queue.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "analyzer/base/mem.h"

enum { ALIGN = 8 };

_Static_assert(FEED_QUEUE_SMALLEST / 2 >=
		       2 * (FEED_QUEUE_LARGEST + sizeof(struct feed_record) + ALIGN),
	       "half a ring takes the largest record, wherever the ring's end falls");

static size_t round_octets(size_t octets)
{
	size_t n = FEED_QUEUE_SMALLEST;

	while (n <= octets / 2)
		n *= 2;
	return n;
}

bool feed_queue_open(struct feed_queue *q, size_t octets)
{
	q->octets = round_octets(octets);
	q->room = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (q->room < 0)
		return false;
	/* It is written to all the time: a copy of the process would have each page of it copied.
	 */
	q->ring = mem_pages(q->octets);
	return true;
}

void feed_queue_close(struct feed_queue *q)
{
	uint64_t used = q->written < q->octets ? q->written : q->octets;

	if (!q->ring)
		return;
	/* A capture may carry key logs. */
	explicit_bzero(q->ring, (size_t)used);
	mem_pages_free(q->ring, q->octets);
	q->ring = NULL;
	(void)close(q->room);
}

static struct feed_record *at(const struct feed_queue *q, uint64_t position)
{
	return (struct feed_record *)(void *)(q->ring + (position & (q->octets - 1)));
}

static bool fits(struct feed_queue *q, size_t n)
{
	if (q->written + n - q->free_seen <= q->octets)
		return true;
	q->free_seen = atomic_load(&q->tail);
	return q->written + n - q->free_seen <= q->octets;
}

struct feed_record *feed_queue_place(struct feed_queue *q, size_t n)
{
	size_t size = (sizeof(struct feed_record) + n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	size_t end = q->octets - (size_t)(q->written & (q->octets - 1));
	size_t skipped = end < size ? end : 0;

	if (n > FEED_QUEUE_LARGEST || !fits(q, size + skipped))
		return NULL;
	if (skipped) {
		/* The end has room for eight octets at least: size and kind. */
		uint32_t wrap[2] = { (uint32_t)skipped, FEED_QUEUE_WRAP };
		memcpy(at(q, q->written), wrap, sizeof wrap);
		q->written += skipped;
	}
	struct feed_record *r = at(q, q->written);
	r->size = (uint32_t)size;
	q->placed = (uint32_t)size;
	return r;
}

void feed_queue_put(struct feed_queue *q)
{
	q->written += q->placed;
	q->placed = 0;
}

size_t feed_queue_held(const struct feed_queue *q)
{
	return (size_t)(q->written - atomic_load_explicit(&q->head, memory_order_relaxed));
}

void feed_queue_commit(struct feed_queue *q)
{
	if (feed_queue_held(q))
		atomic_store(&q->head, q->written);
}

bool feed_queue_room(struct feed_queue *q)
{
	return fits(q, FEED_QUEUE_SMALLEST / 2);
}

/* As much room as the largest record needs wherever it falls, and more: woken sooner, it would only
 * be woken more often. */
static bool half_free(struct feed_queue *q)
{
	return fits(q, q->octets / 2);
}

void feed_queue_wait(struct feed_queue *q, int stop, int ms)
{
	struct pollfd on[2] = { { .fd = q->room, .events = POLLIN },
				{ .fd = stop, .events = POLLIN } };
	uint64_t unused;

	for (;;) {
		atomic_store(&q->hungry, true);
		if (half_free(q))
			break;
		bool late = poll(on, 2, ms) == 0;
		if (read(q->room, &unused, sizeof unused) < 0 && (late || on[1].revents))
			break;
	}
	atomic_store(&q->hungry, false);
}

const struct feed_record *feed_queue_look(struct feed_queue *q)
{
	for (;;) {
		if (q->read == q->head_seen) {
			q->head_seen = atomic_load(&q->head);
			if (q->read == q->head_seen)
				return NULL;
		}
		const struct feed_record *r = at(q, q->read);
		if (r->kind != FEED_QUEUE_WRAP)
			return r;
		q->read += r->size;
	}
}

void feed_queue_take(struct feed_queue *q)
{
	q->read += at(q, q->read)->size;
}

void feed_queue_release(struct feed_queue *q)
{
	static const uint64_t one = 1;

	if (atomic_load_explicit(&q->tail, memory_order_relaxed) != q->read)
		atomic_store(&q->tail, q->read);
	if (atomic_load(&q->hungry) && atomic_load(&q->head) - q->read <= q->octets / 2 &&
	    atomic_exchange(&q->hungry, false))
		(void)!write(q->room, &one, sizeof one);
}

size_t feed_queue_waiting(const struct feed_queue *q)
{
	return (size_t)(atomic_load(&q->head) - q->read);
}
