/* handshake.h - one TLS or DTLS handshake, message by message, to what it says (and proves). */
#ifndef EARSHOT_HANDSHAKE_H
#define EARSHOT_HANDSHAKE_H

#include "analyzer/crypto/cert.h"
#include "analyzer/crypto/tls_keying.h"
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
/* Messages that found no room among those held, since it was asked last. */
unsigned handshake_refused(struct handshake *h);
/* Something of the handshake is missing: no verdict over the transcript any more. */
void handshake_incomplete(struct handshake *h);
/* Different octets came for the same place; the first stay. */
void handshake_conflict(struct handshake *h);
void handshake_alert(struct handshake *h, bool from_client, bool fatal, struct evidence at);
/* A record under keys, or ChangeCipherSpec followed by one, from this side. */
void handshake_protected(struct handshake *h, bool from_client, struct evidence at);

/* Nothing more will be derived or proved: the messages are let go, the facts stay. */
void handshake_rest(struct handshake *h);
const struct handshake_seen *handshake_facts(const struct handshake *h); /* borrowed */

/* What key derivation needs. */
void handshake_keying(const struct handshake *h, struct tls_keying *out);

#endif
