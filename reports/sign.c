/* sign.c - CMS by libcrypto. */
#include "reports/sign.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "analyzer/base/mem.h"

enum { CERTIFICATES = 16 };
/* No attributes: the text begins with a brace, so it cannot be taken for a set of them. */
static const unsigned flags = CMS_DETACHED | CMS_BINARY | CMS_NOATTR;

struct sign {
	EVP_PKEY *key;
	X509 *own;
	STACK_OF(X509) * above;
	char sha256[DIGEST_HEX];
};

static BIO *over(struct slice s)
{
	return BIO_new_mem_buf(s.n ? s.p : (const uint8_t *)"", s.n > INT_MAX ? 0 : (int)s.n);
}

/* Nobody is asked: a key with a pass phrase is refused. *asked is set. */
static int no_phrase(char *to, int room, int writing, void *asked)
{
	(void)to;
	(void)room;
	(void)writing;
	*(bool *)asked = true;
	return -1;
}

static void digest_of(const X509 *x, char out[DIGEST_HEX])
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	struct digest *d = digest_new();

	if (n > 0)
		digest_add(d, (struct slice){ der, (size_t)n });
	digest_hex(d, out);
	OPENSSL_free(der);
}

static STACK_OF(X509) * read_certificates(struct slice pem)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	BIO *in = over(pem);
	X509 *one;

	while (sk_X509_num(all) < CERTIFICATES && (one = PEM_read_bio_X509(in, NULL, NULL, NULL)))
		(void)sk_X509_push(all, one);
	BIO_free(in);
	ERR_clear_error();
	return all;
}

static const char *open_pair(struct sign *s, struct slice key, struct slice certificates)
{
	bool asked = false;
	BIO *in = over(key);

	s->key = PEM_read_bio_PrivateKey(in, NULL, no_phrase, &asked);
	BIO_free(in);
	if (!s->key)
		return asked ? "the key has a pass phrase; give it without one"
			     : "no private key in PEM";
	s->above = read_certificates(certificates);
	s->own = sk_X509_shift(s->above);
	if (!s->own)
		return "no certificate in PEM";
	return X509_check_private_key(s->own, s->key) == 1
		       ? NULL
		       : "the first certificate is not of this key";
}

enum err sign_open(struct slice key, struct slice certificates, struct sign **out, const char **why)
{
	struct sign *s = mem_zero(1, sizeof *s);
	struct text tried = { 0 };

	*out = NULL;
	*why = open_pair(s, key, certificates);
	ERR_clear_error();
	if (*why) {
		sign_close(s);
		return ERR_MALFORMED;
	}
	digest_of(s->own, s->sha256);
	if (sign_make(s, SLICE("{}\n"), &tried) != ERR_OK)
		*why = "this kind of key cannot make a CMS signature here; RSA and EC can";
	text_free(&tried);
	*out = *why ? NULL : s;
	if (*why)
		sign_close(s);
	return *why ? ERR_MALFORMED : ERR_OK;
}

void sign_close(struct sign *s)
{
	if (!s)
		return;
	EVP_PKEY_free(s->key);
	X509_free(s->own);
	sk_X509_pop_free(s->above, X509_free);
	free(s);
}

const char *sign_certificate(const struct sign *s)
{
	return s->sha256;
}

enum err sign_make(const struct sign *s, struct slice text, struct text *der)
{
	BIO *in = over(text);
	CMS_ContentInfo *cms = CMS_sign(s->own, s->key, s->above, in, flags);
	unsigned char *p = NULL;
	int n = cms ? i2d_CMS_ContentInfo(cms, &p) : 0;

	if (n > 0)
		text_add_slice(der, (struct slice){ p, (size_t)n });
	OPENSSL_free(p);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	ERR_clear_error();
	return n > 0 ? ERR_OK : ERR_UNSUPPORTED;
}

/* ---- checking --------------------------------------------------------------------- */

static void date_of(const ASN1_TIME *t, char out[32])
{
	struct tm tm;

	if (!t || ASN1_TIME_to_tm(t, &tm) != 1 || !strftime(out, 32, "%Y-%m-%d", &tm))
		(void)snprintf(out, 32, "unknown");
}

static void describe(X509 *x, struct sign_seen *out)
{
	BIO *name = BIO_new(BIO_s_mem());
	struct text shown = { 0 };
	char *p;

	(void)X509_NAME_print_ex(name, X509_get_subject_name(x), 0, XN_FLAG_RFC2253);
	long n = BIO_get_mem_data(name, &p);
	text_printable(&shown, (struct slice){ (const uint8_t *)p, n > 0 ? (size_t)n : 0 });
	(void)snprintf(out->who, sizeof out->who, "%.200s", text_of(&shown));
	text_free(&shown);
	BIO_free(name);
	date_of(X509_get0_notBefore(x), out->from);
	date_of(X509_get0_notAfter(x), out->until);
	digest_of(x, out->sha256);
}

/*
 * The wall clock is not asked: nothing in a bundle says when it was signed, and a certificate that
 * has run out since does not make it worse. Purposes differ from house to house.
 */
static X509_STORE *store_of(struct slice ca)
{
	STACK_OF(X509) *all = read_certificates(ca);
	X509_STORE *store = sk_X509_num(all) ? X509_STORE_new() : NULL;

	for (int i = 0; store && i < sk_X509_num(all); i++)
		(void)X509_STORE_add_cert(store, sk_X509_value(all, i));
	if (store) {
		(void)X509_STORE_set_flags(store,
					   X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_PARTIAL_CHAIN);
		(void)X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
	}
	sk_X509_pop_free(all, X509_free);
	return store;
}

static bool verified(CMS_ContentInfo *cms, struct slice text, X509_STORE *store)
{
	/* CMS_verify copies the view of a memory BIO, and loses the copy when it fails early: it
	 * shall see a buffer in front. */
	BIO *in = BIO_push(BIO_new(BIO_f_buffer()), over(text));
	unsigned how = CMS_BINARY | (store ? 0 : CMS_NO_SIGNER_CERT_VERIFY);
	bool good = CMS_verify(cms, NULL, store, in, NULL, how) == 1;

	BIO_free_all(in);
	ERR_clear_error();
	return good;
}

static const char *check(CMS_ContentInfo *cms, struct slice text, X509_STORE *store,
			 struct sign_seen *out)
{
	out->holds = verified(cms, text, NULL);
	if (!out->holds)
		return "it is not a signature of this manifest";
	STACK_OF(X509) *signers = CMS_get0_signers(cms);
	int n = signers ? sk_X509_num(signers) : 0;
	if (n == 1)
		describe(sk_X509_value(signers, 0), out);
	sk_X509_free(signers);
	if (n != 1) {
		out->holds = false;
		return "it has not one signer";
	}
	out->trusted = store && verified(cms, text, store);
	return out->trusted ? "" : "its certificate leads to none of those trusted";
}

enum err sign_check(struct slice der, struct slice text, struct slice ca, struct sign_seen *out)
{
	const unsigned char *p = der.p;
	CMS_ContentInfo *cms;
	X509_STORE *store = ca.n ? store_of(ca) : NULL;

	*out = (struct sign_seen){ .why = "it is no CMS signature" };
	if (ca.n && !store)
		return ERR_MALFORMED;
	cms = der.n && der.n <= LONG_MAX ? d2i_CMS_ContentInfo(NULL, &p, (long)der.n) : NULL;
	if (cms && p == der.p + der.n)
		out->why = check(cms, text, store, out);
	CMS_ContentInfo_free(cms);
	X509_STORE_free(store);
	ERR_clear_error();
	return ERR_OK;
}
