/* sip.h - one SIP message, cut into slices (RFC 3261, RFC 4475, RFC 5118). */
#ifndef EARSHOT_SIP_H
#define EARSHOT_SIP_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"
#include "analyzer/proto/sip/sip_addr.h"
#include "analyzer/proto/sip/sip_header.h"
#include "analyzer/proto/sip/sip_method.h"
#include "analyzer/proto/sip/sip_uri.h"
#include "analyzer/proto/sip/sip_via.h"

enum { SIP_MAX_VIA = 16, SIP_MAX_LIST = 16, SIP_MAX_HEADERS = 128 };

/* Why a message cannot be used in a dialog. */
enum sip_broken {
	SIP_BROKEN_NONE,
	SIP_BROKEN_START_LINE, /* not SIP at all */
	SIP_BROKEN_VERSION,    /* SIP, but not 2.0; start line fields are given */
	SIP_BROKEN_NO_VIA,
	SIP_BROKEN_NO_FROM,
	SIP_BROKEN_NO_TO,
	SIP_BROKEN_NO_CALL_ID,
	SIP_BROKEN_NO_CSEQ,
};

/* Which laxness was met. A clean message has none of these. */
enum sip_lax {
	SIP_LAX_BARE_LF = 1 << 0,      /* a line ended in LF alone */
	SIP_LAX_LEADING_CRLF = 1 << 1, /* line ends before the start line */
	SIP_LAX_START_SPACE = 1 << 2,  /* start line: more or other white space than one SP */
	SIP_LAX_URI_BRACKETS = 1 << 3, /* Request-URI in <> (RFC 4475 3.1.2.7) */
	SIP_LAX_URI_SPACE = 1 << 4,    /* white space inside a URI (3.1.2.8, 3.1.2.14) */
	SIP_LAX_URI_SCHEME = 1 << 5,   /* Request-URI neither sip, sips, tel nor urn */
	SIP_LAX_BAD_URI = 1 << 6,      /* Request-URI unusable, or with headers (3.1.2.11) */
	SIP_LAX_BAD_STATUS = 1 << 7,   /* status not 100..699 (3.1.2.19) */
	SIP_LAX_NO_COLON = 1 << 8,     /* a line that is no header was skipped */
	SIP_LAX_CONTROL = 1 << 9,   /* control characters in the headers; legal escaped in quotes */
	SIP_LAX_NO_END = 1 << 10,   /* the header block has no empty line at its end */
	SIP_LAX_REPEATED = 1 << 11, /* a header allowed once appears twice; the first counts */
	SIP_LAX_BAD_CSEQ = 1 << 12, /* not "number method", or over 2^31 - 1 */
	SIP_LAX_METHOD_MISMATCH = 1 << 13, /* CSeq names another method than the start line */
	SIP_LAX_LENGTH_MISSING = 1 << 14,  /* legal in a datagram: the body is the rest */
	SIP_LAX_LENGTH_BAD = 1 << 15,	   /* negative, no number, or several that differ */
	SIP_LAX_LENGTH_OVER = 1 << 16,	   /* larger than what is there */
	SIP_LAX_TRAILING = 1 << 17,	   /* octets after the body were ignored (3.1.1.8) */
	SIP_LAX_NO_BRANCH = 1 << 18,	   /* top Via without branch, or with the bare cookie */
	SIP_LAX_RFC2543_VIA = 1 << 19,	   /* top Via's branch without the cookie */
	SIP_LAX_BAD_VIA = 1 << 20,	   /* some Via could not be read */
	SIP_LAX_OPEN_QUOTE = 1 << 21,	   /* From, To or Contact: quote or < never closed */
	SIP_LAX_BAD_ADDR = 1 << 22,	   /* From, To, Contact or a route without usable URI */
	SIP_LAX_NO_TAG = 1 << 23,	   /* From without tag */
	SIP_LAX_BAD_NUMBER = 1 << 24,	   /* Max-Forwards, Expires or RSeq not a number in range */
	SIP_LAX_NO_MAX_FORWARDS = 1 << 25, /* request without it (RFC 2543 had none) */
	SIP_LAX_BAD_NAME = 1 << 26, /* header name with octets no token has, or display name so */
	SIP_LAX_BODY_CAP = 1 << 27, /* body cut at SIP_MAX_BODY */
};

