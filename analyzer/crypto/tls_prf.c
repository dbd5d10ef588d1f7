/* tls_prf.c - key derivation through libcrypto's KDFs. */
#include "analyzer/crypto/tls_prf.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

static bool derive(const char *name, OSSL_PARAM *params, uint8_t *out, size_t n)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, name, NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	bool fine = ctx && EVP_KDF_derive(ctx, out, n, params) == 1;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return fine;
}

bool tls_prf(const char *digest, struct slice secret, const char *label, struct slice seed,
	     uint8_t *out, size_t n)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, (void *)secret.p,
						  secret.n),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, (void *)label,
						  strlen(label)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, (void *)seed.p, seed.n),
		OSSL_PARAM_construct_end(),
	};

	return derive("TLS1-PRF", params, out, n);
}

/* RFC 8446 7.1, RFC 9147 5.9: length, label with prefix, context. */
static size_t label_info(bool datagram, const char *label, struct slice context, size_t n,
			 uint8_t *to)
{
	const char *prefix = datagram ? "dtls13" : "tls13 ";
	size_t words = strlen(label), at = 0;

	to[at++] = (uint8_t)(n >> 8);
	to[at++] = (uint8_t)n;
	to[at++] = (uint8_t)(6 + words);
	memcpy(to + at, prefix, 6);
	memcpy(to + at + 6, label, words);
	at += 6 + words;
	to[at++] = (uint8_t)context.n;
	if (context.n)
		memcpy(to + at, context.p, context.n);
	return at + context.n;
}

bool tls_prf_expand(const char *digest, bool datagram, struct slice secret, const char *label,
		    struct slice context, uint8_t *out, size_t n)
{
	int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
	uint8_t info[512];

	if (context.n > 255 || strlen(label) > 200)
		return false;
	size_t info_n = label_info(datagram, label, context, n, info);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)digest, 0),
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret.p, secret.n),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, info_n),
		OSSL_PARAM_construct_end(),
	};

	return derive("HKDF", params, out, n);
}
