/* test_escape_code.c - hostile text in Markdown, as code where it could be anything else. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reports/escape_code.h"

static const struct {
	const char *wire, *span, *prose;
} cases[] = {
	{ "plain words", "`plain words`", "plain words" },
	{ "", "", "" },
	{ "12 findings", "`12 findings`", "12 findings" },
	{ "1. item", "`1. item`", "`1. item`" },
	{ "- item", "`- item`", "`- item`" },
	{ "a`b", "`a\\x60b`", "`a\\x60b`" },
	{ "a|b", "`a\\x7cb`", "`a\\x7cb`" },
	{ "@everyone", "`@everyone`", "`@everyone`" },
	{ "see #1", "`see #1`", "`see #1`" },
	{ "at http://x.test", "`at http://x.test`", "`at http://x.test`" },
	{ "at WWW.x.test", "`at WWW.x.test`", "`at WWW.x.test`" },
	{ "a *b* c", "`a *b* c`", "`a *b* c`" },
	{ "a <b>", "`a <b>`", "`a <b>`" },
	{ "a\nb", "`a\\x0ab`", "`a\\x0ab`" },
	{ "t\xc3\xa9l\xc3\xa9phone", "`t\xc3\xa9l\xc3\xa9phone`", "t\xc3\xa9l\xc3\xa9phone" },
};

static void begins_no_markup_and_no_link(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text span = { NULL, 0, 0 }, prose = { NULL, 0, 0 };
		escape_code_span(&span, cases[i].wire, 100);
		escape_code_prose(&prose, cases[i].wire, 100);
		assert_string_equal(text_of(&span), cases[i].span);
		assert_string_equal(text_of(&prose), cases[i].prose);
		text_free(&span);
		text_free(&prose);
	}
}

static void cuts_what_is_long(void **state)
{
	struct text t = { NULL, 0, 0 };
	(void)state;

	escape_code_span(&t, "abcdef", 3);
	assert_string_equal(text_of(&t), "`abc\xe2\x80\xa6`");
	text_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_no_markup_and_no_link),
		cmocka_unit_test(cuts_what_is_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
