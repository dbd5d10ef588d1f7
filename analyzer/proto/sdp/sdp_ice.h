/* sdp_ice.h - a=candidate (RFC 8839 5.1). */
#ifndef EARSHOT_SDP_ICE_H
#define EARSHOT_SDP_ICE_H

#include "analyzer/proto/sdp/sdp.h"

/* The value behind "a=candidate:". Fills *out as far as possible. */
MUST_CHECK enum err sdp_ice_candidate(struct slice value, struct sdp_candidate *out);

#endif
