/* test_sip_text.c - tokens, quotes, lists, folds, and header names. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/proto/sip/sip_header.h"
#include "analyzer/proto/sip/sip_line.h"
#include "analyzer/proto/sip/sip_text.h"

static void is(struct slice got, const char *want)
{
	if (!slice_eq(got, slice_of(want)))
		fail_msg("'%.*s' is not '%s'", (int)got.n, (const char *)got.p, want);
}

static void commas_in_quotes_and_brackets_do_not_separate(void **state)
{
	struct slice rest = SLICE(" \"a,b\\\",\" <sip:x,y>;q , , c ,"), v;

	(void)state;
	assert_true(sip_text_value(&rest, &v));
	is(v, "\"a,b\\\",\" <sip:x,y>;q");
	assert_true(sip_text_value(&rest, &v));
	is(v, "c");
	assert_false(sip_text_value(&rest, &v));
}

static void parameters_keep_quoted_semicolons(void **state)
{
	struct slice rest = SLICE(";a = \"x;y\" ; b;;c="), name, v;

	(void)state;
	assert_true(sip_text_param(&rest, &name, &v));
	is(name, "a");
	is(v, "\"x;y\"");
	assert_true(sip_text_param(&rest, &name, &v));
	is(name, "b");
	assert_null(v.p);
	assert_true(sip_text_param(&rest, &name, &v));
	is(name, "c");
	assert_non_null(v.p);
	assert_false(sip_text_param(&rest, &name, &v));
	assert_true(sip_text_find_param(SLICE("x=1;A=\"2\""), SLICE("a"), &v));
	is(v, "2");
}

static void folds_become_one_space(void **state)
{
	uint8_t out[32];
	size_t n = sip_text_unfold(SLICE("a \r\n\t b\r\n c"), out, sizeof out);

	(void)state;
	is((struct slice){ out, n }, "a b c");
	assert_int_equal(sip_text_unfold(SLICE("abcdef"), out, 3), 3);
}

static void an_open_quote_takes_the_rest(void **state)
{
	bool open = false;

	(void)state;
	assert_int_equal(sip_text_quoted(SLICE("\"a\\\"b\"c"), &open), 6);
	assert_false(open);
	assert_int_equal(sip_text_quoted(SLICE("\"abc\\"), &open), 5);
	assert_true(open);
	is(sip_text_unquote(SLICE("\"abc")), "abc");
	is(sip_text_unquote(SLICE("abc")), "abc");
}

static void every_header_is_found_by_its_name(void **state)
{
	(void)state;
	for (unsigned i = 1; i < SIP_HEADER_COUNT; i++) {
		const char *name = sip_header_name((enum sip_header_id)i);
		if (sip_header_find(slice_of(name)) != (enum sip_header_id)i)
			fail_msg("%s", name);
	}
	assert_int_equal(sip_header_find(SLICE("CALL-id")), SIP_HEADER_CALL_ID);
	assert_int_equal(sip_header_find(SLICE("V")), SIP_HEADER_VIA);
	assert_int_equal(sip_header_find(SLICE("z")), SIP_HEADER_OTHER);
	assert_int_equal(sip_header_find(SLICE("Vix")), SIP_HEADER_OTHER);
	assert_int_equal(sip_header_find(SLICE("A-name-longer-than-all-the-known-ones")),
			 SIP_HEADER_OTHER);
}

static void lines_end_with_what_is_not_folded(void **state)
{
	struct slice rest = SLICE("A: b\r\n c\r\n\td\r\nE:\r\n\r\nbody");
	struct sip_line line;

	(void)state;
	assert_int_equal(sip_line_next(&rest, &line), SIP_LINE_HEADER);
	is(line.name, "A");
	is(line.value, "b\r\n c\r\n\td");
	assert_int_equal(sip_line_next(&rest, &line), SIP_LINE_HEADER);
	assert_int_equal(line.value.n, 0);
	assert_int_equal(sip_line_next(&rest, &line), SIP_LINE_BLANK);
	is(rest, "body");
	assert_int_equal(sip_line_next(&rest, &line), SIP_LINE_SKIPPED);
	assert_true(line.flags & SIP_LINE_UNENDED);
	assert_int_equal(sip_line_next(&rest, &line), SIP_LINE_NONE);
}

static void control_characters_are_seen_wherever_they_stand(void **state)
{
	uint8_t text[40];

	(void)state;
	for (size_t at = 0; at < sizeof text; at++) {
		for (size_t i = 0; i < sizeof text; i++)
			text[i] = i % 3 ? 'a' : i % 2 ? '\t' : 0xc3;
		assert_false(sip_line_control((struct slice){ text, sizeof text }));
		text[at] = at % 2 ? 0x7f : 0x00;
		assert_true(sip_line_control((struct slice){ text, sizeof text }));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_in_quotes_and_brackets_do_not_separate),
		cmocka_unit_test(parameters_keep_quoted_semicolons),
		cmocka_unit_test(folds_become_one_space),
		cmocka_unit_test(an_open_quote_takes_the_rest),
		cmocka_unit_test(every_header_is_found_by_its_name),
		cmocka_unit_test(lines_end_with_what_is_not_folded),
		cmocka_unit_test(control_characters_are_seen_wherever_they_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
