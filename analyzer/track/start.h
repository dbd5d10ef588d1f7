/* start.h - was the beginning of a line's media seen? */
#ifndef EARSHOT_START_H
#define EARSHOT_START_H

#include "analyzer/track/agreed.h"

/*
 * Sequence numbers begin anywhere (RFC 3550 5.1), so that packets missing before the first
 * one that was seen leave no gap, and they may have been readable. What tells is the time:
 * media follows at once on the handshake, or on the answer when that came later. Under ZRTP
 * it may precede the keys, and nothing tells. False: not known. True also where no handshake
 * on the line says when its media could begin.
 */
bool start_seen(const struct live *l, const struct agreed *a);

#endif
