/* tls_seen.h - a TCP connection that speaks TLS: its handshake, and what keys of the user open. */
#ifndef EARSHOT_TLS_SEEN_H
#define EARSHOT_TLS_SEEN_H

#include "analyzer/observe/stream_text.h"

struct tls_flow; /* one connection */

struct tls_flow *tls_seen_new(struct tell *t);
/*
 * Octets of one direction: `joined` is what was not read before, then those of
 * `p`. Gives the rest, to be held and joined with what comes.
 */
struct slice tls_seen_read(struct stream_room *r, struct tls_flow *tls, struct flow *f,
			   unsigned direction, const struct payload *p, struct slice joined);
/* Octets are missing here. */
void tls_seen_gap(struct stream_room *r, struct tls_flow *tls, struct flow *f, unsigned direction,
		  const struct payload *p);
/* A packet of the connection was seen again behind a router: its payload. */
void tls_seen_routed(struct tls_flow *tls, struct flow *f, struct slice bytes);
/* Something was learnt since it was told last. */
bool tls_seen_fresh(const struct tls_flow *tls);
void tls_seen_tell(struct tell *t, struct flow *f, struct tls_flow *tls);
void tls_seen_free(struct stream_room *r, struct tls_flow *tls); /* wipes; NULL is fine */

#endif
