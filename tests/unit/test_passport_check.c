/* test_passport_check.c - PASSporTs against the description and the moment they came with. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/crypto/passport_check.h"

#define RFC_HEADER                                                                                 \
	"eyJhbGciOiJFUzI1NiIsInR5cCI6InBhc3Nwb3J0IiwieDV1IjoiaHR0cHM6Ly9j"                         \
	"ZXJ0LmV4YW1wbGUub3JnL3Bhc3Nwb3J0LmNlciJ9."
/* RFC 8224 4: signed with the key of RFC 8225 A.2. Its iat is a string, which RFC 8225 forbids. */
#define RFC_8224                                                                                   \
	RFC_HEADER "eyJkZXN0Ijp7InVyaSI6WyJzaXA6YWxpY2VAZXhhbXBsZS5jb20iXX0sImlhdC"                \
		   "I6IjE0NDMyMDgzNDUiLCJvcmlnIjp7InRuIjoiMTIxNTU1NTEyMTIifX0."                    \
		   "rq3pjT1hoRwakEGjHCnWSwUnshd0-zJ6F1VOgFWSjHBr8Qjpjlk-cpFYpFYs"                  \
		   "ojNCpTzO3QfPOlckGaS6hEck7w"
/* RFC 8225 Appendix A: claims as they should be, and a signature that neither key of A.1 or A.2
 * made over them (openssl says so too). */
#define RFC_TOKEN                                                                                  \
	RFC_HEADER "eyJkZXN0Ijp7InVyaSI6WyJzaXA6YWxpY2VAZXhhbXBsZS5jb20iXX0sImlhdCI"               \
		   "6MTQ3MTM3NTQxOCwib3JpZyI6eyJ0biI6IjEyMTU1NTUxMjEyIn19."                        \
		   "VLBCIVDCaeK6M4hLJb6SHQvacAQVvoiiEOWQ_iUkqk79UD81fHQ0E1b3_GluIkb"               \
		   "a7UWYRM47ZbNFdOJquE35cw"
#define RFC_IAT 1471375418
static const char rfc_key[] = "-----BEGIN PUBLIC KEY-----\n"
			      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8HNbQd/TmvCKwPKHkMF9fScavGeH\n"
			      "78YTU8qLS8I5HLHSSmlATLcslQMhNC/OhlWBYC626nIlo7XeebYS7Sb37g==\n"
			      "-----END PUBLIC KEY-----\n";

/* RFC 8225 5.2.2 */
#define DIG_A "4AADB9B13F82183B540212DF3E5D496B19E57CAB3E4B652E7D463F5442CD54F1"
#define DIG_B "021ACC5427ABEB9C533F3E4B652E7D463F5442CD54F17A03A27DF9B07F4619B2"
#define SDP_A                                                                                      \
	"4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:4B:65:2E:7D:46:3F:54:42:"  \
	"CD:"                                                                                      \
	"54:F1"
#define MKY                                                                                        \
	"\"mky\":[{\"alg\":\"sha-256\",\"dig\":\"" DIG_B                                           \
	"\"},{\"alg\":\"sha-256\",\"dig\":\"" DIG_A "\"}]"

enum { NOW = 1700000000 };
static EVP_PKEY *mine;
static char token[8192];

static int keys(void **state)
{
	(void)state;
	mine = EVP_EC_gen("P-256");
	return !mine;
}

static int no_keys(void **state)
{
	(void)state;
	EVP_PKEY_free(mine);
	return 0;
}

/* base64url without padding, behind what is there */
static void append(const void *p, size_t n)
{
	char text[4096];
	size_t at = strlen(token);
	int got = EVP_EncodeBlock((uint8_t *)text, p, (int)n);

	for (int i = 0; i < got && text[i] != '='; i++)
		token[at++] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
	token[at] = 0;
}

static void sign(void)
{
	uint8_t der[128], raw[64] = { 0 };
	const uint8_t *p = der;
	size_t n = sizeof der;
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	assert_int_equal(EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, mine), 1);
	assert_int_equal(EVP_DigestSign(c, der, &n, (const uint8_t *)token, strlen(token)), 1);
	EVP_MD_CTX_free(c);
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)n);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + 32, 32);
	ECDSA_SIG_free(sig);
	strcat(token, ".");
	append(raw, sizeof raw);
}

