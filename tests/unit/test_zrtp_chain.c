/* test_zrtp_chain.c - the hash commitments of ZRTP, recomputed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "analyzer/crypto/zrtp_chain.h"

/* FIPS 180-4: SHA-256 of "abc". */
static const uint8_t abc[32] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
				 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
				 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };

static struct slice over(const uint8_t *p, size_t n)
{
	return (struct slice){ p, n };
}

static void hashes_as_sha_256(void **state)
{
	(void)state;
	uint8_t got[32];

	zrtp_chain_hash(SLICE("abc"), got);
	assert_memory_equal(got, abc, 32);
}

static void follows_one_and_two_steps(void **state)
{
	(void)state;
	uint8_t twice[32];

	assert_true(zrtp_chain_follows(SLICE("abc"), 1, over(abc, 32)));
	EVP_Digest(abc, 32, twice, NULL, EVP_sha256(), NULL);
	assert_true(zrtp_chain_follows(SLICE("abc"), 2, over(twice, 32)));
	assert_false(zrtp_chain_follows(SLICE("abc"), 1, over(twice, 32)));
	assert_false(zrtp_chain_follows(SLICE("abc"), 2, over(abc, 32)));
	assert_false(zrtp_chain_follows(SLICE("abd"), 1, over(abc, 32)));
	assert_false(zrtp_chain_follows(SLICE("abc"), 1, over(abc, 31)));
}

static void checks_the_last_eight_octets_as_a_mac(void **state)
{
	(void)state;
	uint8_t message[40], mac[32];
	unsigned n = 0;

	memset(message, 'm', sizeof message);
	HMAC(EVP_sha256(), abc, 32, message, 32, mac, &n);
	memcpy(message + 32, mac, 8);
	assert_true(zrtp_chain_mac(over(abc, 32), over(message, 40)));
	for (unsigned bit = 0; bit < 320; bit += 3) {
		message[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(zrtp_chain_mac(over(abc, 32), over(message, 40)));
		message[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_false(zrtp_chain_mac(over(abc, 31), over(message, 40)));
	assert_false(zrtp_chain_mac(over(abc, 32), over(message, 39)));
	assert_false(zrtp_chain_mac(over(abc, 32), over(message, 7)));
	assert_false(zrtp_chain_mac(over(abc, 32), over(message, 0)));
}

static void checks_what_the_initiator_committed_to(void **state)
{
	(void)state;
	uint8_t wide[48];
	unsigned n = 0;

	assert_true(zrtp_chain_hvi(over(abc, 32), false, SLICE("ab"), SLICE("c")));
	assert_false(zrtp_chain_hvi(over(abc, 32), false, SLICE("ab"), SLICE("d")));
	assert_false(zrtp_chain_hvi(over(abc, 32), false, SLICE("c"), SLICE("ab")));
	assert_false(zrtp_chain_hvi(over(abc, 32), true, SLICE("ab"), SLICE("c")));
	EVP_Digest("abc", 3, wide, &n, EVP_sha384(), NULL);
	assert_true(zrtp_chain_hvi(over(wide, 32), true, SLICE("ab"), SLICE("c")));
	assert_false(zrtp_chain_hvi(over(wide, 32), false, SLICE("ab"), SLICE("c")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_as_sha_256),
		cmocka_unit_test(follows_one_and_two_steps),
		cmocka_unit_test(checks_the_last_eight_octets_as_a_mac),
		cmocka_unit_test(checks_what_the_initiator_committed_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
