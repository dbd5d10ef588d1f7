/* digest.h - SHA-256 of inputs, and keyed digests that stand for secrets. */
#ifndef EARSHOT_DIGEST_H
#define EARSHOT_DIGEST_H

#include "analyzer/base/slice.h"

enum { DIGEST_BYTES = 32, DIGEST_HEX = 65 };

struct digest;

struct digest *digest_new(void); /* SHA-256 */
void digest_add(struct digest *d, struct slice s);
/* Finishes, frees d and writes 64 hex digits and a NUL. */
void digest_hex(struct digest *d, char out[DIGEST_HEX]);

void digest_sha256(struct slice s, uint8_t out[DIGEST_BYTES]);

/*
 * What a secret is called outside the place that uses it: the first 8 octets of
 * HMAC-SHA-256 under a key fixed in the program, or the one set by the user.
 * Equal secrets have equal names; nothing guessable may be named this way.
 */
uint64_t digest_name(struct slice secret);
void digest_set_key(struct slice key); /* --redact-key; call once, before any digest_name */

#endif
