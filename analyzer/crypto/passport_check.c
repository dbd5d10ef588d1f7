/* passport_check.c - what a PASSporT claims and whether it holds. */
#include "analyzer/crypto/passport_check.h"

#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/proto/passport/passport.h"

enum {
	HEADER_MAX = 4096,
	CLAIMS_MAX = 12288,
	SIGNATURE = 64, /* ES256: r and s of 32 octets each (RFC 7518 3.4) */
	FRESH_S = 60,	/* RFC 8224 6.2.4 */
	SECOND_NS = 1000000000,
};

struct passport_store {
	EVP_PKEY *keys[PASSPORT_SIGNERS];
	size_t count;
};

/* ---- signers --------------------------------------------------------------------- */

struct passport_store *passport_check_store(void)
{
	return mem_zero(1, sizeof(struct passport_store));
}

size_t passport_check_add(struct passport_store *s, struct slice pem)
{
	BIO *b = pem.n < 1 << 24 ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
	size_t before = s->count;
	X509 *x;

	while (b && s->count < PASSPORT_SIGNERS && (x = PEM_read_bio_X509(b, NULL, NULL, NULL))) {
		EVP_PKEY *key = X509_get_pubkey(x);
		if (key)
			s->keys[s->count++] = key;
		X509_free(x);
	}
	BIO_free(b);
	ERR_clear_error();
	return s->count - before;
}

void passport_check_free(struct passport_store *s)
{
	for (size_t i = 0; s && i < s->count; i++)
		EVP_PKEY_free(s->keys[i]);
	free(s);
}

/* ---- signature ------------------------------------------------------------------------ */

/* The signature of a JWS is two numbers side by side; libcrypto wants them in DER. */
static int to_der(const uint8_t raw[SIGNATURE], uint8_t **der)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, SIGNATURE / 2, NULL);
	BIGNUM *s = BN_bin2bn(raw + SIGNATURE / 2, SIGNATURE / 2, NULL);
	int n = 0;

	*der = NULL;
	if (sig && r && s && ECDSA_SIG_set0(sig, r, s) == 1) {
		n = i2d_ECDSA_SIG(sig, der);
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(sig);
	return n;
}

static bool signed_by(EVP_PKEY *key, struct slice text, const uint8_t *der, size_t n)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool fine = c && EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
		    EVP_DigestVerify(c, der, n, text.p, text.n) == 1;

	EVP_MD_CTX_free(c);
	ERR_clear_error();
	return fine;
}

/* RFC 8225 6: ES256, unless an extension says otherwise, which is not ours to judge. */
static bool is_es256(const struct passport *p)
{
	uint8_t text[HEADER_MAX];
	int n = passport_decode(p->header, text, sizeof text);
	json_t *header = n > 0 ? json_loadb((const char *)text, (size_t)n, 0, NULL) : NULL;
	const char *alg = json_string_value(json_object_get(header, "alg"));
	bool es256 = alg && !strcmp(alg, "ES256");

	json_decref(header);
	return es256;
}

/*
 * Which certificate x5u stands for is not known, since nothing is fetched: a token
 * that no given one verifies may be another signer's, so that says nothing. A
 * signature of the wrong size is nobody's.
 */
static enum check check_signature(const struct passport_store *s, const struct passport *p)
{
	uint8_t raw[SIGNATURE], *der;
	enum check got = CHECK_NONE;

	if (!is_es256(p))
		return CHECK_NONE;
	if (passport_decode(p->signature, raw, sizeof raw) != SIGNATURE)
		return CHECK_BAD;
	int n = s ? to_der(raw, &der) : 0;
	if (n <= 0)
		return CHECK_NONE;
	for (size_t i = 0; i < s->count && got == CHECK_NONE; i++)
		if (signed_by(s->keys[i], p->text, der, (size_t)n))
			got = CHECK_OK;
	OPENSSL_free(der);
	return got;
}

/* ---- claims ----------------------------------------------------------------------------- */

/* RFC 8225 5.2.2: "dig" is the fingerprint, hex with or without colons. */
static bool same_digest(struct slice written, const char *dig)
{
	size_t at = 0;

	for (; *dig; dig++) {
		if (*dig == ':')
			continue;
		if (at < written.n && written.p[at] == ':')
			at++;
		if (at >= written.n || (written.p[at++] | 0x20) != (*dig | 0x20))
			return false;
	}
	return at == written.n;
}

static bool covers(const json_t *mky, const struct fingerprint_seen *f)
{
	const json_t *one;
	size_t i;

	json_array_foreach(mky, i, one)
	{
		const char *alg = json_string_value(json_object_get(one, "alg"));
		const char *dig = json_string_value(json_object_get(one, "dig"));
		if (alg && dig && slice_ieq(f->hash, slice_of(alg)) && same_digest(f->value, dig))
			return true;
	}
	return false;
}

/*
 * Every fingerprint of the description must be among those that were signed; a
 * description without any has lost those that were.
 */
static enum check compare(const json_t *mky, const struct sdp_seen *sdp)
{
	bool lost = sdp && sdp->line_count && !sdp->truncated && json_array_size(mky);
	enum check got = lost ? CHECK_BAD : CHECK_NONE;

	for (unsigned i = 0; sdp && i < sdp->line_count; i++)
		for (unsigned k = 0; k < sdp->lines[i].fingerprint_count; k++) {
			if (!covers(mky, &sdp->lines[i].fingerprints[k]))
				return CHECK_BAD;
			got = CHECK_OK;
		}
	return got;
}

static void read_claims(const json_t *claims, const struct sdp_seen *sdp, uint64_t ts_ns,
			struct passport_seen *out)
{
	const json_t *mky = json_object_get(claims, "mky"), *iat = json_object_get(claims, "iat");
	const char *attest = json_string_value(json_object_get(claims, "attest"));
	int64_t now = (int64_t)(ts_ns / SECOND_NS), then = json_integer_value(iat);

	if (attest && attest[0] >= 'A' && attest[0] <= 'C' && !attest[1])
		out->attest = (uint8_t)attest[0];
	out->has_mky = json_is_array(mky);
	if (out->has_mky)
		out->mky = compare(mky, sdp);
	out->broken = !json_is_integer(iat);
	out->stale = !out->broken && (then > now + FRESH_S || then < now - FRESH_S);
}

void passport_check(const struct passport_store *s, struct slice token, const struct sdp_seen *sdp,
		    uint64_t ts_ns, struct passport_seen *out)
{
	uint8_t text[CLAIMS_MAX];
	struct passport p;

	out->present = true;
	out->broken = passport_split(token, &p) != ERR_OK;
	if (out->broken || p.compact)
		return;
	int n = passport_decode(p.claims, text, sizeof text);
	json_t *claims = n > 0 ? json_loadb((const char *)text, (size_t)n, 0, NULL) : NULL;
	out->broken = !json_is_object(claims);
	if (!out->broken) {
		read_claims(claims, sdp, ts_ns, out);
		out->signature = check_signature(s, &p);
	}
	json_decref(claims);
	OPENSSL_cleanse(text, sizeof text);
}
