/* tls_hash.c - the hash of a cipher suite over pieces of a transcript. */
#include "analyzer/crypto/tls_hash.h"

#include <openssl/evp.h>

size_t tls_hash(bool wide, const struct slice *pieces, size_t count, uint8_t out[TLS_HASH_MAX])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned n = 0;

	if (c && EVP_DigestInit_ex(c, wide ? EVP_sha384() : EVP_sha256(), NULL) == 1) {
		for (size_t i = 0; i < count; i++)
			if (pieces[i].n)
				EVP_DigestUpdate(c, pieces[i].p, pieces[i].n);
		if (EVP_DigestFinal_ex(c, out, &n) != 1)
			n = 0;
	}
	EVP_MD_CTX_free(c);
	return n;
}
