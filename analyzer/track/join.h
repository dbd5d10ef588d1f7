/* join.h - rows that wait to be known as parts of one call. */
#ifndef EARSHOT_JOIN_H
#define EARSHOT_JOIN_H

#include "analyzer/track/agreed.h"

enum {
	JOIN_CROWD = 64,      /* rows under one value: beyond it the value tells nothing apart */
	JOIN_CANDIDATES = 64, /* rows compared with one row */
	JOIN_LOOKS = 512,     /* rows looked at for it, fitting or not */
	JOIN_GROUP = 32,      /* rows of one call */
	JOIN_ROWS = 131072,   /* rows that wait; beyond it the first to end goes early */
};

struct join;

/* How long after its end a row waits; how far clocks of capture points may be apart. */
struct join *join_new(uint64_t hold_ns, uint64_t skew_ns);
void join_free(struct join *j); /* take out the rows first */
/* Takes a closed row. */
void join_add(struct join *j, struct live *l);
/*
 * Rows whose time has come by capture time, or all (`now_ns` UINT64_MAX); of
 * several that are one call the first has absorbed the rest. NULL: no more now.
 */
struct live *join_next(struct join *j, uint64_t now_ns);
size_t join_waiting(const struct join *j);	/* rows that have not been compared yet */
void join_at_most(struct join *j, size_t rows); /* from now on */
uint64_t join_crowded(const struct join *j);	/* values passed over because too many had them */
uint64_t join_early(const struct join *j);	/* rows that did not wait as long as they should */

#endif
