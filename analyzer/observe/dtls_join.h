/* dtls_join.h - handshake fragments of one direction put together (RFC 6347 4.2.3). */
#ifndef EARSHOT_DTLS_JOIN_H
#define EARSHOT_DTLS_JOIN_H

#include "analyzer/proto/dtls/dtls.h"

enum {
	DTLS_JOIN_MESSAGES = 8,	   /* in pieces at once; the one begun first goes */
	DTLS_JOIN_PIECES = 64,	   /* of one message */
	DTLS_JOIN_TOTAL = 1 << 16, /* octets of one message */
};

struct dtls_piece;

/* Memory grows with octets received, not with what a header promises. */
struct dtls_join {
	struct dtls_joined {
		struct dtls_piece *pieces; /* by offset, never overlapping */
		uint32_t total, have, count;
		uint16_t seq;
		uint8_t type;
		bool taken;
		uint64_t begun; /* order */
	} of[DTLS_JOIN_MESSAGES];
	uint64_t order;
	uint64_t dropped; /* fragments that found no room */
};

/*
 * One fragment. True: its message is whole; *body (free() it) then holds it, or
 * is NULL with *whole pointing into the fragment when it came in one.
 * *conflict: it disagrees with what came before; the first octets stay.
 */
bool dtls_join_add(struct dtls_join *j, const struct dtls_fragment *f, struct slice *whole,
		   uint8_t **body, bool *conflict);
void dtls_join_clear(struct dtls_join *j);

#endif
