/* soon.h - flows whose packets are about to come: a short queue of hints. */
#ifndef EARSHOT_SOON_H
#define EARSHOT_SOON_H

#include "analyzer/observe/flow.h"

enum { SOON_ROOM = 16 };

/*
 * In the order in which packets should come. A packet may stay out, and a record may be
 * let go meanwhile: what is given back is for prefetching only. Zero is empty.
 */
struct soon {
	struct {
		const struct flow *flow; /* NULL: nobody knows it */
		unsigned direction;
	} of[SOON_ROOM];
	unsigned asked, came;
};

/* This flow's record was asked for. */
void soon_ask(struct soon *s, const struct flow *f, unsigned direction);
/*
 * A packet came. Gives the flow of one some packets later, whose record has had time to
 * come from memory; NULL when there is none.
 */
const struct flow *soon_next(struct soon *s, unsigned *direction);

#endif
