/* drops.h - when the capture lost packets, and whose they may have been. */
#ifndef EARSHOT_DROPS_H
#define EARSHOT_DROPS_H

#include "analyzer/track/live.h"

/* Stretches of time, by capture point; at most DROPS_HELD. When there are more, the two oldest
 * are made one: too many calls are then doubted, never too few. */
enum { DROPS_HELD = 512 };

struct drops;

struct drops *drops_new(void);
void drops_free(struct drops *d);
void drops_add(struct drops *d, uint16_t point, uint64_t from_ns, uint64_t to_ns, uint64_t packets);
uint64_t drops_merged(const struct drops *d);
/*
 * The fact capture_dropped, when one of the call's capture points lost packets while it lived.
 * What was seen then may still hold, and reaches from end to end no more.
 */
void drops_facts(const struct drops *d, struct live *l);

#endif
