/* sip_frame.h - where messages begin and end in a byte stream (RFC 3261 7.5, 18.3; RFC 5626 3.5.1).
 */
#ifndef EARSHOT_SIP_FRAME_H
#define EARSHOT_SIP_FRAME_H

#include "analyzer/base/slice.h"

enum sip_frame_kind {
	SIP_FRAME_MORE,	     /* no decision yet: keep the bytes and come back with more */
	SIP_FRAME_MESSAGE,   /* `n` octets are one message, for sip_parse */
	SIP_FRAME_KEEPALIVE, /* `n` octets of line ends between messages */
	SIP_FRAME_JUNK,	     /* `n` octets that are no SIP; a start line may follow */
};

enum sip_frame_flag {
	SIP_FRAME_NO_LENGTH = 1 << 0, /* no Content-Length: body taken as empty */
	SIP_FRAME_BAD_LENGTH =
		1 << 1, /* negative, no number, or several that differ: body taken as empty */
	SIP_FRAME_HEAD_OVER = 1 << 2, /* junk because a header block exceeds SIP_MAX_HEAD */
	SIP_FRAME_BODY_OVER = 1 << 3, /* body declared over SIP_MAX_BODY: taken as empty, its bytes
					 follow as junk */
	SIP_FRAME_PING = 1 << 4,      /* keep-alive of two line ends or more: a ping (RFC 5626) */
};

struct sip_frame {
	enum sip_frame_kind kind;
	uint32_t flags;
	size_t n;    /* octets to consume; 0 for MORE */
	size_t head; /* MESSAGE: octets of n that are start line, headers and empty line */
	size_t need; /* MORE: no decision before so many octets; at least one more than given */
	size_t seen; /* MORE: pass it to the next call on the same bytes with more behind them */
};

/*
 * Looks at the front of a stream. `seen` is 0, or what the last MORE gave for the
 * same bytes: it keeps byte-by-byte arrival linear. A pure function: messages
 * come out the same however the bytes were segmented; a stretch of junk or of line
 * ends may come in several pieces.
 * Never MORE with SIP_MAX_HEAD + SIP_MAX_BODY octets or more at hand.
 */
struct sip_frame sip_frame_next(struct slice stream, size_t seen);

#endif
