/* extract_sdp.h - a session description written anew: what it promised, without keys and names. */
#ifndef EARSHOT_EXTRACT_SDP_H
#define EARSHOT_EXTRACT_SDP_H

#include "analyzer/cmd/alias.h"

/* Lines that are not known to be harmless are left out. */
void extract_sdp_write(struct alias *a, struct slice body, struct text *out);

#endif
