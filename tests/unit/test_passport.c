/* test_passport.c - PASSporTs in their three parts, and what is none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "analyzer/proto/passport/passport.h"

/* RFC 8225 Appendix A. */
#define HEADER                                                                                     \
	"eyJhbGciOiJFUzI1NiIsInR5cCI6InBhc3Nwb3J0IiwieDV1IjoiaHR0cHM6Ly9j"                         \
	"ZXJ0LmV4YW1wbGUub3JnL3Bhc3Nwb3J0LmNlciJ9"
#define CLAIMS                                                                                     \
	"eyJkZXN0Ijp7InVyaSI6WyJzaXA6YWxpY2VAZXhhbXBsZS5jb20iXX0sImlhdCI"                          \
	"6MTQ3MTM3NTQxOCwib3JpZyI6eyJ0biI6IjEyMTU1NTUxMjEyIn19"
#define SIGNATURE                                                                                  \
	"VLBCIVDCaeK6M4hLJb6SHQvacAQVvoiiEOWQ_iUkqk79UD81fHQ0E1b3_GluIkb"                          \
	"a7UWYRM47ZbNFdOJquE35cw"
#define TOKEN HEADER "." CLAIMS "." SIGNATURE

static void cuts_the_token_of_rfc_8225(void **state)
{
	uint8_t text[256];
	struct passport p;

	(void)state;
	assert_int_equal(passport_split(SLICE(TOKEN), &p), ERR_OK);
	assert_false(p.compact);
	assert_true(slice_eq(p.text, SLICE(HEADER "." CLAIMS)));
	int n = passport_decode(p.claims, text, sizeof text);
	assert_true(slice_eq((struct slice){ text, (size_t)n },
			     SLICE("{\"dest\":{\"uri\":[\"sip:alice@example.com\"]},"
				   "\"iat\":1471375418,\"orig\":{\"tn\":\"12155551212\"}}")));
	n = passport_decode(p.header, text, sizeof text);
	assert_true(slice_eq((struct slice){ text, (size_t)n },
			     SLICE("{\"alg\":\"ES256\",\"typ\":\"passport\",\"x5u\":"
				   "\"https://cert.example.org/passport.cer\"}")));
	assert_int_equal(passport_decode(p.signature, text, sizeof text), 64);
}

static void knows_the_compact_form(void **state)
{
	struct passport p;

	(void)state;
	assert_int_equal(passport_split(SLICE(".." SIGNATURE), &p), ERR_OK);
	assert_true(p.compact);
	assert_int_equal(p.claims.n, 0);
}

static void refuses_what_is_no_token(void **state)
{
	static const char *const bad[] = {
		"",
		".",
		"..",
		"a",
		"YWJj.YWJj",
		"YWJj.YWJj.",
		".YWJj.YWJj",
		"YWJj..YWJj",
		"YWJj.YW+j.YWJj",
		"YWJj.YWJj.YWJj=",
		"YWJj.YWJj.YWJj.YWJj",
		"Y.YWJj.YWJj",
		"YWJj.YWJjY.YWJj",
		"YW Jj.YWJj.YWJj",
	};
	struct passport p;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (passport_split(slice_of(bad[i]), &p) != ERR_MALFORMED)
			fail_msg("'%s'", bad[i]);
}

static void bounds_the_length_of_a_token(void **state)
{
	static char text[PASSPORT_MAX + 2];
	struct passport p;

	(void)state;
	memset(text, 'A', sizeof text - 1);
	assert_int_equal(passport_split(slice_of(text), &p), ERR_LIMIT);
}

static void decodes_within_its_room(void **state)
{
	uint8_t text[4] = { 9, 9, 9, 9 };

	(void)state;
	assert_int_equal(passport_decode(SLICE("YWJj"), text, 3), 3);
	assert_memory_equal(text, "abc\x09", 4);
	assert_int_equal(passport_decode(SLICE("YWI"), text, 3), 2);
	assert_int_equal(passport_decode(SLICE("YQ"), text, 3), 1);
	assert_int_equal(passport_decode(SLICE(""), text, 3), 0);
	assert_int_equal(passport_decode(SLICE("-_-_"), text, 3), 3);
	assert_memory_equal(text, "\xfb\xff\xbf\x09", 4);
	assert_int_equal(passport_decode(SLICE("YWJjZA"), text, 3), -1);
	assert_int_equal(passport_decode(SLICE("YWJjZ"), text, 4), -1);
	assert_int_equal(passport_decode(SLICE("YW/j"), text, 4), -1);
	assert_int_equal(text[3], 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_the_token_of_rfc_8225),
		cmocka_unit_test(knows_the_compact_form),
		cmocka_unit_test(refuses_what_is_no_token),
		cmocka_unit_test(bounds_the_length_of_a_token),
		cmocka_unit_test(decodes_within_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
