/* feed_merge.h - the queues of all sources, as one order of frames. */
#ifndef EARSHOT_FEED_MERGE_H
#define EARSHOT_FEED_MERGE_H

#include "analyzer/feed/feed_reader.h"

/* One source as the judging thread sees it; in the order of inputs. */
struct feed_lane {
	struct feed_reader *reader;
	struct feed_input *input;
	const struct feed_record *head; /* its next frame */
};

struct feed_merge {
	struct feed_lane *lanes;
	size_t count;
	uint64_t hold_ns;
	struct feed_waker waker;
};

/* As feed_batch. */
size_t feed_merge_batch(struct feed_merge *m, struct frame *out, size_t room, int wait_ms);
bool feed_merge_over(const struct feed_merge *m);
bool feed_merge_pressed(const struct feed_merge *m); /* as feed_pressed */
/* Brings a source's account up to the next frame that waits in it. */
void feed_merge_look(struct feed_lane *lane);

#endif
