/* test_dtls.c - DTLS records and handshake fragments. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/proto/dtls/dtls.h"

#define RECORD(type, epoch, seq, len) type "\xfe\xfd\0" epoch "\0\0\0\0\0" seq "\0" len
#define HELLO_DONE		      "\x0e\0\0\0\0\5\0\0\0\0\0\0"
#define DONE_RECORD		      RECORD("\x16", "\0", "\1", "\x0c") HELLO_DONE
#define SECRET			      "0123456789abcdef0123456789abcdef"

static void walks_the_records_of_a_datagram(void **state)
{
	(void)state;
	struct slice rest = SLICE(DONE_RECORD RECORD("\x14", "\0", "\2", "\1") "\1" RECORD(
		"\x16", "\1", "\0", "\x20") SECRET);
	struct dtls_record r;

	assert_true(dtls_looks_like(rest));
	assert_int_equal(dtls_next(&rest, 0, &r), ERR_OK);
	assert_int_equal(r.type, DTLS_HANDSHAKE);
	assert_int_equal(r.version, 0xfefd);
	assert_int_equal(r.header.n, 13);
	assert_int_equal(r.body.n, 12);
	assert_int_equal(dtls_next(&rest, 0, &r), ERR_OK);
	assert_int_equal(r.type, DTLS_CHANGE_CIPHER_SPEC);
	assert_true(r.seq == 2);
	assert_int_equal(dtls_next(&rest, 0, &r), ERR_OK);
	assert_int_equal(r.epoch, 1);
	assert_int_equal(rest.n, 0);
}

static void reads_a_fragment_of_a_handshake_message(void **state)
{
	(void)state;
	struct slice body = SLICE("\x0b\0\4\0\0\2\0\1\0\0\0\3abc" HELLO_DONE);
	struct dtls_fragment f;

	assert_int_equal(dtls_fragment_next(&body, &f), ERR_OK);
	assert_int_equal(f.type, DTLS_CERTIFICATE);
	assert_int_equal(f.seq, 2);
	assert_int_equal(f.total, 0x400);
	assert_int_equal(f.offset, 0x100);
	assert_true(slice_eq(f.body, SLICE("abc")));
	assert_int_equal(dtls_fragment_next(&body, &f), ERR_OK);
	assert_int_equal(f.type, DTLS_SERVER_HELLO_DONE);
	assert_int_equal(body.n, 0);
}

static void refuses_fragments_that_leave_their_message(void **state)
{
	(void)state;
	const struct {
		struct slice body;
		enum err err;
	} rows[] = {
		{ SLICE("\x0b\0\0\4\0\2\0\0\2\0\0\3abc"), ERR_MALFORMED },
		{ SLICE("\x0b\0\0\4\0\2\0\0\5\0\0\0"), ERR_MALFORMED },
		{ SLICE("\x0b\0\0\4\0\2\xff\xff\xff\0\0\1"
			"a"),
		  ERR_MALFORMED },
		{ SLICE("\x0b\0\0\4\0\2\0\0\0\0\0\4abc"), ERR_TRUNCATED },
		{ SLICE("\x0b\0\0\4"), ERR_TRUNCATED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice body = rows[i].body;
		struct dtls_fragment f;
		assert_int_equal(dtls_fragment_next(&body, &f), rows[i].err);
		assert_int_equal(body.n, rows[i].body.n);
	}
}

static void reads_the_unified_header_of_1_3(void **state)
{
	(void)state;
	const struct {
		struct slice datagram;
		size_t cid_len, header, body, left;
		enum err err;
	} rows[] = {
		{ SLICE("\x2e\x12\x34\0\x20" SECRET "rest"), 0, 5, 32, 4, ERR_OK },
		{ SLICE("\x22\x12" SECRET), 0, 2, 32, 0, ERR_OK },
		{ SLICE("\x3e"
			"cid"
			"\x12\x34\0\x20" SECRET),
		  3, 8, 32, 0, ERR_OK },
		{ SLICE("\x2e\x12\x34\0\x40" SECRET), 0, 5, 0, 37, ERR_TRUNCATED },
		{ SLICE("\x22\x12"
			"short"),
		  0, 2, 5, 7, ERR_MALFORMED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice rest = rows[i].datagram;
		struct dtls_record r;
		assert_int_equal(dtls_next(&rest, rows[i].cid_len, &r), rows[i].err);
		assert_true(r.unified);
		assert_int_equal(r.header.n, rows[i].header);
		assert_int_equal(r.body.n, rows[i].body);
		assert_int_equal(rest.n, rows[i].left);
	}
}

static void knows_dtls_when_it_sees_it(void **state)
{
	(void)state;
	const struct {
		struct slice datagram;
		bool is;
	} rows[] = {
		{ SLICE(DONE_RECORD), true },
		{ SLICE(RECORD("\x15", "\0", "\1", "\2") "\1\0"), true },
		{ SLICE(RECORD("\x17", "\1", "\1", "\x20") SECRET), true },
		{ SLICE(DONE_RECORD "\x2e\x12\x34\0\x20" SECRET), true },
		{ SLICE(""), false },
		{ SLICE(DONE_RECORD "x"), false },
		{ SLICE("\x16\x03\x03\0\0\0\0\0\0\0\0\0\1"
			"a"),
		  false },
		{ SLICE(RECORD("\x16", "\0", "\1", "\4") "abcd"), false },
		{ SLICE(RECORD("\x1b", "\0", "\1", "\1") "a"), false },
		{ SLICE("\x2e\x12\x34\0\x20" SECRET), false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(dtls_looks_like(rows[i].datagram), rows[i].is);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_the_records_of_a_datagram),
		cmocka_unit_test(reads_a_fragment_of_a_handshake_message),
		cmocka_unit_test(refuses_fragments_that_leave_their_message),
		cmocka_unit_test(reads_the_unified_header_of_1_3),
		cmocka_unit_test(knows_dtls_when_it_sees_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
