/* ws.h - WebSocket: the upgrade and the frames (RFC 6455 4, 5), as RFC 7118 uses them for SIP. */
#ifndef EARSHOT_WS_H
#define EARSHOT_WS_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum {
	WS_HEAD_MAX = 16384,	/* octets of a request or response head */
	WS_FRAME_MAX = 1 << 20, /* longer payloads are ERR_LIMIT */
};

/* The head of an HTTP request or response; slices point into it. */
struct ws_head {
	size_t n; /* octets of it, with the empty line */
	bool request;
	bool upgrade; /* GET with Upgrade: websocket, or 101 with it */
	struct slice
		protocols; /* Sec-WebSocket-Protocol: a list of the client, one of the server */
};

/* Could these octets begin a GET or a 101? Few of them suffice for "no". */
bool ws_looks_like(struct slice s);
/* ERR_TRUNCATED: its end is not here yet; ERR_LIMIT: beyond WS_HEAD_MAX; ERR_MALFORMED: not HTTP.
 */
MUST_CHECK enum err ws_head(struct slice s, struct ws_head *out);
/* Is `name` one of a list (RFC 9110 5.6.1), whatever its case? */
bool ws_lists(struct slice list, struct slice name);

enum ws_opcode {
	WS_CONTINUATION = 0,
	WS_TEXT = 1,
	WS_BINARY = 2,
	WS_CLOSE = 8,
	WS_PING = 9,
	WS_PONG = 10,
};

struct ws_frame {
	uint8_t opcode; /* enum ws_opcode */
	uint8_t rsv;	/* RSV1 to RSV3 as bits 4, 2, 1: extensions (RFC 7692 sets RSV1) */
	bool fin, masked;
	uint8_t mask[4];
	struct slice payload; /* as it travels */
};

/*
 * Cuts the next frame off. ERR_TRUNCATED: more octets needed, stream untouched;
 * ERR_MALFORMED: no frame (reserved opcode, long or fragmented control frame);
 * ERR_LIMIT: longer than WS_FRAME_MAX.
 */
MUST_CHECK enum err ws_next(struct slice *stream, struct ws_frame *out);
/* The next frame with as much of its payload as is here. */
MUST_CHECK enum err ws_peek(struct slice stream, struct ws_frame *out);
/* The payload as it was meant (RFC 6455 5.3), into `to` of payload.n octets. */
void ws_unmask(const struct ws_frame *f, uint8_t *to);

#endif
