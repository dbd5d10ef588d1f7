/* feed_queue.h - frames on their way from the thread that reads to the one that judges: a ring. */
#ifndef EARSHOT_FEED_QUEUE_H
#define EARSHOT_FEED_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum feed_queue_kind {
	FEED_QUEUE_FRAME,  /* the frame's bytes follow the record */
	FEED_QUEUE_REPORT, /* a struct feed_report follows it */
	FEED_QUEUE_WRAP,   /* the ring's own: the rest of its end is unused */
};

/* What stands before the bytes. */
struct feed_record {
	uint32_t size; /* octets with this head, a multiple of eight */
	uint32_t kind;
	uint64_t number, ts_ns;
	uint64_t arrived_ns; /* monotonic clock */
	uint32_t captured, wire_len, iface;
	int32_t link_type;
};

enum {
	FEED_QUEUE_LARGEST = 262144,   /* octets that follow a record at most */
	FEED_QUEUE_SMALLEST = 2 << 20, /* octets of a ring at least: four of the largest fit */
	FEED_QUEUE_LINE = 64,	       /* octets: what each side writes has lines of its own */
};

/*
 * One thread writes, one reads, neither waits for the other unless it asks to. Positions count
 * octets since the start and never go back; their low bits are the place in the ring.
 */
struct feed_queue {
	uint8_t *ring;
	size_t octets; /* a power of two */
	int room;      /* eventfd: there is room again */

	_Alignas(FEED_QUEUE_LINE) _Atomic uint64_t head; /* written before it may be read */
	uint64_t written, free_seen;
	uint32_t placed;

	_Alignas(FEED_QUEUE_LINE) _Atomic uint64_t tail; /* read before it may be written again */
	uint64_t read, head_seen;

	_Alignas(FEED_QUEUE_LINE) _Atomic bool hungry; /* the writer waits for room */
};

/* `octets` is held to a power of two and FEED_QUEUE_SMALLEST; a copy of the process (fork) has no
 * part in the ring. False: no descriptor is left. */
bool feed_queue_open(struct feed_queue *q, size_t octets);
void feed_queue_close(struct feed_queue *q); /* clears what was in it */

/*
 * The writer's side. A place for a record with n octets after it, or NULL: there is no room.
 * It is the reader's to see after feed_queue_put and the next feed_queue_commit.
 */
struct feed_record *feed_queue_place(struct feed_queue *q, size_t n);
void feed_queue_put(struct feed_queue *q);
size_t feed_queue_held(const struct feed_queue *q); /* octets put and not committed */
void feed_queue_commit(struct feed_queue *q);
bool feed_queue_room(struct feed_queue *q); /* for the largest record and any report before it */
/* Waits until half the ring is free, so long at most (-1: no limit), or until `stop` can be read.
 */
void feed_queue_wait(struct feed_queue *q, int stop, int ms);

/* The reader's side. The next record, or NULL; feed_queue_take goes past it. */
const struct feed_record *feed_queue_look(struct feed_queue *q);
void feed_queue_take(struct feed_queue *q);
void feed_queue_release(struct feed_queue *q);	       /* records taken so far may be overwritten */
size_t feed_queue_waiting(const struct feed_queue *q); /* octets committed and not taken */

static inline uint8_t *feed_queue_bytes(struct feed_record *r)
{
	return (uint8_t *)(r + 1);
}

#endif
