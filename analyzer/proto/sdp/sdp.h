/* sdp.h - a session description: what is promised, per m-line (RFC 8866, RFC 3264). */
#ifndef EARSHOT_SDP_H
#define EARSHOT_SDP_H

#include "analyzer/base/addr.h"
#include "analyzer/base/arena.h"
#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"
#include "analyzer/proto/sdp/sdp_crypto.h"

enum {
	SDP_MAX_MEDIA = 64,
	SDP_MAX_CANDIDATES = 64,
	SDP_MAX_CRYPTO = 16,
	SDP_MAX_FINGERPRINTS = 16,
	SDP_MAX_CODECS = 128,
	SDP_MAX_CONNECTIONS = 8,
	SDP_MAX_BANDWIDTHS = 8,
	SDP_MAX_SSRCS = 64,
	SDP_MAX_GROUPS = 16,
	SDP_MAX_LINES = 8192,
};

enum sdp_kind {
	SDP_KIND_OTHER,
	SDP_AUDIO,
	SDP_VIDEO,
	SDP_TEXT,
	SDP_IMAGE,
	SDP_MESSAGE,
	SDP_APPLICATION,
};

enum sdp_proto {
	SDP_PROTO_OTHER,
	SDP_RTP_AVP,
	SDP_RTP_AVPF,
	SDP_RTP_SAVP,
	SDP_RTP_SAVPF,
	SDP_UDP_TLS_RTP_SAVP,
	SDP_UDP_TLS_RTP_SAVPF,
	SDP_TCP_RTP_AVP,
	SDP_TCP_RTP_AVPF,
	SDP_TCP_RTP_SAVP,
	SDP_TCP_RTP_SAVPF,
	SDP_TCP_DTLS_RTP_SAVP,
	SDP_TCP_DTLS_RTP_SAVPF,
	SDP_UDPTL,
	SDP_TCP_UDPTL, /* "tcp": T.38 over TPKT too */
	SDP_UDP_TLS_UDPTL,
	SDP_TCP_MSRP,
	SDP_TCP_TLS_MSRP,
	SDP_UDP_DTLS_SCTP,
	SDP_TCP_DTLS_SCTP,
	SDP_DTLS_SCTP, /* draft spelling */
	SDP_TCP_BFCP,
	SDP_TCP_TLS_BFCP,
	SDP_UDP_BFCP,
	SDP_UDP_TLS_BFCP,
	SDP_UDP_PLAIN, /* "udp" */
	SDP_PROTO_COUNT,
};

enum sdp_dir {
	SDP_DIR_SENDRECV, /* also when nothing is said (RFC 8866 6.7) */
	SDP_DIR_SENDONLY,
	SDP_DIR_RECVONLY,
	SDP_DIR_INACTIVE,
};

enum sdp_setup_role {
	SDP_SETUP_NONE,
	SDP_SETUP_ACTIVE,
	SDP_SETUP_PASSIVE,
	SDP_SETUP_ACTPASS,
	SDP_SETUP_HOLDCONN,
	SDP_SETUP_BAD,
};

enum sdp_key { /* k= (RFC 4566 5.12; obsolete, RFC 8866 5.12) */
	       SDP_KEY_NONE,
	       SDP_KEY_CLEAR,
	       SDP_KEY_BASE64,
	       SDP_KEY_URI,
	       SDP_KEY_PROMPT,
	       SDP_KEY_OTHER,
};

enum sdp_candidate_type {
	SDP_CANDIDATE_OTHER,
	SDP_CANDIDATE_HOST,
	SDP_CANDIDATE_SRFLX,
	SDP_CANDIDATE_PRFLX,
	SDP_CANDIDATE_RELAY,
};

enum sdp_fingerprint_hash {
	SDP_HASH_OTHER,
	SDP_HASH_SHA1,
	SDP_HASH_SHA224,
	SDP_HASH_SHA256,
	SDP_HASH_SHA384,
	SDP_HASH_SHA512,
	SDP_HASH_MD5,
	SDP_HASH_MD2,
};

/* c= : numeric addresses are parsed; a name leaves has_addr false. */
struct sdp_connection {
	struct sdp_connection *next;
	struct slice network, type, address; /* "IN", "IP4", without /ttl/count */
	struct addr addr;
	bool has_addr;
	bool hold; /* 0.0.0.0 or :: (RFC 2543 hold, RFC 3264 8.4) */
	uint8_t ttl;
	uint16_t count; /* addresses of a multicast range; 1 usually */
};

struct sdp_bandwidth {
	struct sdp_bandwidth *next;
	struct slice type;
	uint64_t value;
};

/* One payload type of an RTP m-line: from rtpmap or, without one, from its place in m=. */
struct sdp_codec {
	struct sdp_codec *next;
	uint8_t payload_type;
	bool in_formats; /* listed in m= */
	bool has_rtpmap;
	uint8_t channels;	 /* 1 when not given */
	uint32_t clock;		 /* Hz */
	struct slice name, fmtp; /* static types without rtpmap: name by RFC 3551, else empty */
};

