/* record_ladder.h - messages, handshakes and media of a call, in time order, between hosts. */
#ifndef EARSHOT_RECORD_LADDER_H
#define EARSHOT_RECORD_LADDER_H

#include "reports/record.h"

/*
 * Adds "ladder" to an object that is open: hosts in the order of the path, what went between them
 * (from, to: indexes into hosts; at, until: seconds after the call's start), and how many messages
 * are left out. Every word is the program's own. Nothing where the row has no step.
 */
void record_ladder_write(struct record *r, const struct call *c);

#endif
