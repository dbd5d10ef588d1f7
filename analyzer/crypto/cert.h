/* cert.h - X.509 certificates and the signatures made with their keys, through OpenSSL. */
#ifndef EARSHOT_CERT_H
#define EARSHOT_CERT_H

#include <openssl/types.h>

#include "analyzer/base/arena.h"
#include "analyzer/base/err.h"
#include "analyzer/model/observation.h"

/* Certificates the auditor trusts (--ca). NULL where none were given. */
struct cert_store;
MUST_CHECK enum err cert_store_new(struct slice pem, struct cert_store **out);
void cert_store_free(struct cert_store *s);

/*
 * What a certificate says; slices of *out live in `arena`. `chain`: the DER of
 * the certificates after the first, as sent. Always ERR_OK but when the DER is
 * no X.509 (digests are filled in all the same). Facts of a digest seen before
 * come from a small cache: parsing costs 275 times a digest.
 */
struct cert_cache;
struct cert_cache *cert_cache_new(const struct cert_store *trust);
void cert_cache_free(struct cert_cache *c);
MUST_CHECK enum err cert_read(struct cert_cache *c, struct arena *arena, struct slice der,
			      const struct slice *chain, size_t chain_n, struct cert_seen *out);
/* The public key of a certificate; free with EVP_PKEY_free. NULL: none. */
EVP_PKEY *cert_public(struct slice der);
/* DER of its SubjectPublicKeyInfo, in the arena; empty: none. */
struct slice cert_spki(struct slice der, struct arena *arena);

/*
 * A handshake signature over `text` by `key`: scheme is the two octets of
 * SignatureAndHashAlgorithm (RFC 5246 7.4.1.4.1, RFC 8446 4.2.3), or 0 where the
 * version has none (below 1.2: MD5 and SHA-1 joined for RSA, SHA-1 else).
 * CHECK_NONE: an algorithm libcrypto does not do.
 */
enum check cert_signature(EVP_PKEY *key, uint16_t scheme, struct slice text,
			  struct slice signature);
/* The same by the key of a certificate; CHECK_NONE too when it has none that libcrypto reads. */
enum check cert_signature_by(struct slice der, uint16_t scheme, struct slice text,
			     struct slice signature);

#endif
