/* ladder.h - what went between which hosts, in order: the rungs of a call. */
#ifndef EARSHOT_LADDER_H
#define EARSHOT_LADDER_H

#include "analyzer/track/live.h"

/* Messages kept of one call: the first and the last; what lies between is counted. */
enum { LADDER_FIRST = 40, LADDER_LAST = 8 };
/* Handshakes and stretches of media beside them. */
enum { LADDER_OTHERS = 32 };

/* Files a message that its leg had not heard before; `t` may be NULL. */
void ladder_message(struct live *l, struct leg_live *leg, const struct transaction *t,
		    const struct observation *o);
/* The row's legs found no room in the row that absorbed it: its messages are counted only. */
void ladder_forget(struct live *absorbed);
/* Fills call.steps, with those of rows it absorbed; legs and media must stand. */
void ladder_build(struct live *l);

#endif
