/* side.h - what a message tells beside the call (rule-catalog D.11). */
#ifndef EARSHOT_SIDE_H
#define EARSHOT_SIDE_H

#include "analyzer/track/live.h"

/* Digits, places, private addresses, feeds; `again`: a message that was counted before. */
void side_facts(struct live *l, struct leg_live *leg, const struct observation *o, bool again);

/* A public address: not private, no group, and known. */
bool side_is_outside(const struct addr *a);

#endif
