/* sip_via.h - one Via value (RFC 3261 20.42, RFC 3581, RFC 5118 4.5). */
#ifndef EARSHOT_SIP_VIA_H
#define EARSHOT_SIP_VIA_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum sip_via_transport {
	SIP_VIA_OTHER,
	SIP_VIA_UDP,
	SIP_VIA_TCP,
	SIP_VIA_TLS,
	SIP_VIA_SCTP,
	SIP_VIA_TLS_SCTP,
	SIP_VIA_WS,
	SIP_VIA_WSS,
	SIP_VIA_DTLS, /* DTLS-UDP, DTLS: never standard, seen */
};

enum sip_via_flag {
	SIP_VIA_HAS_PORT = 1 << 0,
	SIP_VIA_BAD_HOST = 1 << 1,    /* sent-by is no host[:port] */
	SIP_VIA_BAD_VERSION = 1 << 2, /* not SIP/2.0 */
	SIP_VIA_HAS_BRANCH = 1 << 3,
	SIP_VIA_COOKIE = 1 << 4, /* branch begins with z9hG4bK: else match as RFC 2543 does */
	SIP_VIA_HAS_RECEIVED = 1 << 5,
	SIP_VIA_RPORT = 1 << 6,		/* ;rport, with or without value */
	SIP_VIA_HIDDEN = 1 << 7,	/* ;hidden (RFC 2543 6.22) */
	SIP_VIA_MASKED = 1 << 8,	/* sent-by is loopback, unspecified or *.invalid */
	SIP_VIA_ENCODED = 1 << 9,	/* branch in the form a topology-hiding proxy writes */
	SIP_VIA_ALIAS = 1 << 10,	/* ;alias (RFC 5923) */
	SIP_VIA_KEEP = 1 << 11,		/* ;keep (RFC 6223) */
	SIP_VIA_BAD_RECEIVED = 1 << 12, /* received= is no address */
	SIP_VIA_V6_BRACKET_RECEIVED = 1 << 13, /* received=[..]: tolerated (RFC 5118 4.5) */
	SIP_VIA_EMPTY_BRANCH = 1 << 14,	       /* the cookie and nothing more (RFC 4475 3.2.1) */
};

struct sip_via {
	struct slice text;	     /* the whole value */
	struct slice transport_text; /* as spelt */
	struct slice host;	     /* sent-by, without brackets */
	struct slice branch;
	struct slice received; /* without brackets */
	struct slice maddr;
	struct slice params;
	uint16_t port;	   /* sent-by; 0 when absent: the default is the reader's to apply */
	uint16_t rport;	   /* value of ;rport=, 0 when it has none */
	uint16_t flags;	   /* enum sip_via_flag */
	uint8_t transport; /* enum sip_via_transport */
	uint8_t host_kind; /* enum sip_uri_host */
};

/* One value, as sip_text_value cuts it. *out is filled as far as possible. */
MUST_CHECK enum err sip_via_parse(struct slice value, struct sip_via *out);

#endif
