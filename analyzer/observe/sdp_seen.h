/* sdp_seen.h - a session description becomes part of an observation, keys named and wiped. */
#ifndef EARSHOT_SDP_SEEN_H
#define EARSHOT_SDP_SEEN_H

#include "analyzer/base/arena.h"
#include "analyzer/model/observation.h"

/*
 * Fills *out from a body, arrays from the arena, and adds its crypto and
 * fingerprint lines to the message's counts. False: not SDP.
 */
bool sdp_seen_read(struct slice body, struct arena *a, struct sdp_seen *out,
		   struct sip_seen *message);

#endif