static void make(const char *header, const char *claims)
{
	token[0] = 0;
	append(header, strlen(header));
	strcat(token, ".");
	append(claims, strlen(claims));
	sign();
}

#define ES256 "{\"alg\":\"ES256\",\"typ\":\"passport\"}"

/* A certificate for a public key; who issued it does not matter here. */
static void trust(struct passport_store *s, EVP_PKEY *key)
{
	X509 *x = X509_new();
	BIO *b = BIO_new(BIO_s_mem());
	char *pem;

	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key);
	assert_true(X509_sign(x, mine, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509(b, x), 1);
	long n = BIO_get_mem_data(b, &pem);
	assert_int_equal(passport_check_add(s, (struct slice){ (uint8_t *)pem, (size_t)n }), 1);
	BIO_free(b);
	X509_free(x);
}

static struct passport_seen check(const struct passport_store *s, const char *text,
				  const struct sdp_seen *sdp, uint64_t now_s)
{
	struct passport_seen out = { 0 };

	passport_check(s, slice_of(text), sdp, now_s * 1000000000, &out);
	assert_true(out.present);
	return out;
}

/* ---- signature ------------------------------------------------------------------------------ */

static void verifies_the_token_of_rfc_8224(void **state)
{
	(void)state;
	struct passport_store *s = passport_check_store();
	BIO *b = BIO_new_mem_buf(rfc_key, -1);
	EVP_PKEY *key = PEM_read_bio_PUBKEY(b, NULL, NULL, NULL);

	trust(s, mine);
	trust(s, key);
	struct passport_seen p = check(s, RFC_8224, NULL, NOW);
	assert_int_equal(p.signature, CHECK_OK);
	assert_true(p.broken); /* its iat */
	assert_int_equal(check(s, RFC_TOKEN, NULL, RFC_IAT).signature, CHECK_NONE);
	BIO_free(b);
	EVP_PKEY_free(key);
	passport_check_free(s);
}

static void reads_the_claims_of_rfc_8225(void **state)
{
	(void)state;
	struct passport_seen p = check(NULL, RFC_TOKEN, NULL, RFC_IAT);
	assert_false(p.broken || p.stale || p.has_mky);
	assert_int_equal(p.mky, CHECK_NONE);
	assert_int_equal(p.attest, 0);
}

static void verifies_by_any_certificate_given(void **state)
{
	(void)state;
	struct passport_store *s = passport_check_store();

	make(ES256, "{\"iat\":1700000000}");
	trust(s, mine);
	struct passport_seen p = check(s, token, NULL, NOW);
	assert_int_equal(p.signature, CHECK_OK);
	assert_false(p.broken || p.stale);
	passport_check_free(s);
}

static void a_signer_that_is_not_known_is_not_a_forger(void **state)
{
	(void)state;
	struct passport_store *s = passport_check_store();

	assert_int_equal(check(NULL, RFC_TOKEN, NULL, RFC_IAT).signature, CHECK_NONE);
	assert_int_equal(check(s, RFC_TOKEN, NULL, RFC_IAT).signature, CHECK_NONE);
	trust(s, mine);
	assert_int_equal(check(s, RFC_TOKEN, NULL, RFC_IAT).signature, CHECK_NONE);
	passport_check_free(s);
}

static void a_signature_of_the_wrong_size_is_nobodys(void **state)
{
	(void)state;
	make(ES256, "{\"iat\":1700000000}");
	token[strlen(token) - 4] = 0;
	assert_int_equal(check(NULL, token, NULL, NOW).signature, CHECK_BAD);
	make("{\"alg\":\"ES384\"}", "{\"iat\":1700000000}");
	token[strlen(token) - 4] = 0; /* another algorithm has another size */
	assert_int_equal(check(NULL, token, NULL, NOW).signature, CHECK_NONE);
}

/* ---- claims --------------------------------------------------------------------------------- */

static struct sdp_seen *described(unsigned count, const char *hash, const char *value)
{
	static struct fingerprint_seen f;
	static struct line_seen line;
	static struct sdp_seen sdp;

	f = (struct fingerprint_seen){ slice_of(hash), slice_of(value) };
	line = (struct line_seen){ .fingerprints = &f, .fingerprint_count = (uint16_t)count };
	sdp = (struct sdp_seen){ .lines = &line, .line_count = 1 };
	return &sdp;
}

