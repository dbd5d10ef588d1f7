/* expire.h - when a call is over: timers by capture time. */
#ifndef EARSHOT_EXPIRE_H
#define EARSHOT_EXPIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stands in the thing it times. A timer may ring early: its owner then sets it again. */
struct expire_timer {
	uint64_t due_ns;
	uint64_t order; /* breaks ties: equal times ring in the order the timers were made */
	size_t id;	/* of its place in the heap; 0: not set */
};

struct expire;

struct expire *expire_new(void);
void expire_free(struct expire *e); /* the heap only */
/* Sets or moves; logarithmic in the number of timers. */
void expire_set(struct expire *e, struct expire_timer *t, uint64_t due_ns);
void expire_drop(struct expire *e, struct expire_timer *t);
/* Takes out the earliest timer due at `now_ns`, or gives NULL. */
struct expire_timer *expire_next(struct expire *e, uint64_t now_ns);
size_t expire_count(const struct expire *e);

#endif
