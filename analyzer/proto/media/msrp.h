/* msrp.h - text messages over a session: MSRP (RFC 4975), framed from a TCP stream. */
#ifndef EARSHOT_MSRP_H
#define EARSHOT_MSRP_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum {
	MSRP_HEADERS_MAX = 64,
	MSRP_HEAD_MAX = 8192,	  /* octets of start line and headers; more is ERR_LIMIT */
	MSRP_MESSAGE_MAX = 65536, /* octets of one chunk; more is ERR_LIMIT */
	MSRP_TID_MAX = 32,	  /* RFC 4975 section 9: ident of 4 to 32 characters */
};

/* Slices point into the stream. */
struct msrp_message {
	struct slice tid;
	struct slice method; /* "SEND", "REPORT", ... ; empty for a response */
	uint16_t status;     /* of a response; 0 for a request */
	struct slice to_path, from_path, message_id, byte_range,
		content_type; /* trimmed; empty: absent */
	struct slice body;    /* private: only its length and type may leave */
	char flag;	      /* of the end line: '$' last, '+' more follows, '#' aborted */
	uint16_t headers;
	size_t head; /* octets before the body; set with ERR_TRUNCATED too, 0 while it is not whole
		      */
};

/* A start line "MSRP tid METHOD" or "MSRP tid 200 OK" stands at the front. */
bool msrp_looks_like(struct slice stream);

/*
 * Cuts the next message off. ERR_TRUNCATED: more bytes needed, stream untouched;
 * ERR_MALFORMED: no MSRP at the front; ERR_LIMIT: see the bounds above.
 */
MUST_CHECK enum err msrp_next(struct slice *stream, struct msrp_message *out);
/*
 * Of a stream whose first `seen` octets were ERR_TRUNCATED with this head: may they
 * be something else with those that came since? If not, nothing needs to be read
 * again, and a body that comes octet by octet costs no more than its length.
 */
bool msrp_ends(struct slice stream, size_t head, size_t seen);

#endif