/* Which of the fixed arrays was too small; what did not fit is not in the struct. */
enum sip_cap {
	SIP_CAP_HEADERS = 1 << 0,
	SIP_CAP_VIA = 1 << 1,
	SIP_CAP_CONTACT = 1 << 2,
	SIP_CAP_ROUTE = 1 << 3,
	SIP_CAP_RECORD_ROUTE = 1 << 4,
	SIP_CAP_PATH = 1 << 5,
	SIP_CAP_SERVICE_ROUTE = 1 << 6,
};

enum { SIP_MAX_HEAD = 64 * 1024, SIP_MAX_BODY = 1024 * 1024 };

/* name: without colon and space; value: trimmed, folds still inside. */
struct sip_header {
	struct slice name, value;
	enum sip_header_id id;
};

struct sip_list {
	uint16_t n;
	struct sip_addr v[SIP_MAX_LIST]; /* only the first n are set */
};

/*
 * All slices point into the bytes given to sip_parse and live as long as those.
 * About 30 KiB: keep one and use it again. Array entries past their count are
 * not initialised; everything else always is.
 */
struct sip_message {
	struct slice bytes;	 /* what was given, leading line ends taken off */
	struct slice start_line; /* without its line end */
	struct slice head;	 /* start line and headers, with the empty line */
	struct slice body;	 /* what Content-Length says of what is there */

	bool is_request;
	enum sip_method method;	  /* of a response: the one in CSeq */
	struct slice method_text; /* case matters: "invite" is SIP_OTHER */
	struct sip_uri uri;	  /* requests; text without <> */
	uint16_t status;	  /* responses; 0 when bad */
	struct slice reason;	  /* responses; may be empty */
	struct slice version;	  /* "SIP/2.0" */

	uint32_t lax;  /* enum sip_lax */
	uint32_t caps; /* enum sip_cap */
	enum sip_broken broken;

	struct slice call_id;
	uint32_t cseq; /* valid without SIP_LAX_BAD_CSEQ */
	struct slice cseq_method_text;
	enum sip_method cseq_method;
	struct sip_addr from, to; /* text empty when absent */

	bool has_max_forwards, has_expires, has_length, has_session_expires;
	uint8_t max_forwards;
	uint32_t expires;	   /* seconds */
	uint64_t length;	   /* Content-Length as declared */
	struct slice content_type; /* with parameters; empty when absent */
	struct slice content_encoding;

	uint16_t via_n, header_n;
	uint8_t first[SIP_HEADER_COUNT]; /* for sip_next; 1 + index of the first of each id, 0: none
					  */

	/* Arrays from here on: set as far as their counts say. */
	struct sip_via via[SIP_MAX_VIA]; /* top first */
	struct sip_list contact, route, record_route, path, service_route;
	struct sip_header headers[SIP_MAX_HEADERS]; /* in order */
};

/*
 * Is this likely a SIP message? "SIP/2.0 ddd" or "METHOD uri SIP/2.0" in the
 * first line, after at most a few line ends. Cheap; false is the usual answer.
 */
bool sip_looks_like(struct slice bytes);

/*
 * Parses one message: a datagram, a WebSocket message, or what sip_frame_next
 * cut. ERR_MALFORMED: `broken` says why, and what could be read is given.
 * ERR_UNSUPPORTED: another SIP version. ERR_LIMIT: header block over
 * SIP_MAX_HEAD. Laxness alone gives ERR_OK with `lax` set.
 */
MUST_CHECK enum err sip_parse(struct slice bytes, struct sip_message *out);

/* The first header with this id; an empty slice (p NULL) when there is none. */
struct slice sip_value(const struct sip_message *m, enum sip_header_id id);
/* The first header of this name, any case; for names without id. p NULL: none. */
struct slice sip_value_named(const struct sip_message *m, struct slice name);
/*
 * Steps through the headers with this id: start with *at = 0; false at the end.
 * Whole values: use sip_text_value to split those that are lists.
 */
bool sip_next(const struct sip_message *m, enum sip_header_id id, size_t *at, struct slice *value);
/* Is the token (any case) among the comma-separated values of all headers with this id? */
bool sip_has_token(const struct sip_message *m, enum sip_header_id id, struct slice token);

const char *sip_broken_text(enum sip_broken b);
/* A few words for one SIP_LAX_ bit; "" when it is not exactly one. */
const char *sip_lax_text(uint32_t one);

#endif
