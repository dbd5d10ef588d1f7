/* bind.h - flows to the m-lines that promised them. */
#ifndef EARSHOT_BIND_H
#define EARSHOT_BIND_H

#include "analyzer/track/segment.h"

/* How sure a call is of a stretch of time on one path. */
struct bind_options {
	uint64_t linger_ns;	 /* after BYE */
	uint64_t clear_start_ns; /* tolerated before ZRTP completes */
};

struct bind_counts {
	uint64_t astride; /* windows that lie across two calls */
};

/*
 * Gives every media its segments, from the windows this call has the best
 * claim to, and notes what ran on their paths. A window across two calls
 * belongs to neither.
 */
void bind_media(struct live *l, struct agreed_list *list, const struct bind_options *options,
		struct bind_counts *counts);

#endif
