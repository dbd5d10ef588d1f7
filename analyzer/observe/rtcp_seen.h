/* rtcp_seen.h - RTCP on a flow: readable or encrypted, per source. */
#ifndef EARSHOT_RTCP_SEEN_H
#define EARSHOT_RTCP_SEEN_H

#include "analyzer/observe/cold.h"

void rtcp_seen_packet(struct tell *t, struct flow *f, unsigned direction, const struct payload *p);
/* Not announced: believed when two whole readable compounds of one source followed each other. */
bool rtcp_seen_believable(struct flow *f, struct slice datagram);
void rtcp_seen_tell(struct tell *t, struct flow *f); /* and counts anew */

#endif
