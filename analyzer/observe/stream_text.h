/* stream_text.h - octets of a connection in order, plain or opened: SIP, or WebSocket around it. */
#ifndef EARSHOT_STREAM_TEXT_H
#define EARSHOT_STREAM_TEXT_H

#include "analyzer/observe/cold.h"
#include "analyzer/observe/sip_flow.h"

/*
 * RFC 3261 18.3 framing, RFC 6455 and RFC 7118. Serves a TCP connection whose
 * octets are plain, and one whose TLS was opened with the user's keys alike.
 */

/* What all connections share; one per observer. */
struct stream_room {
	struct tell *tell;
	struct sip_room *sip;
	size_t held; /* bytes of all buffers; capped, counted in sip_buffers_full */
	size_t most; /* 0: 64 MiB */
};

struct stream_text; /* both directions of one connection */

enum stream_claim { STREAM_NO, STREAM_MORE, STREAM_YES };
/* Do these octets begin SIP or an upgrade to WebSocket (or its answer)? MORE: too few to say. */
enum stream_claim stream_text_claims(struct slice bytes);

/* `opened`: read with the user's key material. */
struct stream_text *stream_text_new(bool opened);
/* The next octets of a direction; `p` gives time, frame and path, `bytes` the octets. */
void stream_text_bytes(struct stream_room *r, struct stream_text *s, struct flow *f,
		       unsigned direction, const struct payload *p, struct slice bytes);
/*
 * Octets are missing before what comes next, or the direction ended: a SIP
 * message whose headers are whole is still read.
 */
void stream_text_break(struct stream_room *r, struct stream_text *s, struct flow *f,
		       unsigned direction, const struct payload *p);
/* SIP went over WebSocket here. */
bool stream_text_websocket(const struct stream_text *s);
void stream_text_free(struct stream_room *r, struct stream_text *s); /* NULL is fine */

#endif
