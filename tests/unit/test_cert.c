/* test_cert.c - certificates as OpenSSL makes them: fields, names, chains, signatures. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "analyzer/base/when.h"
#include "analyzer/crypto/cert.h"

enum { DER_ROOM = 8192 };
#define FROM 1600000000
#define TO   1700000000

/* A certificate as a test wants it. */
struct made {
	const char *cn, *san, *eku;
	EVP_PKEY *key;	      /* of the subject */
	EVP_PKEY *issuer_key; /* NULL: itself */
	X509 *issuer;	      /* NULL: itself */
	const EVP_MD *md;
	bool ca;
};

static EVP_PKEY *ec, *rsa, *ed;
static struct arena *arena;
static struct cert_cache *cache;
static uint8_t der_room[DER_ROOM];

static int keys(void **state)
{
	(void)state;
	ec = EVP_EC_gen("P-256");
	rsa = EVP_RSA_gen(2048);
	ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return !(ec && rsa && ed);
}

static int no_keys(void **state)
{
	(void)state;
	EVP_PKEY_free(ec);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ed);
	return 0;
}

static int start(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	cache = cert_cache_new(NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_free(arena);
	cert_cache_free(cache);
	return 0;
}

static void extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = value ? X509V3_EXT_conf_nid(NULL, NULL, nid, value) : NULL;

	assert_true(!value || e);
	if (e)
		X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

static X509 *make(struct made m)
{
	X509 *x = X509_new();
	X509_NAME *n = X509_get_subject_name(x);

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	ASN1_TIME_set(X509_getm_notBefore(x), FROM);
	ASN1_TIME_set(X509_getm_notAfter(x), TO);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const uint8_t *)m.cn, -1, -1, 0);
	X509_set_issuer_name(x, m.issuer ? X509_get_subject_name(m.issuer) : n);
	X509_set_pubkey(x, m.key);
	extend(x, NID_subject_alt_name, m.san);
	extend(x, NID_ext_key_usage, m.eku);
	extend(x, NID_basic_constraints, m.ca ? "critical,CA:TRUE" : NULL);
	EVP_PKEY *by = m.issuer_key ? m.issuer_key : m.key;
	assert_true(X509_sign(x, by, m.md ? m.md : by == ed ? NULL : EVP_sha256()) > 0);
	return x;
}

static struct slice der_of(X509 *x, uint8_t *room)
{
	uint8_t *p = room;
	int n = i2d_X509(x, &p);

	assert_in_range(n, 1, DER_ROOM);
	return (struct slice){ room, (size_t)n };
}

static struct cert_seen read_one(struct made m)
{
	X509 *x = make(m);
	struct cert_seen seen;

	assert_int_equal(cert_read(cache, arena, der_of(x, der_room), NULL, 0, &seen), ERR_OK);
	X509_free(x);
	return seen;
}

static void has_name(const struct cert_seen *c, unsigned i, const char *name)
{
	assert_true(i < c->name_count);
	assert_true(slice_eq(c->names[i], slice_of(name)));
}

static void reads_a_plain_certificate(void **state)
{
	(void)state;
	struct cert_seen c = read_one((struct made){ .cn = "one.example", .key = ec });
	uint8_t digest[EVP_MAX_MD_SIZE];

	assert_true(c.sent && c.parsed && c.self_signed && !c.weak_signature && !c.none);
	assert_int_equal(c.not_before_s, FROM);
	assert_int_equal(c.not_after_s, TO);
	assert_int_equal(c.key, CERT_KEY_EC);
	assert_int_equal(c.key_bits, 256);
	assert_int_equal(c.chain, 1);
	assert_int_equal(c.trusted, CHECK_NONE);
	assert_false(c.has_san || c.eku || c.wildcard);
	assert_true(slice_eq(c.cn, SLICE("one.example")));
	assert_int_equal(c.name_count, 0);
	const EVP_MD *md[] = { EVP_sha1(), EVP_sha224(), EVP_sha256(), EVP_sha384(), EVP_sha512() };
	size_t n = 0;
	X509 *x = make((struct made){ .cn = "one.example", .key = rsa });
	struct slice der = der_of(x, der_room);
	assert_int_equal(cert_read(cache, arena, der, NULL, 0, &c), ERR_OK);
	assert_int_equal(c.key, CERT_KEY_RSA);
	assert_int_equal(c.key_bits, 2048);
	for (int h = 0; h < CERT_HASHES; h++) {
		EVP_Q_digest(NULL, EVP_MD_get0_name(md[h]), NULL, der.p, der.n, digest, &n);
		assert_memory_equal(c.digest[h], digest, n);
	}
	X509_free(x);
}

