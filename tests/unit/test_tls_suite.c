/* test_tls_suite.c - what the numbers of cipher suites, groups and profiles mean. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/proto/tls/tls_suite.h"

static const struct {
	uint16_t id;
	const char *name;
	enum tls_kex kex;
	enum tls_cipher cipher;
	uint16_t bits;
	bool sha384, ecdsa, forward, aead, broken;
} rows[] = {
	{ 0x0000, "TLS_NULL_WITH_NULL_NULL", TLS_KEX_OTHER, TLS_CIPHER_NULL, 0, 0, 0, 0, 0, 1 },
	{ 0x0003, "TLS_RSA_EXPORT_WITH_RC4_40_MD5", TLS_KEX_RSA, TLS_CIPHER_BROKEN, 0, 0, 0, 0, 0,
	  1 },
	{ 0x0005, "TLS_RSA_WITH_RC4_128_SHA", TLS_KEX_RSA, TLS_CIPHER_BROKEN, 128, 0, 0, 0, 0, 1 },
	{ 0x0009, "TLS_RSA_WITH_DES_CBC_SHA", TLS_KEX_RSA, TLS_CIPHER_BROKEN, 0, 0, 0, 0, 0, 1 },
	{ 0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", TLS_KEX_RSA, TLS_CIPHER_3DES, 0, 0, 0, 0, 0, 0 },
	{ 0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA", TLS_KEX_RSA, TLS_CIPHER_CBC_SHA1, 128, 0, 0, 0, 0,
	  0 },
	{ 0x0034, "TLS_DH_anon_WITH_AES_128_CBC_SHA", TLS_KEX_ANON, TLS_CIPHER_CBC_SHA1, 128, 0, 0,
	  0, 0, 1 },
	{ 0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256", TLS_KEX_RSA, TLS_CIPHER_CBC, 256, 0, 0, 0, 0,
	  0 },
	{ 0x0030, "TLS_DH_DSS_WITH_AES_128_CBC_SHA", TLS_KEX_STATIC, TLS_CIPHER_CBC_SHA1, 128, 0, 0,
	  0, 0, 0 },
	{ 0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", TLS_KEX_DHE, TLS_CIPHER_CBC_SHA1, 128, 0, 0,
	  1, 0, 0 },
	{ 0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", TLS_KEX_DHE, TLS_CIPHER_AES_256_GCM, 256,
	  1, 0, 1, 1, 0 },
	{ 0x008c, "TLS_PSK_WITH_AES_128_CBC_SHA", TLS_KEX_PSK, TLS_CIPHER_CBC_SHA1, 128, 0, 0, 0, 0,
	  0 },
	{ 0x1301, "TLS_AES_128_GCM_SHA256", TLS_KEX_13, TLS_CIPHER_AES_128_GCM, 128, 0, 0, 1, 1,
	  0 },
	{ 0x1302, "TLS_AES_256_GCM_SHA384", TLS_KEX_13, TLS_CIPHER_AES_256_GCM, 256, 1, 0, 1, 1,
	  0 },
	{ 0x1303, "TLS_CHACHA20_POLY1305_SHA256", TLS_KEX_13, TLS_CIPHER_CHACHA20, 256, 0, 0, 1, 1,
	  0 },
	{ 0xc004, "TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA", TLS_KEX_STATIC, TLS_CIPHER_CBC_SHA1, 128,
	  0, 1, 0, 0, 0 },
	{ 0xc018, "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", TLS_KEX_ANON, TLS_CIPHER_CBC_SHA1, 128, 0,
	  0, 0, 0, 1 },
	{ 0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", TLS_KEX_ECDHE, TLS_CIPHER_CBC, 256, 1,
	  1, 1, 0, 0 },
	{ 0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", TLS_KEX_ECDHE, TLS_CIPHER_AES_128_GCM,
	  128, 0, 1, 1, 1, 0 },
	{ 0xc0ae, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", TLS_KEX_ECDHE, TLS_CIPHER_AEAD, 128, 0, 1,
	  1, 1, 0 },
	{ 0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", TLS_KEX_ECDHE,
	  TLS_CIPHER_CHACHA20, 256, 0, 1, 1, 1, 0 },
	{ 0xc010, "TLS_ECDHE_RSA_WITH_NULL_SHA", TLS_KEX_ECDHE, TLS_CIPHER_NULL, 0, 0, 0, 1, 0, 1 },
};

static void knows_what_suites_are_made_of(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tls_suite_info s;
		assert_true(tls_suite_find(rows[i].id, &s));
		assert_string_equal(s.name, rows[i].name);
		assert_int_equal(s.kex, rows[i].kex);
		assert_int_equal(s.cipher, rows[i].cipher);
		assert_int_equal(s.key_bits, rows[i].bits);
		assert_int_equal(s.sha384, rows[i].sha384);
		assert_int_equal(s.ecdsa, rows[i].ecdsa);
		assert_int_equal(tls_suite_forward_secret(&s), rows[i].forward);
		assert_int_equal(tls_suite_aead(&s), rows[i].aead);
		assert_int_equal(tls_suite_broken(&s), rows[i].broken);
	}
}

/* The search halves a list that must be in order, each number once. */
static void finds_every_row_and_nothing_else(void **state)
{
	(void)state;
	static const struct {
		uint16_t id;
		const char *name;
	} all[] = {
#define SUITE(id, name) { id, name },
#include "analyzer/proto/tls/tls_suite.def"
#undef SUITE
	};
	size_t found = 0;
	struct tls_suite_info s;

	for (unsigned id = 0; id <= UINT16_MAX; id++)
		found += tls_suite_find((uint16_t)id, &s);
	assert_int_equal(found, sizeof all / sizeof *all);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		assert_true(tls_suite_find(all[i].id, &s));
		assert_string_equal(s.name, all[i].name);
	}
	assert_false(tls_suite_find(0x0a0a, &s));
	assert_null(s.name);
	assert_int_equal(s.id, 0x0a0a);
}

