/* tls.h - TLS records and the two hellos (RFC 5246, RFC 8446), from stream bytes. */
#ifndef EARSHOT_TLS_H
#define EARSHOT_TLS_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum tls_content {
	TLS_CHANGE_CIPHER_SPEC = 20,
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_APPLICATION_DATA = 23,
};

enum tls_message_type {
	TLS_CLIENT_HELLO = 1,
	TLS_SERVER_HELLO = 2,
	TLS_NEW_SESSION_TICKET = 4,
	TLS_ENCRYPTED_EXTENSIONS = 8,
	TLS_CERTIFICATE = 11,
	TLS_SERVER_KEY_EXCHANGE = 12,
	TLS_CERTIFICATE_REQUEST = 13,
	TLS_SERVER_HELLO_DONE = 14,
	TLS_CERTIFICATE_VERIFY = 15,
	TLS_CLIENT_KEY_EXCHANGE = 16,
	TLS_FINISHED = 20,
};

enum tls_extension_type {
	TLS_EXT_SERVER_NAME = 0,
	TLS_EXT_USE_SRTP = 14,
	TLS_EXT_ALPN = 16,
	TLS_EXT_EXTENDED_MASTER_SECRET = 23,
	TLS_EXT_SUPPORTED_VERSIONS = 43,
};

enum {
	TLS_BODY_MAX = (1 << 14) + 2048, /* RFC 5246 6.2.3; RFC 8446 allows less */
	TLS_MESSAGE_MAX = 1 << 16,	 /* longer handshake messages are ERR_LIMIT */
	TLS_EXTENSIONS_MAX = 256,
};

struct tls_record {
	uint8_t type;	  /* enum tls_content */
	uint16_t version; /* 0x0300..0x0304 */
	struct slice header, body;
};

/* Cuts the next record off. ERR_TRUNCATED: more bytes needed, stream untouched; ERR_MALFORMED: not
 * TLS. */
MUST_CHECK enum err tls_next(struct slice *stream, struct tls_record *out);

/* The first bytes of a stream: a handshake record that begins with a hello. Five octets suffice for
 * "no", six for "yes". */
bool tls_looks_like(struct slice stream);

struct tls_message {
	uint8_t type; /* enum tls_message_type */
	struct slice body;
};

/*
 * Cuts the next message off contiguous handshake bytes (the bodies of handshake
 * records, joined). ERR_TRUNCATED: it needs more, bytes untouched; ERR_LIMIT:
 * longer than TLS_MESSAGE_MAX.
 */
MUST_CHECK enum err tls_message_next(struct slice *handshake, struct tls_message *out);

struct tls_extension {
	uint16_t type;
	struct slice data;
};

/* False at the end, or where the chain breaks. */
bool tls_extension_next(struct slice *extensions, struct tls_extension *out);

/* Slices point into the message body. */
struct tls_hello {
	uint16_t legacy_version; /* as written; DTLS: 0xfefd and so on */
	/*
	 * ClientHello: the highest offered, grease values left out; ServerHello: the
	 * one chosen. supported_versions where there is one, else legacy_version.
	 */
	uint16_t version;
	struct slice random;	    /* 32 octets */
	struct slice session_id;    /* 0..32 octets */
	struct slice suites;	    /* ClientHello: 2 octets each */
	uint16_t suite;		    /* ServerHello */
	uint8_t compression;	    /* chosen; ClientHello: some method other than null, or 0 */
	bool retry;		    /* ServerHello that is a HelloRetryRequest (RFC 8446 4.1.3) */
	struct slice extensions;    /* for tls_extension_next */
	struct slice versions;	    /* ClientHello: supported_versions, 2 octets each */
	struct slice server_name;   /* host_name; personal: masked use */
	struct slice alpn;	    /* list of length-prefixed names; see tls_alpn_next */
	struct slice srtp_profiles; /* use_srtp: 2 octets each (RFC 5764 4.1.1) */
	bool extended_master_secret;
};

/* `body` of a message of that type. `datagram`: DTLS, where a cookie follows the session id. */
MUST_CHECK enum err tls_client_hello(struct slice body, bool datagram, struct tls_hello *out);
MUST_CHECK enum err tls_server_hello(struct slice body, struct tls_hello *out);

/* Cuts the next protocol name off an alpn list; false at its end. */
bool tls_alpn_next(struct slice *alpn, struct slice *name);

#endif
