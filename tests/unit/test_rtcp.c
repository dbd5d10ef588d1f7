/* test_rtcp.c - RTCP that can be read, and RTCP that can not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "analyzer/proto/rtp/rtcp.h"

#define RR    "\x80\xc9\0\1\0\0\0\x63"
#define WORD  "\x9c\x31\xf7\x5a"
#define NOISE WORD WORD WORD WORD WORD
#define SR                                                                                         \
	"\x80\xc8\0\6\0\0\0\x63"                                                                   \
	"\1\2\3\4\5\6\7\10\0\0\0\xa0\0\0\0\1\0\0\0\xa0"
#define SDES "\x81\xca\0\4\0\0\0\x63\1\7a@h.org\0\0\0"
#define TAG  "\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a"

static struct rtcp_read parse(struct slice datagram)
{
	struct rtcp_read seen;

	rtcp_parse(datagram, &seen);
	return seen;
}

static void looks_as_the_table_says(void **state)
{
	(void)state;
	const struct {
		const char *what;
		struct slice datagram;
		enum rtcp_look look;
	} rows[] = {
		{ "RTP", SLICE("\x80\x08\0\1\0\0\0\1\0\0\0\1"), RTCP_LOOK_NOT },
		{ "nothing", SLICE(""), RTCP_LOOK_NOT },
		{ "report and name", SLICE(SR SDES), RTCP_LOOK_CLEAR },
		{ "report alone", SLICE(RR), RTCP_LOOK_CLEAR },
		{ "lone BYE", SLICE("\x81\xcb\0\1\0\0\0\x63"), RTCP_LOOK_UNDECIDED },
		{ "BYE with a reason", SLICE("\x81\xcb\0\2\0\0\0\x63\3bye"), RTCP_LOOK_UNDECIDED },
		{ "lone APP", SLICE("\x80\xcc\0\2\0\0\0\x63name"), RTCP_LOOK_UNDECIDED },
		{ "padding in the last", SLICE(RR "\xa1\xcb\0\2\0\0\0\x63\0\0\0\4"),
		  RTCP_LOOK_CLEAR },
		{ "broken SDES", SLICE(RR "\x81\xca\0\2\0\0\0\x63\1\7ab"), RTCP_LOOK_UNDECIDED },
		{ "cut report", SLICE("\x80\xc8\0\6\0\0\0\x63\1\2\3\4"), RTCP_LOOK_UNDECIDED },
		{ "SRTCP, 80-bit tag", SLICE(SR NOISE "\x80\0\0\1" TAG), RTCP_LOOK_ENCRYPTED },
		{ "SRTCP, report alone", SLICE(RR "\x80\0\0\7" TAG), RTCP_LOOK_ENCRYPTED },
		{ "SRTCP, key identifier",
		  SLICE(SR NOISE "\x80\0\0\1"
				 "\0\0\0\1" TAG),
		  RTCP_LOOK_ENCRYPTED },
		{ "SRTCP, GCM", SLICE(SR NOISE NOISE "\x80\0\1\1"), RTCP_LOOK_ENCRYPTED },
		{ "SRTCP, not encrypted", SLICE(SR SDES "\0\0\0\1" TAG), RTCP_LOOK_CLEAR },
		{ "noise without E", SLICE(SR NOISE NOISE), RTCP_LOOK_UNDECIDED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rtcp_read seen = parse(rows[i].datagram);
		if (seen.look != rows[i].look)
			fail_msg("%s: look %d", rows[i].what, (int)seen.look);
	}
}

static void reports_types_and_the_name(void **state)
{
	(void)state;
	struct rtcp_read seen = parse(SLICE(SR SDES));

	assert_int_equal(seen.packets, 2);
	assert_int_equal(seen.ssrc, 0x63);
	assert_true(rtcp_has_type(&seen, RTCP_SR) && rtcp_has_type(&seen, RTCP_SDES));
	assert_false(rtcp_has_type(&seen, RTCP_BYE));
	assert_true(seen.has_cname && slice_eq(seen.cname, SLICE("a@h.org")));
	assert_false(seen.has_trailer);
}

static void reads_the_index_of_a_trailer(void **state)
{
	(void)state;
	struct rtcp_read seen = parse(SLICE(SR NOISE "\x80\0\1\2" TAG));

	assert_true(seen.has_trailer);
	assert_int_equal(seen.index, 0x102);
	assert_false(seen.has_cname);
	seen = parse(SLICE(SR SDES "\0\0\0\3" TAG));
	assert_true(seen.has_trailer && seen.has_cname);
	assert_int_equal(seen.index, 3);
}

static void stops_after_many_packets(void **state)
{
	(void)state;
	uint8_t many[8 * (RTCP_PACKETS_MAX + 8)];

	for (size_t i = 0; i < sizeof(many); i += 8)
		memcpy(many + i, RR, 8);
	struct rtcp_read seen = parse((struct slice){ many, sizeof(many) });
	assert_int_equal(seen.packets, RTCP_PACKETS_MAX);
	assert_int_not_equal(seen.look, RTCP_LOOK_CLEAR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_as_the_table_says),
		cmocka_unit_test(reports_types_and_the_name),
		cmocka_unit_test(reads_the_index_of_a_trailer),
		cmocka_unit_test(stops_after_many_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
