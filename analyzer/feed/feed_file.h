/* feed_file.h - one capture, from its first octet to its end, into a reader's queue. */
#ifndef EARSHOT_FEED_FILE_H
#define EARSHOT_FEED_FILE_H

#include "analyzer/capture/block.h"
#include "analyzer/feed/feed_filter.h"
#include "analyzer/feed/feed_reader.h"

/* What a reader of files needs for all of them. */
struct feed_file_room {
	struct hasher *hasher; /* lends buffers */
	struct feed_filter *filter;
};
void feed_file_ready(struct feed_file_room *room, const struct feed_reader *r);
void feed_file_done(struct feed_file_room *room);

/* How a capture ended. */
struct feed_file_end {
	bool usable;   /* it was a capture */
	bool complete; /* to its proper end */
	uint64_t first_ns, packets;
	struct text why; /* what is wrong with it; empty: nothing */
};

/*
 * Gives all frames that pass the filter until the bytes end, the capture breaks or the feed is
 * stopped; numbers run on from where the reader is, and count frames that do not pass.
 */
void feed_file_read(struct feed_reader *r, const struct feed_file_room *room,
		    struct block_from from, struct feed_file_end *end);

/* The time of the first frame; 0: it has none yet. Of `end` only `usable` and `why` are set. */
uint64_t feed_file_first(const struct feed_file_room *room, struct block_from from,
			 struct feed_file_end *end);

#endif
