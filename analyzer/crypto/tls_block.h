/* tls_block.h - TLS records under CBC, with the MAC inside or outside (RFC 5246 6.2.3.2, RFC 7366).
 */
#ifndef EARSHOT_TLS_BLOCK_H
#define EARSHOT_TLS_BLOCK_H

#include <openssl/types.h>

#include "analyzer/proto/tls/tls.h"
#include "analyzer/proto/tls/tls_suite.h"

enum {
	TLS_BLOCK_MAC = 48,
	TLS_BLOCK_KEY = 32,
	TLS_BLOCK_IV = 16,
	TLS_BLOCK_MATERIAL = 2 * (TLS_BLOCK_MAC + TLS_BLOCK_KEY + TLS_BLOCK_IV),
};

/* One direction. SECRET. */
struct tls_block {
	const EVP_CIPHER *cipher;
	const EVP_MD *digest;
	EVP_CIPHER_CTX *ctx;
	uint8_t mac_key[TLS_BLOCK_MAC], key[TLS_BLOCK_KEY], iv[TLS_BLOCK_IV];
	size_t mac, block;
	bool chained; /* TLS 1.0: the last block of a record is the IV of the next */
	bool outside; /* encrypt-then-MAC */
};

struct tls_block_sizes { /* octets of one direction's share of the key block */
	size_t mac, key, iv;
};

/* False: not a CBC suite that libcrypto does. */
bool tls_block_begin(struct tls_block *b, const struct tls_suite_info *s, uint16_t version,
		     bool encrypt_then_mac, struct tls_block_sizes *z);
void tls_block_keys(struct tls_block *b, const uint8_t *mac, const uint8_t *key, const uint8_t *iv);
/* `to`: r->body.n octets, SECRET. False: padding or MAC do not fit. */
bool tls_block_open(struct tls_block *b, uint64_t seq, const struct tls_record *r, uint8_t *to,
		    size_t *n);
void tls_block_end(struct tls_block *b); /* one never begun is fine when zeroed */

#endif
