/* tls_keying.h - what the keys of a TLS or DTLS connection are derived from. */
#ifndef EARSHOT_TLS_KEYING_H
#define EARSHOT_TLS_KEYING_H

#include "analyzer/base/slice.h"
#include "analyzer/crypto/tls_hash.h"

/* Slices are borrowed from the handshake, empty until seen. */
struct tls_keying {
	struct slice client_random, server_random; /* 32 octets; of the ClientHello that counted */
	struct slice encrypted_premaster;	   /* ClientKeyExchange of RSA key transport */
	struct slice server_spki;		   /* DER of the server certificate's public key */
	uint16_t version, suite;
	bool extended_master_secret, encrypt_then_mac;
	uint16_t profile; /* use_srtp */
	bool has_profile;
	/* Up to and with ClientKeyExchange, hashed with the suite's hash (RFC 7627); empty: not
	 * seen whole. */
	uint8_t session_hash[TLS_HASH_MAX];
	uint8_t session_hash_n;
};

#endif
