/* tls_open.h - the records of a TLS connection whose secrets the auditor has, opened one by one. */
#ifndef EARSHOT_TLS_OPEN_H
#define EARSHOT_TLS_OPEN_H

#include "analyzer/crypto/keyring.h"
#include "analyzer/crypto/tls_keying.h"
#include "analyzer/proto/tls/tls.h"

/*
 * RFC 8446 5.2 (AES-GCM, ChaCha20-Poly1305), RFC 5288 and RFC 7905, and CBC with
 * either order of MAC (RFC 5246 6.2.3.2, RFC 7366), TLS 1.0 to 1.3. Nothing that
 * does not authenticate is ever given out. Records must come in order, none
 * missing: what is missing cannot be told from what was altered.
 */
enum { TLS_OPEN_MASTER = 48 }; /* octets of a master secret, and of a premaster secret of RSA */

struct tls_open;

/*
 * NULL: no secret for this connection, or a suite that is not opened. Before
 * TLS 1.3 to be called once ClientKeyExchange has passed; nothing is borrowed.
 */
struct tls_open *tls_open_new(const struct keyring *keys, const struct tls_keying *about);
void tls_open_free(struct tls_open *o); /* wipes; NULL is fine */

struct tls_opened {
	uint8_t type; /* enum tls_content; of TLS 1.3: the inner one */
	size_t n;
};
/*
 * Opens a record of one side under its keys. `to` has TLS_BODY_MAX octets and is
 * SECRET: to be wiped by the caller. False: it does not open, and nothing counts.
 */
bool tls_open_record(struct tls_open *o, bool from_client, const struct tls_record *r, uint8_t *to,
		     struct tls_opened *out);
/* TLS 1.3: this side's Finished has passed, its application keys are next (RFC 8446 4.4.4). */
void tls_open_finished(struct tls_open *o, bool from_client);
/* TLS 1.3: this side sent KeyUpdate (RFC 8446 4.6.3). */
void tls_open_update(struct tls_open *o, bool from_client);

#endif
