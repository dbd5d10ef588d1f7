/* bfcp.h - floor control: the BFCP common header (RFC 8855 section 5.1). */
#ifndef EARSHOT_BFCP_H
#define EARSHOT_BFCP_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

/* Slices point into the stream or datagram. */
struct bfcp_message {
	uint8_t version;   /* 1: reliable transport, 2: UDP */
	uint8_t primitive; /* 1..18 */
	bool response;	   /* R: UDP transaction answered */
	bool fragment;	   /* F: UDP, `body` is part of the attributes */
	uint32_t conference;
	uint16_t transaction, user;
	struct slice body; /* attributes */
};

/* Cuts the next message off. ERR_TRUNCATED: more bytes needed, untouched; ERR_MALFORMED: not BFCP.
 */
MUST_CHECK enum err bfcp_next(struct slice *stream, struct bfcp_message *out);

/* One message whose attribute chain parses to the exact end of the datagram (a fragment's is not
 * walked). */
bool bfcp_looks_like(struct slice datagram);

#endif
