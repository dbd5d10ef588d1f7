/* shown.h - certificates and ZIDs that hosts showed in a call. */
#ifndef EARSHOT_SHOWN_H
#define EARSHOT_SHOWN_H

#include "analyzer/track/stint.h"

/* The server's certificate of each connection of the flow that was not refused. */
void shown_tls(struct live *l, const struct flow *f);
/* Both ends' certificates of a handshake that was completed on the flow. */
void shown_dtls(struct live *l, const struct flow *f, const struct dtls_held *d);
/* Both ends' ZIDs of an exchange that was completed. */
void shown_zrtp(struct live *l, const struct flow *f, const struct zrtp_held *z);

#endif
