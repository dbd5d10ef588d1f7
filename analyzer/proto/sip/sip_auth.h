/* sip_auth.h - credentials and challenges (RFC 3261 20.7, 22; RFC 7616; RFC 8760; RFC 8898). */
#ifndef EARSHOT_SIP_AUTH_H
#define EARSHOT_SIP_AUTH_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum sip_auth_scheme {
	SIP_AUTH_NONE,
	SIP_AUTH_DIGEST,
	SIP_AUTH_BASIC,
	SIP_AUTH_BEARER,
	SIP_AUTH_OTHER,
};

enum sip_auth_algorithm {
	SIP_AUTH_ALGORITHM_ABSENT, /* means MD5 (RFC 7616 3.3) */
	SIP_AUTH_MD5,
	SIP_AUTH_MD5_SESS,
	SIP_AUTH_SHA256,
	SIP_AUTH_SHA256_SESS,
	SIP_AUTH_SHA512_256,
	SIP_AUTH_SHA512_256_SESS,
	SIP_AUTH_AKA, /* AKAv1-MD5, AKAv2-MD5 …: one-time passwords (RFC 3310) */
	SIP_AUTH_ALGORITHM_OTHER,
};

enum sip_auth_flag {
	SIP_AUTH_HAS_NONCE = 1 << 0,
	SIP_AUTH_HAS_RESPONSE = 1 << 1,
	SIP_AUTH_HAS_CNONCE = 1 << 2,
	SIP_AUTH_HAS_QOP = 1 << 3,
	SIP_AUTH_HAS_NC = 1 << 4,
	SIP_AUTH_QOP_AUTH = 1 << 5,	/* auth is among the qop values */
	SIP_AUTH_QOP_AUTH_INT = 1 << 6, /* auth-int is among the qop values */
	SIP_AUTH_STALE = 1 << 7,	/* stale=true */
	SIP_AUTH_OPEN_QUOTE = 1 << 8,
};

struct sip_auth {
	struct slice scheme_text; /* as spelt */
	struct slice realm;	  /* unquoted */
	struct slice username;	  /* an identity */
	struct slice uri;
	struct slice nonce;
	struct slice algorithm_text;
	struct slice qop;
	/*
	 * SECRET. Digest response, Basic or Bearer credentials. Never to be copied,
	 * printed or digested; here so that the observer can set it aside.
	 */
	struct slice secret;
	uint32_t nc;	   /* request count of this nonce; 0 when absent or bad */
	uint16_t flags;	   /* enum sip_auth_flag */
	uint8_t scheme;	   /* enum sip_auth_scheme */
	uint8_t algorithm; /* enum sip_auth_algorithm */
};

/*
 * The whole value of one (Proxy-)Authorization or (WWW-|Proxy-)Authenticate
 * header. Its commas belong to it: do not split it as a list first. Several
 * challenges in one header are not legal in SIP; the first is taken.
 */
MUST_CHECK enum err sip_auth_parse(struct slice value, struct sip_auth *out);

#endif
