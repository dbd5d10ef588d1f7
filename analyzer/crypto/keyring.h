/* keyring.h - secrets a user hands over to open TLS and DTLS: key logs and private keys. */
#ifndef EARSHOT_KEYRING_H
#define EARSHOT_KEYRING_H

#include <openssl/types.h>

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

/* The labels of an NSS key log that we use. */
enum keyring_label {
	KEYRING_MASTER, /* CLIENT_RANDOM: master secret, 48 octets (TLS and DTLS up to 1.2) */
	KEYRING_CLIENT_EARLY,
	KEYRING_CLIENT_HANDSHAKE,
	KEYRING_SERVER_HANDSHAKE,
	KEYRING_CLIENT_TRAFFIC, /* ..._TRAFFIC_SECRET_0 */
	KEYRING_SERVER_TRAFFIC,
	KEYRING_EXPORTER,
	KEYRING_LABELS,
};

enum { KEYRING_RANDOM = 32, KEYRING_SECRET_MAX = 64, KEYRING_SECRETS = 1 << 20, KEYRING_KEYS = 64 };

struct keyring;

struct keyring *keyring_new(void);
void keyring_free(struct keyring *k); /* wipes everything */

/*
 * All usable lines of a key-log text, whatever else stands between them; gives
 * how many were new. At most KEYRING_SECRETS are held; the rest are counted.
 * May be called while packets flow (secrets blocks of a pcapng).
 */
size_t keyring_add_log(struct keyring *k, struct slice text);
/* An RSA private key in PEM without a passphrase. */
MUST_CHECK enum err keyring_add_key(struct keyring *k, struct slice pem);
size_t keyring_secrets(const struct keyring *k);
size_t keyring_overflow(const struct keyring *k);

/* The secret for this ClientHello random (32 octets), empty when there is none. Borrowed. */
struct slice keyring_find(const struct keyring *k, struct slice client_random,
			  enum keyring_label label);
/*
 * The private key of this certificate's public key (RFC 5246 7.4.7.1 key
 * transport), or NULL. `spki`: DER of SubjectPublicKeyInfo. Borrowed.
 */
EVP_PKEY *keyring_private(const struct keyring *k, struct slice spki);

#endif