struct sdp_candidate {
	struct sdp_candidate *next;
	struct slice foundation, transport, address, raddr, tcptype;
	struct addr addr;    /* when has_addr */
	struct addr related; /* when has_related */
	bool has_addr;	     /* numeric */
	bool mdns;	     /* *.local (mDNS-hidden) */
	bool has_related;
	uint16_t component; /* 1 RTP, 2 RTCP */
	uint16_t port, rport;
	uint32_t priority;
	enum sdp_candidate_type type;
};

struct sdp_fingerprint {
	struct sdp_fingerprint *next;
	struct slice hash_text;
	struct slice hex; /* as written: pairs of hex digits with ':' between */
	enum sdp_fingerprint_hash hash;
	uint8_t octets; /* digest length when valid, else 0 */
	bool valid;	/* well formed and as long as the hash gives (RFC 8122 5) */
	bool lower;	/* lower-case digits: RFC 8122 wants upper case; tolerated */
};

struct sdp_zrtp_hash { /* RFC 6189 8 */
	struct sdp_zrtp_hash *next;
	struct slice version, hex; /* 64 hex digits when valid */
	bool valid;
};

struct sdp_ssrc {
	struct sdp_ssrc *next;
	uint32_t ssrc;
	struct slice attribute, value; /* cname's value is an identity */
};

struct sdp_group { /* a=group and a=ssrc-group */
	struct sdp_group *next;
	struct slice semantics; /* BUNDLE, LS, FID, DUP … */
	struct slice members;	/* separated by spaces: cut with sdp_word */
};

enum sdp_flag { /* of a section: the session or one m-line */
		SDP_RTCP_MUX = 1 << 0,
		SDP_RTCP_MUX_ONLY = 1 << 1,
		SDP_ICE_LITE = 1 << 2,
		SDP_HAS_ICE_PWD = 1 << 3, /* its value is a secret and not kept */
		SDP_BUNDLE_ONLY = 1 << 4,
		SDP_HAS_DIRECTION = 1 << 5, /* said in this section */
		SDP_HAS_TCAP = 1 << 6,
		SDP_HAS_ACAP = 1 << 7,
		SDP_HAS_PCFG = 1 << 8,
		SDP_HAS_ACFG = 1 << 9,
		SDP_KEY_MGMT_MIKEY = 1 << 10, /* a=key-mgmt:mikey (RFC 4567) */
		SDP_KEY_MGMT_OTHER = 1 << 11,
		SDP_RECORD_ON = 1 << 12, /* a=record:on (RFC 7866) */
		SDP_RECORD_OFF = 1 << 13,
		SDP_RECORD_PAUSED = 1 << 14,
		SDP_HAS_RECORDPREF = 1 << 15,
		SDP_HAS_T38 = 1 << 16, /* some T38… attribute */
		SDP_END_OF_CANDIDATES = 1 << 17,
		SDP_HAS_IDENTITY = 1 << 18, /* a=identity (RFC 8827) */
		SDP_CRYPTEX = 1 << 19,	    /* RFC 9335 */
		SDP_ICE_TRICKLE = 1 << 20,
		SDP_RTCP_RSIZE = 1 << 21,
		SDP_ACAP_CRYPTO = 1 << 22, /* a=acap names a crypto or key-mgmt line: a key in the
					      text all the same */
};

enum sdp_lax {
	SDP_LAX_BARE_LF = 1 << 0,
	SDP_LAX_NO_VERSION = 1 << 1, /* does not begin with v=0 */
	SDP_LAX_BAD_ORIGIN = 1 << 2, /* o= missing or not six fields */
	SDP_LAX_NO_TIMING = 1 << 3,
	SDP_LAX_BAD_LINE = 1 << 4, /* a line that is not x=… was skipped */
	SDP_LAX_BAD_MEDIA =
		1 << 5, /* an m-line without kind, port and proto; kept as far as read */
	SDP_LAX_BAD_ATTRIBUTE = 1 << 6,	      /* a known attribute with a value it cannot have */
	SDP_LAX_SESSION_CRYPTO = 1 << 7,      /* a=crypto at session level: invalid (RFC 4568 5) */
	SDP_LAX_NO_CONNECTION = 1 << 8,	      /* an m-line with neither its own nor a session c= */
	SDP_LAX_REPEATED_CRYPTO_TAG = 1 << 9, /* in one m-line (RFC 4568 4.1) */
	SDP_LAX_TWO_DIRECTIONS = 1 << 10,     /* in one section; the last counts */
	SDP_LAX_CONTROL = 1 << 11,
	SDP_LAX_TRAILING = 1 << 12, /* bytes after NUL, or leading blank lines */
};

