/* sip_addr.h - name-addr and addr-spec with their parameters (RFC 3261 20.10, 25.1). */
#ifndef EARSHOT_SIP_ADDR_H
#define EARSHOT_SIP_ADDR_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"
#include "analyzer/proto/sip/sip_uri.h"

enum sip_addr_flag {
	SIP_ADDR_STAR = 1 << 0,		/* Contact: * */
	SIP_ADDR_BRACKETS = 1 << 1,	/* the URI stood in <> */
	SIP_ADDR_OPEN_QUOTE = 1 << 2,	/* display name never closed its quote */
	SIP_ADDR_OPEN_ANGLE = 1 << 3,	/* '<' without '>' */
	SIP_ADDR_BAD_URI = 1 << 4,	/* sip_uri_parse refused it */
	SIP_ADDR_BAD_NAME = 1 << 5,	/* unquoted display name with octets that need quotes */
	SIP_ADDR_HAS_TAG = 1 << 6,	/* may be empty all the same */
	SIP_ADDR_ISFOCUS = 1 << 7,	/* RFC 4579 */
	SIP_ADDR_SRC = 1 << 8,		/* +sip.src: a recording client (RFC 7866) */
	SIP_ADDR_SRS = 1 << 9,		/* +sip.srs: a recording server (RFC 7866) */
	SIP_ADDR_OB = 1 << 10,		/* ;ob on header or URI (RFC 5626) */
	SIP_ADDR_BARE_PARAMS = 1 << 11, /* bare URI: its ;params are the header's (20.10) */
	SIP_ADDR_AUTOMATON = 1 << 13,	/* Contact: a machine answers (RFC 3840 10) */
	SIP_ADDR_PADDED = 1 << 12,	/* white space between < > and the URI */
};

struct sip_addr {
	struct slice text;     /* the whole value */
	struct slice display;  /* without quotes, escapes kept, folds kept */
	struct sip_uri uri;    /* its `text` is empty for Contact: * */
	struct slice params;   /* header parameters, without the first ';' */
	struct slice tag;      /* ;tag= */
	struct slice instance; /* ;+sip.instance=, unquoted: a device id, never print raw */
	uint16_t flags;	       /* enum sip_addr_flag */
};

/* One value, as sip_text_value cuts it. ERR_MALFORMED when no URI could be read. */
MUST_CHECK enum err sip_addr_parse(struct slice value, struct sip_addr *out);
/* First header parameter of that name; false when absent. */
bool sip_addr_param(const struct sip_addr *a, struct slice name, struct slice *value);

#endif
