/* segment.h - claimed windows to segments, summed up and judged. */
#ifndef EARSHOT_SEGMENT_H
#define EARSHOT_SEGMENT_H

#include "analyzer/track/agreed.h"

/* One window of one stream, and the media and epoch it goes to. */
struct segment_claim {
	struct agreed *to;
	struct flow *flow;
	struct stream *stream;
	struct stint_window *window;
	int epoch;
};

/*
 * Sorts the claims and makes the segments of their media, memory from the
 * call's arena. Notes clear starts before ZRTP within `clear_start_ns` (contract 3).
 */
void segment_build(struct live *l, struct segment_claim *claims, unsigned count,
		   uint64_t clear_start_ns);

#endif