static void reads_names_as_rfc_5922_has_them(void **state)
{
	(void)state;
	struct cert_seen c = read_one((struct made){
		.cn = "cn.example",
		.key = ec,
		.san = "DNS:dns.example,URI:sip:uri.example,URI:sip:user@else.example,"
		       "URI:sips:secure.example,URI:SIP:port.example:5061,URI:sip:[2001:db8::1]:"
		       "5060,"
		       "URI:sip:param.example;transport=tcp?x=y" });
	assert_true(c.has_san && c.names_uri);
	assert_int_equal(c.name_count, 4);
	has_name(&c, 0, "uri.example");
	has_name(&c, 1, "port.example");
	has_name(&c, 2, "2001:db8::1");
	has_name(&c, 3, "param.example");
	c = read_one(
		(struct made){ .cn = "x", .key = ec, .san = "DNS:*.dns.example,DNS:b.example" });
	assert_true(c.wildcard && !c.names_uri);
	assert_int_equal(c.name_count, 2);
	has_name(&c, 0, "*.dns.example");
}

static void keeps_dns_names_beside_uris_for_https(void **state)
{
	(void)state;
	struct cert_seen c = read_one((struct made){
		.cn = "x", .key = ec, .san = "DNS:ws.example,URI:sip:uri.example,DNS:b.example" });
	assert_int_equal(c.name_count, 1);
	assert_int_equal(c.dns_count, 2);
	assert_true(slice_eq(c.dns[0], SLICE("ws.example")));
	assert_true(slice_eq(c.dns[1], SLICE("b.example")));
	assert_false(c.names_more);
	c = read_one((struct made){ .cn = "x", .key = ec, .san = "DNS:a.example" });
	assert_int_equal(c.dns_count, 0);
}

static void bounds_the_names_it_keeps(void **state)
{
	(void)state;
	char san[4096] = "DNS:0.example";

	for (int i = 1; i < 40; i++)
		snprintf(san + strlen(san), sizeof san - strlen(san), ",DNS:%d.example", i);
	struct cert_seen c = read_one((struct made){ .cn = "x", .key = ec, .san = san });
	assert_int_equal(c.name_count, CERT_NAMES);
	has_name(&c, CERT_NAMES - 1, "7.example");
	assert_true(c.names_more);
}

static void reads_what_the_key_is_for(void **state)
{
	(void)state;
	struct cert_seen c = read_one(
		(struct made){ .cn = "x", .key = ec, .eku = "serverAuth,1.3.6.1.5.5.7.3.20" });
	assert_true(c.eku && c.eku_server && c.eku_sip && !c.eku_client);
	c = read_one((struct made){ .cn = "x", .key = ec, .eku = "clientAuth" });
	assert_true(c.eku && c.eku_client && !c.eku_server && !c.eku_sip);
	c = read_one((struct made){ .cn = "x", .key = ec, .eku = "anyExtendedKeyUsage" });
	assert_false(c.eku);
}

static void calls_self_signed_only_what_its_own_key_signed(void **state)
{
	(void)state;
	struct cert_seen c = read_one((struct made){ .cn = "x", .key = ec, .issuer_key = rsa });
	assert_false(c.self_signed); /* the name alone is its own */
	c = read_one((struct made){ .cn = "x", .key = ed });
	assert_true(c.self_signed);
	assert_int_equal(c.key, CERT_KEY_EDDSA);
}

static void calls_a_signature_weak_only_where_it_protects(void **state)
{
	(void)state;
	X509 *ca = make((struct made){ .cn = "ca", .key = rsa, .ca = true });
	struct cert_seen c = read_one((struct made){ .cn = "x", .key = rsa, .md = EVP_sha1() });
	assert_false(c.weak_signature);
	c = read_one((struct made){
		.cn = "x", .key = ec, .issuer = ca, .issuer_key = rsa, .md = EVP_sha1() });
	assert_true(c.weak_signature && !c.self_signed);
	c = read_one((struct made){ .cn = "x", .key = ec, .issuer = ca, .issuer_key = rsa });
	assert_false(c.weak_signature);
	X509_free(ca);
}

/* ---- trust -------------------------------------------------------------------------------------
 */

static struct cert_store *store_of(X509 *x)
{
	BIO *b = BIO_new(BIO_s_mem());
	struct cert_store *s;
	char *text;

	PEM_write_bio_X509(b, x);
	long n = BIO_get_mem_data(b, &text);
	assert_int_equal(cert_store_new((struct slice){ (uint8_t *)text, (size_t)n }, &s), ERR_OK);
	BIO_free(b);
	return s;
}

/* root, an authority under it, a certificate of that, and one that only claims to be. */
static struct {
	EVP_PKEY *middle_key;
	X509 *root, *middle, *leaf, *forged;
} c4;