static void fingerprints_must_be_among_those_signed(void **state)
{
	(void)state;
	make(ES256, "{\"iat\":1700000000," MKY "}");
	assert_int_equal(check(NULL, token, described(1, "SHA-256", SDP_A), NOW).mky, CHECK_OK);
	assert_int_equal(check(NULL, token, described(1, "sha-256", DIG_B), NOW).mky, CHECK_OK);
	assert_int_equal(check(NULL, token, described(1, "sha-1", SDP_A), NOW).mky, CHECK_BAD);
	assert_int_equal(check(NULL, token, described(1, "sha-256", "4A:AD"), NOW).mky, CHECK_BAD);
}

static void fingerprints_taken_away_contradict_too(void **state)
{
	(void)state;
	make(ES256, "{\"iat\":1700000000," MKY "}");
	struct sdp_seen *sdp = described(0, "", "");
	assert_int_equal(check(NULL, token, sdp, NOW).mky, CHECK_BAD);
	sdp->truncated = true; /* they may stand in what was not read */
	assert_int_equal(check(NULL, token, sdp, NOW).mky, CHECK_NONE);
	assert_int_equal(check(NULL, token, NULL, NOW).mky, CHECK_NONE);
	make(ES256, "{\"iat\":1700000000}");
	assert_int_equal(check(NULL, token, described(1, "sha-256", SDP_A), NOW).mky, CHECK_NONE);
}

static void a_minute_makes_a_token_stale(void **state)
{
	static const struct {
		int64_t off;
		bool stale;
	} rows[] = { { 0, false }, { 60, false }, { -60, false }, { 61, true }, { -61, true } };

	(void)state;
	make(ES256, "{\"iat\":1700000000}");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(check(NULL, token, NULL, (uint64_t)(NOW + rows[i].off)).stale,
				 rows[i].stale);
}

static void reads_the_attestation_and_no_other_word(void **state)
{
	(void)state;
	make(ES256, "{\"iat\":1700000000,\"attest\":\"C\"}");
	assert_int_equal(check(NULL, token, NULL, NOW).attest, 'C');
	make(ES256, "{\"iat\":1700000000,\"attest\":\"AB\"}");
	assert_int_equal(check(NULL, token, NULL, NOW).attest, 0);
}

static void what_holds_no_claims_is_broken(void **state)
{
	static const char *const claims[] = { "[]", "{", "", "{\"iat\":\"1700000000\"}", "{}" };

	(void)state;
	assert_true(check(NULL, "not a token", NULL, NOW).broken);
	for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
		make(ES256, claims[i]);
		assert_true(check(NULL, token, NULL, NOW).broken);
	}
}

static void the_compact_form_is_not_judged(void **state)
{
	(void)state;
	struct passport_seen p = check(NULL, "..YWJj", described(1, "sha-256", SDP_A), NOW);
	assert_false(p.broken || p.stale || p.has_mky);
	assert_int_equal(p.signature, CHECK_NONE);
}

static void takes_only_certificates(void **state)
{
	(void)state;
	struct passport_store *s = passport_check_store();
	assert_int_equal(passport_check_add(s, SLICE(rfc_key)), 0);
	assert_int_equal(passport_check_add(s, SLICE("")), 0);
	passport_check_free(s);
	passport_check_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies_the_token_of_rfc_8224),
		cmocka_unit_test(reads_the_claims_of_rfc_8225),
		cmocka_unit_test(verifies_by_any_certificate_given),
		cmocka_unit_test(a_signer_that_is_not_known_is_not_a_forger),
		cmocka_unit_test(a_signature_of_the_wrong_size_is_nobodys),
		cmocka_unit_test(fingerprints_must_be_among_those_signed),
		cmocka_unit_test(fingerprints_taken_away_contradict_too),
		cmocka_unit_test(a_minute_makes_a_token_stale),
		cmocka_unit_test(reads_the_attestation_and_no_other_word),
		cmocka_unit_test(what_holds_no_claims_is_broken),
		cmocka_unit_test(the_compact_form_is_not_judged),
		cmocka_unit_test(takes_only_certificates),
	};

	return cmocka_run_group_tests(tests, keys, no_keys);
}
