/* test_keylog.c - what counts as key material. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/crypto/keylog.h"

#define RANDOM "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

static void counts_secrets_and_nothing_else(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t secrets;
	} cases[] = {
		{ "CLIENT_RANDOM " RANDOM " 0011\n", 1 },
		{ "# comment\r\nCLIENT_RANDOM " RANDOM " 0011\r\n\nEXPORTER_SECRET " RANDOM " aa",
		  2 },
		{ "CLIENT_RANDOM " RANDOM " 001\n", 0 },
		{ "CLIENT_RANDOM " RANDOM " \n", 0 },
		{ "CLIENT_RANDOM " RANDOM "\n", 0 },
		{ "CLIENT_RANDOM 0011 0011\n", 0 },
		{ " " RANDOM " 0011\n", 0 },
		{ "CLIENT_RANDOM " RANDOM " 00xx\n", 0 },
		{ "", 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(keylog_count(slice_of(cases[i].text)), cases[i].secrets);
}

static void refuses_what_is_no_private_key(void **state)
{
	(void)state;
	assert_int_equal(keylog_private_key(SLICE("")), ERR_MALFORMED);
	assert_int_equal(keylog_private_key(SLICE("-----BEGIN PRIVATE KEY-----\nAAAA\n"
						  "-----END PRIVATE KEY-----\n")),
			 ERR_MALFORMED);
}

/* A P-256 key made for this test and used nowhere else. */
static void takes_a_private_key_in_pem(void **state)
{
	(void)state;
	assert_int_equal(
		keylog_private_key(
			SLICE("-----BEGIN PRIVATE KEY-----\n"
			      "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgz3OVflC3AI3gRJ2g\n"
			      "a3RlVeFMkLYdnfi+jKipkrHG1yuhRANCAAQv0q/Ny99Da91n6phiInjSni1fLdgH\n"
			      "g3trsjqVFtJvNwGqlkUUzKqMPHgwFPN9i+37Z0e5f41ATfxMPn2FIPMR\n"
			      "-----END PRIVATE KEY-----\n")),
		ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_secrets_and_nothing_else),
		cmocka_unit_test(refuses_what_is_no_private_key),
		cmocka_unit_test(takes_a_private_key_in_pem),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
