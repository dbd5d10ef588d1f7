/* absorb.h - one row takes in another that proved to be the same call. */
#ifndef EARSHOT_ABSORB_H
#define EARSHOT_ABSORB_H

#include "analyzer/track/agreed.h"

/*
 * Legs, lines, facts and sights of `other` become the call's, numbered behind
 * its own; parties, outcome and epochs stay as they are. `other` lives on as
 * owner of memory: live_end of `l` frees both.
 */
void absorb(struct live *l, struct live *other);

#endif
