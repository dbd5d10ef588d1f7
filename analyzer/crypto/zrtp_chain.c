/* zrtp_chain.c - the hash commitments of a ZRTP exchange. */
#include "analyzer/crypto/zrtp_chain.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

void zrtp_chain_hash(struct slice s, uint8_t out[ZRTP_CHAIN_IMAGE])
{
	EVP_Digest(s.p, s.n, out, NULL, EVP_sha256(), NULL);
}

bool zrtp_chain_follows(struct slice of, unsigned steps, struct slice image)
{
	uint8_t h[ZRTP_CHAIN_IMAGE];

	zrtp_chain_hash(of, h);
	if (steps == 2)
		zrtp_chain_hash((struct slice){ h, sizeof h }, h);
	return slice_eq((struct slice){ h, sizeof h }, image);
}

bool zrtp_chain_mac(struct slice key, struct slice message)
{
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (message.n < ZRTP_CHAIN_MAC)
		return false;
	size_t body = message.n - ZRTP_CHAIN_MAC;
	return HMAC(EVP_sha256(), key.p, (int)key.n, message.p, body, mac, &n) &&
	       CRYPTO_memcmp(mac, message.p + body, ZRTP_CHAIN_MAC) == 0;
}

bool zrtp_chain_hvi(struct slice hvi, bool sha384, struct slice dhpart2, struct slice hello)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	uint8_t out[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	bool fine = c && EVP_DigestInit_ex(c, sha384 ? EVP_sha384() : EVP_sha256(), NULL) == 1 &&
		    EVP_DigestUpdate(c, dhpart2.p, dhpart2.n) == 1 &&
		    EVP_DigestUpdate(c, hello.p, hello.n) == 1 &&
		    EVP_DigestFinal_ex(c, out, &n) == 1;

	EVP_MD_CTX_free(c);
	return fine && hvi.n <= n && slice_eq((struct slice){ out, hvi.n }, hvi);
}
