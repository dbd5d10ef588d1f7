/* handshake.h - one TLS or DTLS handshake, message by message, to what it says (and proves). */
#ifndef EARSHOT_HANDSHAKE_H
#define EARSHOT_HANDSHAKE_H

#include "analyzer/crypto/cert.h"
#include "analyzer/crypto/keyring.h"
#include "analyzer/model/observation.h"

struct handshake;

struct handshake *handshake_new(bool datagram, struct cert_cache *certs);
void handshake_free(struct handshake *h);

struct handshake_message {
	uint8_t type;	   /* TLS and DTLS number them alike */
	struct slice body; /* whole, without header */
	uint16_t seq;	   /* DTLS: message sequence; part of the transcript */
	struct evidence at;
};

/*
 * The next message of one side in its own order; both sides' messages must come
 * in the order of the handshake for signatures over the transcript to be
 * checked (a reader that cannot tell calls handshake_disordered). Also messages
 * opened with key material (TLS 1.3: EncryptedExtensions to Finished).
 */
void handshake_message(struct handshake *h, bool from_client, const struct handshake_message *m);
/* Something of the handshake is missing: no verdict over the transcript any more. */
void handshake_incomplete(struct handshake *h);
/* Different octets came for the same place; the first stay. */
void handshake_conflict(struct handshake *h);
void handshake_alert(struct handshake *h, bool from_client, bool fatal, struct evidence at);
/* A record under keys, or ChangeCipherSpec followed by one, from this side. */
void handshake_protected(struct handshake *h, bool from_client, struct evidence at);

const struct handshake_seen *handshake_facts(const struct handshake *h); /* borrowed */

/* What key derivation needs; slices borrowed from the handshake, empty until seen. */
struct handshake_keying {
	struct slice client_random, server_random; /* 32 octets; of the ClientHello that counted */
	struct slice encrypted_premaster;	   /* ClientKeyExchange of RSA key transport */
	struct slice server_spki;		   /* DER of the server certificate's public key */
	uint16_t version, suite;
	bool extended_master_secret, encrypt_then_mac;
	uint16_t profile;
	bool has_profile;
	/* Up to and with ClientKeyExchange, hashed with the suite's hash (RFC 7627); empty: not
	 * seen whole. */
	uint8_t session_hash[64];
	uint8_t session_hash_n;
};
void handshake_keying(const struct handshake *h, struct handshake_keying *out);

#endif
