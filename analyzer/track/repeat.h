/* repeat.h - answers that were told again, and say otherwise than the first. */
#ifndef EARSHOT_REPEAT_H
#define EARSHOT_REPEAT_H

#include "analyzer/track/agreed.h"

/*
 * Marks the media that only repeated answers name. Who called takes the first answer and
 * ignores what later responses to the same INVITE say (RFC 3261 13.2.1, 13.3.1.4); so no
 * media is to come there, once it was seen to go on where the first answer led it. To be
 * called when the segments are made: what carried a packet is never marked.
 */
void repeat_mark(struct pact *const *pacts, unsigned count, struct agreed_list *list);

#endif
