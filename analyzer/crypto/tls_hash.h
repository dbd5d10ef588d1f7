/* tls_hash.h - the hash of a cipher suite over pieces of a transcript (RFC 5246 7.4.9, RFC
 * 8446 4.4.1). */
#ifndef EARSHOT_TLS_HASH_H
#define EARSHOT_TLS_HASH_H

#include "analyzer/base/slice.h"

enum { TLS_HASH_MAX = 48 };

/* SHA-256, or SHA-384 when `wide`, over the pieces in order; gives its length, 0 when libcrypto
 * refuses. */
size_t tls_hash(bool wide, const struct slice *pieces, size_t count, uint8_t out[TLS_HASH_MAX]);

#endif
