/* epoch.h - the stretches of a call with the same parties, keys and addresses. */
#ifndef EARSHOT_EPOCH_H
#define EARSHOT_EPOCH_H

#include "analyzer/track/live.h"

/* Pacts in time order, as an array in the call's arena; NULL when there are none, or no room. */
struct pact **epoch_pacts(struct live *l, unsigned *count);
/* Fills call.epochs; the last one ends at `end_ns`. */
void epoch_build(struct live *l, struct pact *const *pacts, unsigned count, uint64_t end_ns);
/* The epoch a time lies in, the last after them all; -1: there are none, or nobody had answered. */
int epoch_at(const struct call *c, uint64_t ns);

#endif
