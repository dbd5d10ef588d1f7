/* clocks.h - do the clocks of two capture points agree? Told from packets that both saw. */
#ifndef EARSHOT_CLOCKS_H
#define EARSHOT_CLOCKS_H

#include "analyzer/track/agreed.h"
#include "analyzer/track/track.h"

enum {
	CLOCKS_MARKS = 131072, /* packets remembered, the first ones */
	CLOCKS_PAIRS = 64,     /* pairs of capture points */
	CLOCKS_SAMPLES = 64,   /* packets compared for one pair; the first ones */
	CLOCKS_SEGMENTS = 16,  /* of one call */
	CLOCKS_AGREE = 3,      /* so many must agree before a difference is told */
};

struct clocks;

/* Of so many capture points; one alone has nobody to differ from, and nothing is remembered. */
struct clocks *clocks_new(size_t points);
void clocks_free(struct clocks *c);
/* Looks at the packets a row kept; rows need not be joined, nor lie near each other in time. */
void clocks_add(struct clocks *c, const struct live *l);
/* Differences of more than 250 ms (OBS-005), by pair; good until the next call. */
size_t clocks_told(struct clocks *c, const struct clock_difference **out);
/* The same within one call: a segment that shows it; NULL: its points agree, or there is only one.
 */
const struct segment *clocks_within(const struct live *l, int64_t *ns);

#endif
