/* zrtp_seen.h - a ZRTP exchange on a flow: which messages passed. */
#ifndef EARSHOT_ZRTP_SEEN_H
#define EARSHOT_ZRTP_SEEN_H

#include "analyzer/observe/cold.h"

/* True when the exchange was confirmed with this datagram. */
bool zrtp_seen_packet(struct tell *t, struct flow *f, unsigned direction, const struct payload *p);
void zrtp_seen_tell(struct tell *t, struct flow *f);
void zrtp_seen_free(struct zrtp_flow *z); /* NULL is fine */

#endif
