/* test_udptl.c - fax datagrams. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "analyzer/proto/media/udptl.h"

static void reads_an_indication_with_copies(void **state)
{
	(void)state;
	struct udptl_packet p;

	assert_int_equal(udptl_parse(SLICE("\0\7\1\6\0\2\1\4\1\2"), &p), ERR_OK);
	assert_int_equal(p.seq, 7);
	assert_true(slice_eq(p.primary, SLICE("\6")));
	assert_false(p.fec);
	assert_int_equal(p.recovery, 2);
}

static void reads_long_data_with_parity(void **state)
{
	(void)state;
	uint8_t bytes[2 + 2 + 200 + 6] = { 0x12, 0x34, 0x80, 200, 0xc0 };
	struct slice datagram = { bytes, sizeof(bytes) };
	struct udptl_packet p;

	memcpy(bytes + 204, "\x80\1\3\1\1x", 6);
	assert_int_equal(udptl_parse(datagram, &p), ERR_OK);
	assert_int_equal(p.primary.n, 200);
	assert_true(p.fec);
	assert_int_equal(p.recovery, 1);
	assert_true(udptl_looks_like(datagram));
}

static void knows_fax_from_other_datagrams(void **state)
{
	(void)state;
	const struct {
		struct slice datagram;
		enum err err;
		bool is;
	} rows[] = {
		{ SLICE("\0\0\1\0\0\0"), ERR_OK, true },
		{ SLICE("\0\1\4\xc0\1\2\3\0\0"), ERR_OK, true },
		{ SLICE("\0\1\1\x80\0\0"), ERR_OK, false }, /* an indication has no data */
		{ SLICE("\0\1\2\6\6\0\0"), ERR_OK, false }, /* nor a second octet */
		{ SLICE("\0\1\0\0\0"), ERR_OK, false },
		{ SLICE("\0\1\1\6\0\0x"), ERR_MALFORMED, false },
		{ SLICE("\0\1\1\6\x80\2\0\0\0"), ERR_MALFORMED, false },
		{ SLICE("\0\1\1\6\0\1\5ab"), ERR_TRUNCATED, false },
		{ SLICE("\0\1\1\6"), ERR_TRUNCATED, false },
		{ SLICE("\0\1\xc1\6"), ERR_UNSUPPORTED, false },
		{ SLICE("\0\1\1\6\0\x41"), ERR_LIMIT, false },
		{ SLICE("\0"), ERR_TRUNCATED, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct udptl_packet p;
		assert_int_equal(udptl_parse(rows[i].datagram, &p), rows[i].err);
		assert_int_equal(udptl_looks_like(rows[i].datagram), rows[i].is);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_an_indication_with_copies),
		cmocka_unit_test(reads_long_data_with_parity),
		cmocka_unit_test(knows_fax_from_other_datagrams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
