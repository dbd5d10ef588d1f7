/* test_tls.c - TLS records, messages and hellos. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "analyzer/proto/tls/tls.h"

#define RANDOM "0123456789abcdef0123456789ABCDEF"
#define RETRY                                                                                      \
	"\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"                         \
	"\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"
#define FRONT                                                                                      \
	"\3\3" RANDOM "\4"                                                                         \
	"sess"
#define SNI                                                                                        \
	"\0\0\0\x0b\0\x09\0\0\6"                                                                   \
	"a.test"
#define ALPN                                                                                       \
	"\0\x10\0\x0c\0\x0a\3"                                                                     \
	"sip"                                                                                      \
	"\5"                                                                                       \
	"sip/2"
#define VERS "\0\x2b\0\7\6\x3a\x3a\3\4\3\3"
#define SRTP "\0\x0e\0\5\0\2\0\1\0"

static void cuts_records_off_a_stream(void **state)
{
	(void)state;
	struct slice stream = SLICE("\x16\3\1\0\3abc\x17\3\3\0\2"
				    "de"
				    "\x17\3\3\0\5f");
	struct tls_record r;

	assert_int_equal(tls_next(&stream, &r), ERR_OK);
	assert_int_equal(r.type, TLS_HANDSHAKE);
	assert_true(slice_eq(r.body, SLICE("abc")));
	assert_int_equal(tls_next(&stream, &r), ERR_OK);
	assert_int_equal(r.version, 0x0303);
	assert_int_equal(tls_next(&stream, &r), ERR_TRUNCATED);
	assert_int_equal(stream.n, 6);
}

static void refuses_what_is_no_record(void **state)
{
	(void)state;
	const struct slice rows[] = {
		SLICE("INVITE sip:"),	SLICE("\x18\3\3\0\1a"),	  SLICE("\x16\2\0\0\1a"),
		SLICE("\x16\3\5\0\1a"), SLICE("\x16\3\3\x48\1a"),
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice stream = rows[i];
		struct tls_record r;
		assert_int_equal(tls_next(&stream, &r), ERR_MALFORMED);
		assert_false(tls_looks_like(rows[i]));
	}
	assert_true(tls_looks_like(SLICE("\x16\3\1\2\0\1\0\1\xfc")));
	assert_false(tls_looks_like(SLICE("\x16\3\1\2\0\x0b\0\1\xfc")));
}

static void joins_messages_and_asks_for_more(void **state)
{
	(void)state;
	struct slice bytes = SLICE("\x0e\0\0\0\1\0\0\5"
				   "abc");
	struct tls_message m;

	assert_int_equal(tls_message_next(&bytes, &m), ERR_OK);
	assert_int_equal(m.type, TLS_SERVER_HELLO_DONE);
	assert_int_equal(tls_message_next(&bytes, &m), ERR_TRUNCATED);
	assert_int_equal(bytes.n, 7);
	bytes = SLICE("\1\x01\0\1");
	assert_int_equal(tls_message_next(&bytes, &m), ERR_LIMIT);
}

static void reads_a_client_hello(void **state)
{
	(void)state;
	struct tls_hello h;
	struct slice name;

	assert_int_equal(
		tls_client_hello(SLICE(FRONT "\0\4\x13\1\xc0\x2f\1\0\0\x33" SNI ALPN VERS SRTP),
				 false, &h),
		ERR_OK);
	assert_int_equal(h.legacy_version, 0x0303);
	assert_int_equal(h.version, 0x0304);
	assert_true(slice_eq(h.random, SLICE(RANDOM)) && slice_eq(h.session_id, SLICE("sess")));
	assert_int_equal(h.suites.n, 4);
	assert_true(slice_eq(h.server_name, SLICE("a.test")));
	assert_true(slice_eq(h.srtp_profiles, SLICE("\0\1")));
	assert_true(tls_alpn_next(&h.alpn, &name) && slice_eq(name, SLICE("sip")));
	assert_true(tls_alpn_next(&h.alpn, &name) && slice_eq(name, SLICE("sip/2")));
	assert_false(tls_alpn_next(&h.alpn, &name));
}

static void passes_over_the_cookie_of_a_datagram_hello(void **state)
{
	(void)state;
	struct tls_hello h;
	struct slice body =
		SLICE("\xfe\xfd" RANDOM "\0\2kk\0\2\xc0\x2f\1\0\0\x16\0\x2b\0\5\4\xfe\xfc"
		      "\xfe\xfd" SRTP "\0\x17\0\0");

	assert_int_equal(tls_client_hello(body, true, &h), ERR_OK);
	assert_int_equal(h.version, 0xfefc);
	assert_int_equal(h.suites.n, 2);
	assert_int_equal(h.srtp_profiles.n, 2);
	assert_true(h.extended_master_secret);
}

static void reads_what_the_server_chose(void **state)
{
	(void)state;
	const struct {
		struct slice body;
		uint16_t version, suite;
		bool retry;
	} rows[] = {
		{ SLICE(FRONT "\xc0\x2f\0"), 0x0303, 0xc02f, false },
		{ SLICE(FRONT "\x13\2\0\0\6\0\x2b\0\2\3\4"), 0x0304, 0x1302, false },
		{ SLICE("\3\3" RETRY "\0\x13\1\0\0\6\0\x2b\0\2\3\4"), 0x0304, 0x1301, true },
		{ SLICE("\xfe\xfd" RANDOM "\0\xc0\x2b\0"), 0xfefd, 0xc02b, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tls_hello h;
		assert_int_equal(tls_server_hello(rows[i].body, &h), ERR_OK);
		assert_int_equal(h.version, rows[i].version);
		assert_int_equal(h.suite, rows[i].suite);
		assert_int_equal(h.retry, rows[i].retry);
	}
}

static void refuses_broken_hellos(void **state)
{
	(void)state;
	const struct {
		struct slice body;
		enum err err;
	} rows[] = {
		{ SLICE("\3\3short"), ERR_TRUNCATED },
		{ SLICE("\3\3" RANDOM "\x21" RANDOM "x\0\2\0\1\1\0"), ERR_MALFORMED },
		{ SLICE(FRONT "\0\3\0\1\2\1\0"), ERR_MALFORMED },
		{ SLICE(FRONT "\0\2\0\1\1\0\0\5"
			      "ab"),
		  ERR_TRUNCATED },
		{ SLICE(FRONT "\0\2\0\1\1\0\0\4\0\0\0\5"), ERR_MALFORMED },
		{ SLICE(FRONT "\0\2\0\1\1\0\0\0x"), ERR_MALFORMED },
		{ SLICE(FRONT "\0\2\0\1\1\0"), ERR_OK },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tls_hello h;
		assert_int_equal(tls_client_hello(rows[i].body, false, &h), rows[i].err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_records_off_a_stream),
		cmocka_unit_test(refuses_what_is_no_record),
		cmocka_unit_test(joins_messages_and_asks_for_more),
		cmocka_unit_test(reads_a_client_hello),
		cmocka_unit_test(passes_over_the_cookie_of_a_datagram_hello),
		cmocka_unit_test(reads_what_the_server_chose),
		cmocka_unit_test(refuses_broken_hellos),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
