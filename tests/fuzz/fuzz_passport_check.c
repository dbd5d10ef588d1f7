/* fuzz_passport_check.c - claims of any shape and their signature against a description. */
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "analyzer/base/when.h"
#include "analyzer/crypto/passport_check.h"
#include "tests/lib/shaking.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 8192, SIGNATURE_MAX = 80, NOW_S = 1700000000 };

struct token {
	uint8_t text[ROOM];
	size_t n;
};

static void put(struct token *t, const uint8_t *p, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < n && t->n + 4 < ROOM; i++) {
		bits = bits << 8 | p[i];
		for (have += 8; have >= 6; have -= 6)
			t->text[t->n++] = (uint8_t)digits[bits >> (have - 6) & 63];
	}
	if (have)
		t->text[t->n++] = (uint8_t)digits[bits << (6 - have) & 63];
}

/* Certificates of two keys that sign what RFC 8225 does not: P-256, and RSA. */
static struct passport_store *signers(void)
{
	struct passport_store *s = passport_check_store();

	for (int rsa = 0; rsa < 2; rsa++) {
		EVP_PKEY *key;
		X509 *x = shaking_certificate("signer", rsa, &key);
		BIO *b = BIO_new(BIO_s_mem());
		char *pem;
		if (!b || PEM_write_bio_X509(b, x) != 1)
			abort();
		long n = BIO_get_mem_data(b, &pem);
		if (passport_check_add(s, (struct slice){ (uint8_t *)pem, (size_t)n }) != 1)
			abort();
		BIO_free(b);
		X509_free(x);
		EVP_PKEY_free(key);
	}
	return s;
}

static void check(const struct passport_store *s, struct slice token, bool with_sdp)
{
	struct fingerprint_seen print = { SLICE("sha-256"), SLICE("AA:BB:CC") };
	struct line_seen line = { .fingerprints = &print, .fingerprint_count = 1 };
	struct sdp_seen sdp = { .lines = &line, .line_count = 1 };
	struct passport_seen out = { 0 };

	passport_check(s, token, with_sdp ? &sdp : NULL, NOW_S * WHEN_SECOND, &out);
	/* Nobody signs without the key, and only what was sent can agree. */
	if (!out.present || out.signature == CHECK_OK || (!s && out.signature != CHECK_NONE) ||
	    (out.mky != CHECK_NONE && (!out.has_mky || !with_sdp)))
		abort();
}

/* How it is put together; the signature's length; the signature; then the claims, or the token. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct passport_store *store;
	static struct token t;

	if (!store)
		store = signers();
	if (size < 2)
		return 0;
	const struct passport_store *s = data[0] & 2 ? store : NULL;
	if (data[0] & 1) {
		check(s, (struct slice){ data + 2, size - 2 }, data[0] & 4);
		return 0;
	}
	size_t n = data[1] % SIGNATURE_MAX;
	if (n > size - 2)
		n = size - 2;
	t.n = 0;
	put(&t, (const uint8_t *)"{}", 2);
	t.text[t.n++] = '.';
	put(&t, data + 2 + n, size - 2 - n);
	t.text[t.n++] = '.';
	put(&t, data + 2, n);
	check(s, (struct slice){ t.text, t.n }, data[0] & 4);
	return 0;
}
