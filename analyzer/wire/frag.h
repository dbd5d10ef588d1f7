/* frag.h - wire room: fragments of IP packets put together again. */
#ifndef EARSHOT_FRAG_H
#define EARSHOT_FRAG_H

#include "analyzer/wire/ip.h"
#include "analyzer/wire/wire.h"

struct frag;

/* `budget` is bytes of memory for all fragments held. Counts into `counters`, which it borrows. */
struct frag *frag_new(uint32_t budget, struct wire_counters *counters);
void frag_free(struct frag *f);

/*
 * Takes a fragment; true when it completes its packet: *whole is then that packet,
 * whose payload is good until the next frag_add. RFC 791, RFC 8200 4.5. Where
 * fragments overlap the first bytes are kept. What the snap length cut out of a
 * fragment ends the payload there, with whole->len still the length by the headers.
 */
bool frag_add(struct frag *f, const struct ip *part, const struct frame *frame, struct ip *whole);

/* Drops what began more than 30 s before `now` (nanoseconds of capture time). */
void frag_tick(struct frag *f, uint64_t now);
void frag_end(struct frag *f); /* drops all, counted as expired */

#endif
