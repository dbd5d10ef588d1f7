/* sip_uri.h - sip:, sips: and tel: addresses (RFC 3261 19.1, RFC 3966, RFC 5118). */
#ifndef EARSHOT_SIP_URI_H
#define EARSHOT_SIP_URI_H

#include "analyzer/base/addr.h"
#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum sip_uri_scheme {
	SIP_URI_NONE, /* no scheme at all */
	SIP_URI_SIP,
	SIP_URI_SIPS,
	SIP_URI_TEL,
	SIP_URI_URN,
	SIP_URI_OTHER,
};

enum sip_uri_host {
	SIP_URI_HOST_NONE,
	SIP_URI_HOST_NAME,
	SIP_URI_HOST_V4,
	SIP_URI_HOST_V6,
};

enum sip_uri_flag {
	SIP_URI_BAD_PORT = 1 << 0,     /* not a number up to 65535 */
	SIP_URI_BAD_HOST = 1 << 1,     /* empty, octets no host may have, bracket not closed */
	SIP_URI_BARE_V6 = 1 << 2,      /* an IPv6 address without its brackets (RFC 5118 4.2) */
	SIP_URI_BAD_CHAR = 1 << 3,     /* white space or control characters inside */
	SIP_URI_TWO_AT = 1 << 4,       /* more than one '@' before the host */
	SIP_URI_HAS_PASSWORD = 1 << 5, /* its bytes are in `text`: a secret */
	SIP_URI_HAS_PORT = 1 << 6,
	SIP_URI_LR = 1 << 7,	      /* ;lr */
	SIP_URI_OB = 1 << 8,	      /* ;ob (RFC 5626) */
	SIP_URI_GR = 1 << 9,	      /* ;gr, with or without a value (RFC 5627) */
	SIP_URI_USER_PHONE = 1 << 10, /* ;user=phone */
	SIP_URI_MASKED =
		1 << 11, /* host is loopback, unspecified or ends in .invalid; or ;line=sr- */
	SIP_URI_HAS_HEADERS = 1 << 12,
	SIP_URI_THREE_COLONS = 1 << 13, /* ':::' read as '::' (RFC 5118 4.10) */
};

/* All slices point into the text that was parsed; an absent part is empty. */
struct sip_uri {
	struct slice text;	  /* the whole URI; may hold a password: never print raw */
	struct slice scheme_text; /* as spelt, without ':' */
	struct slice user;	/* without password; of tel: the number, of others all after ':' */
	struct slice host;	/* without brackets */
	struct slice params;	/* after the first ';' behind the host, up to '?' */
	struct slice headers;	/* after '?' */
	struct slice transport; /* ;transport= */
	struct slice maddr;	/* ;maddr= */
	struct slice gr;	/* ;gr= */
	uint16_t port;		/* host order; 0 when absent or bad */
	uint16_t flags;		/* enum sip_uri_flag */
	uint8_t scheme;		/* enum sip_uri_scheme */
	uint8_t host_kind;	/* enum sip_uri_host */
};

/*
 * Parses one URI without <>; LWS around it is ignored. *out is filled as far as
 * possible whatever comes back. ERR_MALFORMED: no scheme, or sip/sips without a
 * usable host or with a bad port.
 */
MUST_CHECK enum err sip_uri_parse(struct slice text, struct sip_uri *out);

/* The host as an address; false when it is a name. */
bool sip_uri_addr(const struct sip_uri *u, struct addr *out);
/* First parameter of that name; false when absent. The value may be empty. */
bool sip_uri_param(const struct sip_uri *u, struct slice name, struct slice *value);

/*
 * Cuts "host", "host:port" or "[v6]:port" off *rest, stopping at any of the
 * octets a host cannot hold. Shared with Via. Gives SIP_URI_* flags.
 */
uint16_t sip_uri_hostport(struct slice *rest, struct slice *host, uint8_t *kind, uint16_t *port);
/* A name or address that hides an element: loopback, unspecified, empty, *.invalid. */
bool sip_uri_masked_host(struct slice host, uint8_t kind);

#endif