enum sdp_cap {
	SDP_CAP_MEDIA = 1 << 0,
	SDP_CAP_CANDIDATES = 1 << 1,
	SDP_CAP_CRYPTO = 1 << 2,
	SDP_CAP_FINGERPRINTS = 1 << 3,
	SDP_CAP_CODECS = 1 << 4,
	SDP_CAP_LISTS = 1 << 5, /* connections, bandwidths, ssrcs, groups, zrtp-hashes */
	SDP_CAP_LINES = 1 << 6,
	SDP_CAP_ARENA = 1 << 7, /* the arena's budget was spent: the rest is missing */
};

/*
 * What the session level and an m-line have in common. In struct sdp it is what
 * the session level said; in struct sdp_media it is what counts for the m-line:
 * its own, else inherited (RFC 8866 5.13, RFC 8839 5, RFC 8842 5, RFC 4145 4);
 * zrtp-hash is not inherited (RFC 6189 8).
 */
struct sdp_section {
	struct slice text; /* the raw lines, for sdp_attribute */
	struct sdp_connection *connections;
	struct sdp_bandwidth *bandwidths;
	struct sdp_fingerprint *fingerprints;
	struct sdp_zrtp_hash *zrtp_hashes;
	struct slice ice_ufrag;
	struct slice tls_id;
	struct slice
		key_mgmt_prefix;   /* the protocol named in a=key-mgmt; the payload is a secret */
	struct slice secret_mikey; /* SECRET: base64 of the MIKEY message; its header may be read */
	struct slice tcap, pcfg,
		acfg; /* first of each; may name keys in acap only, which is not kept */
	struct slice label, content, mid;
	uint32_t flags; /* enum sdp_flag */
	uint8_t fingerprint_n, zrtp_hash_n;
	enum sdp_dir direction;
	enum sdp_setup_role setup;
	enum sdp_key key;
};

struct sdp_media {
	struct sdp_media *next;
	uint16_t index;	   /* from 0 */
	struct slice line; /* m= without "m=" */
	struct slice kind_text, proto_text, formats;
	enum sdp_kind kind;
	enum sdp_proto proto;
	uint16_t port; /* 0: rejected or disabled (RFC 3264 6), unless bundle-only */
	uint16_t port_count;
	bool own_connection;  /* connections are its own, not the session's */
	bool own_fingerprint; /* the same of fingerprints */
	bool hold;	      /* c= is 0.0.0.0 or :: */
	struct sdp_section section;
	struct sdp_codec *codecs;
	struct sdp_candidate *candidates;
	struct sdp_crypto *crypto;
	struct sdp_ssrc *ssrcs;
	struct sdp_group *ssrc_groups;
	uint16_t codec_n, candidate_n, ssrc_n;
	uint8_t crypto_n, crypto_valid_n;
	uint32_t ptime; /* milliseconds; 0: not said */
	bool has_rtcp;
	uint16_t rtcp_port;    /* a=rtcp (RFC 3605) */
	struct addr rtcp_addr; /* none when not given */
	struct slice path;     /* MSRP (RFC 4975 8.1): an identity and an address */
	uint16_t sctp_port;
};

/* All slices point into the body; all structs into the arena. */
struct sdp {
	struct slice user, session_id, session_version, origin_network, origin_type, origin_address;
	struct slice name; /* s= */
	bool has_origin;
	struct sdp_section section;
	struct sdp_group *groups;
	struct sdp_media *media;
	uint16_t media_n;
	uint16_t time_n;       /* t= lines */
	uint32_t lax;	       /* enum sdp_lax */
	uint32_t caps;	       /* enum sdp_cap */
	uint32_t crypto_lines; /* a=crypto lines, anywhere, valid or not */
	uint32_t fingerprint_lines;
	uint32_t zrtp_hash_lines;
	uint32_t key_lines; /* k= */
	uint32_t key_mgmt_lines;
	uint32_t candidate_lines;
};

/*
 * Parses a body into structs taken from `a`. ERR_MALFORMED: not SDP (no v= and no
 * m= line); ERR_LIMIT: the arena could not even hold the session. Anything else
 * is ERR_OK with `lax` and `caps` saying what was met.
 */
MUST_CHECK enum err sdp_parse(struct slice body, struct arena *a, struct sdp **out);

/*
 * The next value of a=NAME in a section's text (any case of NAME): start with
 * *at = 0. The value is empty for a flag. False at the end.
 */
bool sdp_attribute(struct slice section, struct slice name, size_t *at, struct slice *value);
/* Cuts the next space-separated word off *rest; false at the end. */
bool sdp_word(struct slice *rest, struct slice *word);

/* The m-line's first usable address, or false (a name, or none). */
bool sdp_address(const struct sdp_media *m, struct addr *out);
const struct sdp_codec *sdp_codec_of(const struct sdp_media *m, uint8_t payload_type);

bool sdp_proto_is_rtp(enum sdp_proto p);    /* RTP or SRTP on any transport */
bool sdp_proto_is_secure(enum sdp_proto p); /* the profile itself demands protection */
bool sdp_proto_is_dtls(enum sdp_proto p);   /* keyed by DTLS by its name */
const char *sdp_kind_name(enum sdp_kind k);

#endif
