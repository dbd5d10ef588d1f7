/* tls_shake.h - handshake messages behind the hellos (RFC 5246 7.4, RFC 4492/8422, RFC 8446 4). */
#ifndef EARSHOT_TLS_SHAKE_H
#define EARSHOT_TLS_SHAKE_H

#include "analyzer/proto/tls/tls.h"

enum { TLS_CHAIN_MAX = 16 };

/* Certificate: the list, first the sender's own. Slices are DER. */
struct tls_chain {
	struct slice certs[TLS_CHAIN_MAX];
	uint16_t count; /* in the message; may be larger than TLS_CHAIN_MAX */
};
/* `tls13`: with a request context in front and extensions behind each. */
MUST_CHECK enum err tls_shake_certificate(struct slice body, bool tls13, struct tls_chain *out);

/* ServerKeyExchange of an (EC)DHE suite. */
struct tls_server_kex {
	struct slice params;	/* what is signed, after both randoms */
	struct slice share;	/* the server's public value */
	uint16_t group;		/* named curve, 0 for DHE */
	uint16_t bits;		/* of the prime, DHE */
	uint16_t scheme;	/* SignatureAndHashAlgorithm; 0 before TLS 1.2 */
	struct slice signature; /* empty: an anonymous suite */
};
/* `elliptic`: ECDHE, else DHE. `schemes`: the version has SignatureAndHashAlgorithm. */
MUST_CHECK enum err tls_shake_server_kex(struct slice body, bool elliptic, bool schemes,
					 struct tls_server_kex *out);
/* ClientKeyExchange: the client's public value, or the encrypted premaster secret. `elliptic`: one
 * length octet, else two. */
MUST_CHECK enum err tls_shake_client_kex(struct slice body, bool elliptic, struct slice *share);

/* CertificateVerify. */
MUST_CHECK enum err tls_shake_verify(struct slice body, bool schemes, uint16_t *scheme,
				     struct slice *signature);

/* What the extensions of a hello say beside struct tls_hello. */
struct tls_more {
	struct slice share;   /* key_share: all entries of a client, the one of a server */
	uint16_t group;	      /* ServerHello, HelloRetryRequest: the group chosen */
	bool psk;	      /* pre_shared_key is there */
	bool psk_ke, psk_dhe; /* psk_key_exchange_modes of a client */
	bool encrypt_then_mac, renegotiation_info, ticket, early_data;
	uint8_t compression; /* ServerHello: the method chosen; ClientHello: 1 when any but null */
};
void tls_shake_more(const struct tls_hello *h, struct tls_more *out);
bool tls_shake_is_grease(uint16_t v); /* RFC 8701 */

#endif