static int make_chain(void **state)
{
	start(state);
	c4.middle_key = EVP_EC_gen("P-256");
	c4.root = make((struct made){ .cn = "root", .key = rsa, .ca = true });
	c4.middle = make((struct made){ .cn = "middle",
					.key = c4.middle_key,
					.issuer = c4.root,
					.issuer_key = rsa,
					.ca = true });
	c4.leaf = make((struct made){
		.cn = "leaf", .key = ec, .issuer = c4.middle, .issuer_key = c4.middle_key });
	c4.forged = make(
		(struct made){ .cn = "leaf", .key = ec, .issuer = c4.middle, .issuer_key = ec });
	return 0;
}

static int drop_chain(void **state)
{
	EVP_PKEY_free(c4.middle_key);
	X509_free(c4.root);
	X509_free(c4.middle);
	X509_free(c4.leaf);
	X509_free(c4.forged);
	return stop(state);
}

/* What is said of `x`, sent with this one behind it, by an auditor who trusts `anchor`. */
static enum check trusted_by(X509 *anchor, X509 *x, X509 *behind)
{
	static uint8_t room[DER_ROOM];
	struct cert_store *store = store_of(anchor);
	struct cert_cache *trusting = cert_cache_new(store);
	struct slice chain = behind ? der_of(behind, room) : (struct slice){ NULL, 0 };
	struct cert_seen c;

	for (int again = 0; again < 2; again++)
		assert_int_equal(
			cert_read(trusting, arena, der_of(x, der_room), &chain, behind != NULL, &c),
			ERR_OK);
	assert_int_equal(c.chain, behind ? 2 : 1);
	cert_cache_free(trusting);
	cert_store_free(store);
	return c.trusted;
}

/* Dates are judged apart: all of these were over in 2023. */
static void follows_a_chain_to_what_is_trusted(void **state)
{
	(void)state;
	assert_int_equal(trusted_by(c4.root, c4.leaf, c4.middle), CHECK_OK);
	assert_int_equal(trusted_by(c4.root, c4.leaf, NULL), CHECK_BAD);
	assert_int_equal(trusted_by(c4.root, c4.forged, c4.middle), CHECK_BAD);
	assert_int_equal(trusted_by(c4.middle, c4.leaf, NULL), CHECK_OK); /* no root, but trusted */
	assert_int_equal(trusted_by(c4.leaf, c4.forged, c4.middle), CHECK_BAD);
}

static void refuses_a_store_without_certificates(void **state)
{
	(void)state;
	struct cert_store *s;

	assert_int_not_equal(cert_store_new(SLICE("no certificate"), &s), ERR_OK);
	assert_null(s);
	assert_int_not_equal(cert_store_new(SLICE(""), &s), ERR_OK);
}

/* ---- damage -------------------------------------------------------------------------------------
 */

static void digests_what_is_no_certificate(void **state)
{
	(void)state;
	struct cert_seen c;
	uint8_t digest[32];

	assert_int_not_equal(cert_read(cache, arena, SLICE("rubbish"), NULL, 0, &c), ERR_OK);
	EVP_Digest("rubbish", 7, digest, NULL, EVP_sha256(), NULL);
	assert_memory_equal(c.digest[CERT_SHA256], digest, 32);
	assert_false(c.parsed);
	assert_true(c.sent);
	assert_null(cert_public(SLICE("rubbish")));
}

static void survives_every_cut_and_flipped_octet(void **state)
{
	(void)state;
	X509 *x = make((struct made){
		.cn = "x", .key = ec, .san = "DNS:a,URI:sip:b", .eku = "serverAuth" });
	struct slice der = der_of(x, der_room);
	struct cert_seen c;

	for (size_t cut = 0; cut < der.n; cut++)
		assert_int_not_equal(cert_read(cache, arena, slice_upto(der, cut), NULL, 0, &c),
				     ERR_OK);
	for (size_t at = 0; at < der.n; at++) {
		der_room[at] ^= 0x15;
		enum err e = cert_read(cache, arena, der, NULL, 0, &c);
		assert_int_equal(e == ERR_OK, c.parsed);
		assert_false(c.self_signed && c.parsed); /* nothing it says is signed any more */
		EVP_PKEY_free(cert_public(der));
		der_room[at] ^= 0x15;
	}
	der_room[der.n] = 0; /* one octet too many */
	assert_int_not_equal(
		cert_read(cache, arena, (struct slice){ der.p, der.n + 1 }, NULL, 0, &c), ERR_OK);
	X509_free(x);
}

/* A date that is none must not be taken for 1970. */
static void does_not_invent_a_date(void **state)
{
	(void)state;
	X509 *x = make((struct made){ .cn = "x", .key = ec });
	struct slice der = der_of(x, der_room);
	struct cert_seen c;

	for (size_t at = 0; at + 13 < der.n; at++)
		if (memcmp(der_room + at, "\x17\x0d", 2) == 0) {
			der_room[at + 4] = 'x';
			break;
		}
	assert_int_not_equal(cert_read(cache, arena, der, NULL, 0, &c), ERR_OK);
	assert_false(c.parsed);
	X509_free(x);
}

