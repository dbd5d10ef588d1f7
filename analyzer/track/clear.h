/* clear.h - adding windows of a stream, and judging whether they are readable. */
#ifndef EARSHOT_CLEAR_H
#define EARSHOT_CLEAR_H

#include "analyzer/track/stint.h"

/* Adds `more`, the later neighbour, to `w`; counts saturate. */
void clear_merge(struct window_seen *w, const struct window_seen *more);
/* Merges the two neighbours that together are shortest, changes spared; gives the new count. n > 1.
 */
uint16_t clear_thin(struct stint_window *w, uint16_t n);

/* What is known of a stream beside its windows. */
struct clear_context {
	const char *codec;   /* as agreed, or NULL */
	bool inner_possible; /* clients may encrypt inside the payload: its first 10 octets prove
				nothing */
	bool no_keys; /* readable SDP answered AVP without keys: exact length needs one half only */
};

struct clear_verdict {
	enum protection protection;
	const char *test; /* what showed plaintext, or NULL */
	const char *hint; /* what fired, in too few packets to tell */
	uint64_t tested, clear_packets, clear_ns;
	int first_clear, last_clear; /* -1: none */
};

/*
 * evidence-methods 5, over the windows of one direction in time order. All
 * windows between the first and the last that fire count as readable.
 */
struct clear_verdict clear_judge(const struct window_seen *const *w, unsigned n,
				 const struct clear_context *about);

#endif
