/* test_sip_frame.c - streams cut into messages, keep-alives and junk. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/sip/sip.h"
#include "analyzer/proto/sip/sip_frame.h"

/* Cuts a whole stream; writes one letter and length a frame: "M40 K4 J12 +3" (+: left over). */
static const char *cuts(const char *text, char out[256])
{
	struct slice s = slice_of(text);

	out[0] = 0;
	while (s.n) {
		struct sip_frame f = sip_frame_next(s, 0);
		size_t at = strlen(out);
		if (f.kind == SIP_FRAME_MORE) {
			snprintf(out + at, 256 - at, "+%zu", s.n);
			break;
		}
		snprintf(out + at, 256 - at, "%c%zu ", "?MKJ"[f.kind], f.n);
		s = slice_from(s, f.n);
	}
	return out;
}

#define A     "BYE sip:a SIP/2.0\r\nl: 0\r\n\r\n"	/* 27 */
#define B     "SIP/2.0 200 OK\r\nl: 3\r\n\r\nabc"	/* 27 */
#define NONE  "BYE sip:a SIP/2.0\r\nX: 0\r\n\r\n"	/* 27 */
#define MINUS "BYE sip:a SIP/2.0\r\nl: -1\r\n\r\n"	/* 28 */
#define TWO   "BYE sip:a SIP/2.0\r\nl:0\r\nl:1\r\n\r\n" /* 31 */

static const struct {
	const char *stream, *want;
} cases[] = {
	{ "", "" },
	{ A, "M27 " },
	{ A B, "M27 M27 " },
	{ A "\r\n\r\n" B, "M27 K4 M27 " },
	{ "\r\n" A, "K2 M27 " },
	{ "BYE sip:a SIP/2.0\nl: 0\n\n" B, "M24 M27 " },
	{ NONE "\r\n" A, "M27 K2 M27 " },
	{ MINUS A, "M28 M27 " },
	{ TWO "x\r\n" A, "M31 J3 M27 " },
	{ "garbage\r\nmore: garbage\r\n" A, "J24 M27 " },
	{ "\x16\x03\x01\x02\n" B, "J5 M27 " },
	{ "junk\r\n\rINVITE", "J6 K1 +6" },
	{ "SIP/2.", "+6" },
	{ "INVITE sip:x", "+12" },
	{ "BYE sip:a SIP/2.0\r\nl: 3\r\n\r\nab", "+29" },
	{ "BYE sip:a SIP/2.0\r\nl: 2000000\r\n\r\n" A, "M33 M27 " },
	/* The end of a broken line must not pass for a start line. */
	{ "m=audioBYE sip:a SIP/2.0\r\nl: 0\r\n\r\n" A, "J32 K2 M27 " },
	{ "m=audioBYE sip:a", "+16" },
};

static void streams_are_cut_where_messages_end(void **state)
{
	char out[256];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (strcmp(cuts(cases[i].stream, out), cases[i].want) != 0)
			fail_msg("case %zu: %s", i, out);
}

static void flags_say_what_was_wrong(void **state)
{
	(void)state;
	assert_int_equal(sip_frame_next(slice_of(A), 0).flags, 0);
	assert_int_equal(sip_frame_next(slice_of(NONE), 0).flags, SIP_FRAME_NO_LENGTH);
	assert_int_equal(sip_frame_next(slice_of(MINUS), 0).flags, SIP_FRAME_BAD_LENGTH);
	assert_int_equal(sip_frame_next(slice_of(TWO), 0).flags, SIP_FRAME_BAD_LENGTH);
	assert_int_equal(sip_frame_next(SLICE("\r\n\r\n"), 0).flags, SIP_FRAME_PING);
	assert_int_equal(sip_frame_next(SLICE("\r\n"), 0).flags, 0);
	assert_int_equal(sip_frame_next(SLICE("BYE sip:a SIP/2.0\r\nl: 2000000\r\n\r\n"), 0).flags,
			 SIP_FRAME_BODY_OVER);
}

static void byte_by_byte_gives_the_same_messages(void **state)
{
	struct slice all = SLICE("\r\n" A B "junk\r\n" B A);
	size_t at = 0, seen = 0, messages = 0;

	(void)state;
	for (size_t have = 1; have <= all.n; have++) {
		struct sip_frame f = sip_frame_next((struct slice){ all.p + at, have - at }, seen);
		seen = f.seen;
		if (f.kind == SIP_FRAME_MORE)
			continue;
		messages += f.kind == SIP_FRAME_MESSAGE;
		at += f.n;
		seen = 0;
	}
	assert_int_equal(messages, 4);
	assert_int_equal(at, all.n);
}

static void more_says_how_much_a_body_needs(void **state)
{
	struct sip_frame f = sip_frame_next(SLICE("BYE sip:a SIP/2.0\r\nl: 500\r\n\r\nab"), 0);

	(void)state;
	assert_int_equal(f.kind, SIP_FRAME_MORE);
	assert_int_equal(f.need, 29 + 500);
}

static void an_endless_header_block_becomes_junk(void **state)
{
	size_t n = SIP_MAX_HEAD + 100;
	char *text = malloc(n);
	struct sip_frame f;

	(void)state;
	memset(text, 'a', n);
	memcpy(text, "BYE sip:a SIP/2.0\r\nX: ", 22);
	f = sip_frame_next((struct slice){ (uint8_t *)text, 1000 }, 0);
	assert_int_equal(f.kind, SIP_FRAME_MORE);
	f = sip_frame_next((struct slice){ (uint8_t *)text, n }, f.seen);
	assert_int_equal(f.kind, SIP_FRAME_JUNK);
	assert_int_equal(f.flags, SIP_FRAME_HEAD_OVER);
	assert_true(f.n > 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_cut_where_messages_end),
		cmocka_unit_test(flags_say_what_was_wrong),
		cmocka_unit_test(byte_by_byte_gives_the_same_messages),
		cmocka_unit_test(more_says_how_much_a_body_needs),
		cmocka_unit_test(an_endless_header_block_becomes_junk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
