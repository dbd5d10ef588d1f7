/* tls_seal.h - TLS records made for tests under known secrets, by other code than opens them. */
#ifndef EARSHOT_TLS_SEAL_H
#define EARSHOT_TLS_SEAL_H

#include <stdbool.h>

#include "analyzer/crypto/keyring.h"
#include "analyzer/crypto/tls_keying.h"

enum { TLS_SEAL_RANDOM = 32, TLS_SEAL_ROOM = 512, TLS_SEAL_SUITES = 14, TLS_SEAL_HELLO = 96 };

/* One direction. */
struct tls_seal_side {
	uint8_t secret[48], next[48]; /* 1.3: in use; application */
	uint8_t mac[48], key[32], iv[16];
	uint64_t seq;
	bool application;
};

struct tls_seal {
	const struct tls_seal_suite *suite;
	uint8_t client_random[TLS_SEAL_RANDOM], server_random[TLS_SEAL_RANDOM];
	struct tls_seal_side side[2]; /* [0] the client's */
};

/*
 * The secrets of all of them: one pair of randoms for suites with SHA-256, one
 * for those with SHA-384. For tests only.
 */
void tls_seal_secrets(struct keyring *to);
/*
 * A connection whose hellos have passed: of TLS 1.3 (suites 0 to 2), of TLS 1.2
 * and 1.0 with AEAD and with CBC in either order of MAC.
 */
void tls_seal_begin(struct tls_seal *s, unsigned suite);
/* What tls_open_new wants to know of it; borrowed from `s`. */
struct tls_keying tls_seal_keying(const struct tls_seal *s);
/* The record of one side's hello, in TLS_SEAL_HELLO octets of room. */
size_t tls_seal_hello(const struct tls_seal *s, bool client, uint8_t *to);
/* A whole record, header and all: text.n + TLS_SEAL_ROOM octets of room. Gives its length. */
size_t tls_seal_record(struct tls_seal *s, bool from_client, uint8_t type, struct slice text,
		       uint8_t *to);
/* As tls_open_finished and tls_open_update. */
void tls_seal_finished(struct tls_seal *s, bool from_client);
void tls_seal_update(struct tls_seal *s, bool from_client);

#endif