static void knows_shared_keys(void **state)
{
	(void)state;
	static const struct {
		uint16_t id;
		bool psk;
	} some[] = { { 0x008c, true },	{ 0x0090, true },  { 0x0094, true }, { 0xc035, true },
		     { 0xc02b, false }, { 0x009e, false }, { 0x1301, false } };
	struct tls_suite_info s;

	for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
		assert_true(tls_suite_find(some[i].id, &s));
		assert_int_equal(s.psk, some[i].psk);
	}
}

static void knows_groups(void **state)
{
	(void)state;
	assert_string_equal(tls_suite_group_name(23), "P-256");
	assert_int_equal(tls_suite_group_bits(23), 256);
	assert_string_equal(tls_suite_group_name(29), "X25519");
	assert_int_equal(tls_suite_group_bits(256), 2048);
	assert_null(tls_suite_group_name(0));
	assert_null(tls_suite_group_name(0x0a0a));
	assert_int_equal(tls_suite_group_bits(0xffff), 0);
}

static void knows_srtp_profiles(void **state)
{
	(void)state;
	assert_string_equal(tls_suite_profile_name(1), "SRTP_AES128_CM_HMAC_SHA1_80");
	assert_string_equal(tls_suite_profile_name(8), "SRTP_AEAD_AES_256_GCM");
	assert_string_equal(tls_suite_profile_name(0x10), "SRTP_AEAD_ARIA_256_GCM");
	assert_null(tls_suite_profile_name(0));
	assert_null(tls_suite_profile_name(3));
	assert_null(tls_suite_profile_name(0x11));
	assert_null(tls_suite_profile_name(0xffff));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_suites_are_made_of),
		cmocka_unit_test(finds_every_row_and_nothing_else),
		cmocka_unit_test(knows_shared_keys),
		cmocka_unit_test(knows_groups),
		cmocka_unit_test(knows_srtp_profiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
