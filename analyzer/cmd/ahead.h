/* ahead.h - a few frames read ahead, so that memory is asked before it is needed. */
#ifndef EARSHOT_AHEAD_H
#define EARSHOT_AHEAD_H

#include "analyzer/observe/observe.h"
#include "analyzer/wire/wire.h"

/*
 * With thousands of calls nearly every packet waits for its flow to come from
 * memory. Frames are copied side by side, their headers taken apart and the places
 * they will need fetched, while those before them are worked on. Order and results
 * are as without it.
 */
enum { AHEAD_FRAMES = 32, AHEAD_BYTES = 384 };

struct ahead {
	struct frame frames[AHEAD_FRAMES];
	struct wire_ahead wire[AHEAD_FRAMES];
	unsigned count;
	unsigned asked; /* of the first records */
	uint8_t bytes[AHEAD_FRAMES][AHEAD_BYTES];
};

typedef void ahead_take_fn(void *ctx, const struct frame *f, const struct wire_ahead *a);

/* False: the frame is too large to be copied; drain, and take it by itself. */
bool ahead_add(struct ahead *h, const struct frame *f, struct wire *w, struct observe *o);
static inline bool ahead_full(const struct ahead *h)
{
	return h->count == AHEAD_FRAMES;
}
/* Gives all frames in order to take(), and is empty then. */
void ahead_drain(struct ahead *h, struct observe *o, ahead_take_fn *take, void *ctx);

#endif
