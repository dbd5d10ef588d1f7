/* test_escape_oscal.c - hostile text in the data types of OSCAL. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reports/escape_oscal.h"

static void holds(void (*escape)(struct text *, const char *), const char *wire, const char *want)
{
	struct text t = { NULL, 0, 0 };

	escape(&t, wire);
	assert_string_equal(text_of(&t), want);
	text_free(&t);
}

static void makes_a_token_of_anything(void **state)
{
	(void)state;
	holds(escape_oscal_token, "hipaa_164.312(e)(1)", "hipaa_164.312.e.1");
	holds(escape_oscal_token, "SC-8(1)", "sc-8.1");
	holds(escape_oscal_token, "3.13.8", "_3.13.8");
	holds(escape_oscal_token, "", "_");
	holds(escape_oscal_token, "a b\n<c>\xc3\xbc", "a-b--c---");
}

static void makes_a_string_without_blank_ends(void **state)
{
	(void)state;
	holds(escape_oscal_string, " a b ", "a b");
	holds(escape_oscal_string, "", "-");
	holds(escape_oscal_string, " \xc2\xa0\xe3\x80\x80 ", "-");
	holds(escape_oscal_string, "\xe2\x80\x83x\xe2\x80\xaf", "x");
	holds(escape_oscal_string, "a\nb", "a\\x0ab");
}

static void makes_a_line_without_markup(void **state)
{
	(void)state;
	holds(escape_oscal_line, "plain", "plain");
	holds(escape_oscal_line, "", "-");
	holds(escape_oscal_line, "[x](http://x.test)", "`[x](http://x.test)`");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_a_token_of_anything),
		cmocka_unit_test(makes_a_string_without_blank_ends),
		cmocka_unit_test(makes_a_line_without_markup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
