/* tls_seen.h - a TCP connection that speaks TLS: its hellos and how much passed. */
#ifndef EARSHOT_TLS_SEEN_H
#define EARSHOT_TLS_SEEN_H

#include "analyzer/observe/cold.h"

enum { TLS_SEEN_NAME = 255, TLS_SEEN_ALPN = 64 };

struct tls_flow {
	struct cold_span span;
	struct tls_seen seen; /* its slices are set when it is told */
	uint64_t bytes[2];
	uint8_t sni[TLS_SEEN_NAME], alpn[TLS_SEEN_ALPN];
	uint8_t sni_n, alpn_n;
	bool read[2]; /* this direction's first message needs no more bytes */
	bool fresh;   /* a hello was read since it was told */
};

/*
 * The bytes of one direction from its start, until `read` of it is set; gives
 * false when more are needed. `source`: who sent them.
 */
bool tls_seen_start(struct tls_flow *t, unsigned direction, struct slice stream);
/* Bytes passed. */
void tls_seen_bytes(struct tls_flow *t, unsigned direction, const struct payload *p);
void tls_seen_tell(struct tell *t, struct flow *f, struct tls_flow *tls);

#endif