static void remembers_more_certificates_than_its_cache_holds(void **state)
{
	(void)state;
	struct cert_seen c;
	char name[32];

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 300; i++) {
			snprintf(name, sizeof name, "n%d.example", i);
			c = read_one((struct made){ .cn = name, .key = ed });
			assert_true(slice_eq(c.cn, slice_of(name)));
		}
}

/* ---- signatures ---------------------------------------------------------------------------------
 */

static const struct {
	EVP_PKEY **key;
	uint16_t scheme;
	const char *md;
	int padding; /* 0: not RSA-PSS */
} schemes[] = {
	{ &ec, 0x0403, "SHA256", 0 },
	{ &ec, 0x0503, "SHA384", 0 },
	{ &ec, 0x0203, "SHA1", 0 },
	{ &rsa, 0x0401, "SHA256", 0 },
	{ &rsa, 0x0601, "SHA512", 0 },
	{ &rsa, 0x0201, "SHA1", 0 },
	{ &rsa, 0x0804, "SHA256", RSA_PKCS1_PSS_PADDING },
	{ &rsa, 0x0805, "SHA384", RSA_PKCS1_PSS_PADDING },
	{ &rsa, 0x0806, "SHA512", RSA_PKCS1_PSS_PADDING },
	{ &ed, 0x0807, NULL, 0 },
	{ &ec, 0, "SHA1", 0 },
	{ &rsa, 0, "MD5-SHA1", 0 },
};

static size_t sign(EVP_PKEY *key, const char *md, int padding, struct slice text, uint8_t *out)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	EVP_PKEY_CTX *more = NULL;
	size_t n = 1024;

	assert_int_equal(EVP_DigestSignInit_ex(c, &more, md, NULL, NULL, key, NULL), 1);
	if (padding) {
		EVP_PKEY_CTX_set_rsa_padding(more, padding);
		EVP_PKEY_CTX_set_rsa_pss_saltlen(more, RSA_PSS_SALTLEN_DIGEST);
	}
	assert_int_equal(EVP_DigestSign(c, out, &n, text.p, text.n), 1);
	EVP_MD_CTX_free(c);
	return n;
}

static void checks_signatures_of_every_scheme(void **state)
{
	(void)state;
	uint8_t sig[1024];

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		EVP_PKEY *key = *schemes[i].key;
		struct slice s = { sig, sign(key, schemes[i].md, schemes[i].padding, SLICE("text"),
					     sig) };
		assert_int_equal(cert_signature(key, schemes[i].scheme, SLICE("text"), s),
				 CHECK_OK);
		assert_int_equal(cert_signature(key, schemes[i].scheme, SLICE("texu"), s),
				 CHECK_BAD);
		for (size_t at = 0; at < s.n; at += 7) {
			sig[at] ^= 1;
			assert_int_equal(cert_signature(key, schemes[i].scheme, SLICE("text"), s),
					 CHECK_BAD);
			sig[at] ^= 1;
		}
		assert_int_equal(
			cert_signature(key, schemes[i].scheme, SLICE("text"), slice_upto(s, 3)),
			CHECK_BAD);
	}
}

static void does_not_judge_what_it_cannot_compute(void **state)
{
	(void)state;
	static const uint16_t unknown[] = {
		0x0708, 0x081a, 0x081b, 0xeeee, 0x0040, 0x0700, 0x0404
	};

	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
		assert_int_equal(cert_signature(ec, unknown[i], SLICE("t"), SLICE("s")),
				 CHECK_NONE);
	assert_int_equal(cert_signature(ed, 0, SLICE("t"), SLICE("s")), CHECK_NONE);
	assert_int_equal(cert_signature(ec, 0x0401, SLICE("t"), SLICE("s")), CHECK_BAD);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(reads_a_plain_certificate),
		T(reads_names_as_rfc_5922_has_them),
		T(keeps_dns_names_beside_uris_for_https),
		T(bounds_the_names_it_keeps),
		T(reads_what_the_key_is_for),
		T(calls_self_signed_only_what_its_own_key_signed),
		T(calls_a_signature_weak_only_where_it_protects),
		cmocka_unit_test_setup_teardown(follows_a_chain_to_what_is_trusted, make_chain,
						drop_chain),
		T(refuses_a_store_without_certificates),
		T(digests_what_is_no_certificate),
		T(survives_every_cut_and_flipped_octet),
		T(does_not_invent_a_date),
		T(remembers_more_certificates_than_its_cache_holds),
		T(checks_signatures_of_every_scheme),
		T(does_not_judge_what_it_cannot_compute),
	};

	return cmocka_run_group_tests(tests, keys, no_keys);
}
