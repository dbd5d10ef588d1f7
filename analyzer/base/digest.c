/* digest.c - the one room of base that knows libcrypto. */
#include "analyzer/base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"

struct digest {
	EVP_MD_CTX *ctx;
};

static uint8_t name_key[DIGEST_BYTES] = "earshot: the name of a secret, 1";

static _Noreturn void no_digest(void)
{
	fputs("earshot: SHA-256 is not available from libcrypto\n", stderr);
	exit(5);
}

struct digest *digest_new(void)
{
	struct digest *d = mem_zero(1, sizeof *d);

	d->ctx = EVP_MD_CTX_new();
	if (!d->ctx || EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL) != 1)
		no_digest();
	return d;
}

void digest_add(struct digest *d, struct slice s)
{
	if (s.n)
		(void)EVP_DigestUpdate(d->ctx, s.p, s.n);
}

void digest_hex(struct digest *d, char out[DIGEST_HEX])
{
	uint8_t raw[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	(void)EVP_DigestFinal_ex(d->ctx, raw, &n);
	for (unsigned i = 0; i < DIGEST_BYTES; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", raw[i]);
	EVP_MD_CTX_free(d->ctx);
	free(d);
}

void digest_sha256(struct slice s, uint8_t out[DIGEST_BYTES])
{
	/* Looking up what SHA-256 is costs more than a short one: it is asked once a thread. */
	static _Thread_local EVP_MD_CTX *ctx;
	unsigned n = DIGEST_BYTES;

	if (!ctx)
		ctx = EVP_MD_CTX_new();
	if (!ctx ||
	    EVP_DigestInit_ex(ctx, EVP_MD_CTX_get0_md(ctx) ? NULL : EVP_sha256(), NULL) != 1)
		no_digest();
	if (s.n)
		(void)EVP_DigestUpdate(ctx, s.p, s.n);
	(void)EVP_DigestFinal_ex(ctx, out, &n);
}

uint64_t digest_name(struct slice secret)
{
	uint8_t raw[EVP_MAX_MD_SIZE] = { 0 };
	unsigned n = 0;
	uint64_t name = 0;

	(void)HMAC(EVP_sha256(), name_key, sizeof name_key, secret.p, secret.n, raw, &n);
	for (int i = 0; i < 8; i++)
		name = name << 8 | raw[i];
	return name;
}

void digest_set_key(struct slice key)
{
	digest_sha256(key, name_key);
}
