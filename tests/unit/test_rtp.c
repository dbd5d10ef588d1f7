/* test_rtp.c - RTP headers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/proto/rtp/rtp.h"

#define FIXED "\x08\x12\x34\x00\x00\x00\xa0\xde\xad\xbe\xef"

static void tells_protocols_by_their_first_octet(void **state)
{
	(void)state;
	const struct {
		uint8_t first, last;
		enum rtp_class class;
	} rows[] = {
		{ 0, 3, RTP_CLASS_STUN },      { 4, 15, RTP_CLASS_UNKNOWN },
		{ 16, 19, RTP_CLASS_ZRTP },    { 20, 63, RTP_CLASS_DTLS },
		{ 64, 79, RTP_CLASS_CHANNEL }, { 80, 127, RTP_CLASS_QUIC },
		{ 128, 191, RTP_CLASS_RTP },   { 192, 255, RTP_CLASS_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (unsigned octet = rows[i].first; octet <= rows[i].last; octet++)
			assert_int_equal(rtp_first_octet((uint8_t)octet), rows[i].class);
}

static void reads_a_plain_header(void **state)
{
	(void)state;
	struct rtp_packet p;

	assert_int_equal(rtp_parse(SLICE("\x80\x88\x12\x34\x00\x00\x00\xa0\xde\xad\xbe\xef"
					 "abcd"),
				   &p),
			 ERR_OK);
	assert_true(p.quick.marker);
	assert_int_equal(p.quick.pt, 8);
	assert_int_equal(p.quick.seq, 0x1234);
	assert_int_equal(p.quick.ts, 160);
	assert_true(p.quick.ssrc == 0xdeadbeef);
	assert_int_equal(p.quick.header_len, 12);
	assert_true(slice_eq(p.payload, SLICE("abcd")) && p.padding == 0);
}

static void passes_over_csrcs_and_extension(void **state)
{
	(void)state;
	struct rtp_packet p;

	assert_int_equal(rtp_parse(SLICE("\x92" FIXED "\0\0\0\1\0\0\0\2"
					 "\xbe\xde\0\1"
					 "\x10\x55\0\0"
					 "xy"),
				   &p),
			 ERR_OK);
	assert_int_equal(p.csrc_count, 2);
	assert_int_equal(p.csrcs.n, 8);
	assert_int_equal(p.ext_profile, 0xbede);
	assert_int_equal(p.extension.n, 4);
	assert_int_equal(p.quick.header_len, 28);
	assert_true(slice_eq(p.body, SLICE("xy")));
}

static void removes_padding_only_where_the_count_is_possible(void **state)
{
	(void)state;
	const struct {
		struct slice packet;
		size_t payload, padding;
	} rows[] = {
		{ SLICE("\xa0" FIXED "ab\0\2"), 2, 2 }, { SLICE("\xa0" FIXED "\0\0\0\4"), 0, 4 },
		{ SLICE("\xa0" FIXED "abc\5"), 4, 0 },	{ SLICE("\xa0" FIXED "abc\0"), 4, 0 },
		{ SLICE("\xa0" FIXED), 0, 0 },		{ SLICE("\x80" FIXED "abc\1"), 4, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rtp_packet p;
		assert_int_equal(rtp_parse(rows[i].packet, &p), ERR_OK);
		assert_int_equal(p.payload.n, rows[i].payload);
		assert_int_equal(p.padding, rows[i].padding);
		assert_int_equal(p.body.n, rows[i].payload + rows[i].padding);
	}
}

static void refuses_what_does_not_fit(void **state)
{
	(void)state;
	const struct {
		struct slice packet;
		enum err err;
	} rows[] = {
		{ { NULL, 0 }, ERR_TRUNCATED },
		{ SLICE("\x80\x08"), ERR_TRUNCATED },
		{ SLICE("\x40" FIXED), ERR_MALFORMED },
		{ SLICE("\xc0" FIXED), ERR_MALFORMED },
		{ SLICE("\x81" FIXED "\0\0\0"), ERR_TRUNCATED },
		{ SLICE("\x90" FIXED "\xbe\xde\0"), ERR_TRUNCATED },
		{ SLICE("\x90" FIXED "\xbe\xde\0\2\0\0\0\0"), ERR_TRUNCATED },
		{ SLICE("\x90" FIXED "\xbe\xde\xff\xff"), ERR_TRUNCATED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rtp_packet p;
		struct rtp_quick q;
		assert_int_equal(rtp_parse(rows[i].packet, &p), rows[i].err);
		assert_false(rtp_look(rows[i].packet, &q));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_protocols_by_their_first_octet),
		cmocka_unit_test(reads_a_plain_header),
		cmocka_unit_test(passes_over_csrcs_and_extension),
		cmocka_unit_test(removes_padding_only_where_the_count_is_possible),
		cmocka_unit_test(refuses_what_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
