/* dtls_seen.h - DTLS on a flow: its associations, each handshake read as far as it is in clear. */
#ifndef EARSHOT_DTLS_SEEN_H
#define EARSHOT_DTLS_SEEN_H

#include "analyzer/observe/cold.h"

/* True when both sides have left the clear with this datagram. */
bool dtls_seen_packet(struct tell *t, struct flow *f, unsigned direction, const struct payload *p);
/* Records of a datagram, for counting a second sighting. */
uint32_t dtls_seen_records(struct slice datagram);
void dtls_seen_tell(struct tell *t, struct flow *f);
void dtls_seen_free(struct dtls_flow *d); /* NULL is fine */

#endif
