/* test_escape_cef.c - hostile text in a line of the Common Event Format. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reports/escape_cef.h"

static const struct {
	const char *wire, *header, *value;
} cases[] = {
	{ "plain", "plain", "plain" },
	{ "", "", "" },
	{ NULL, "", "" },
	{ "a|b", "a\\|b", "a|b" },
	{ "a=b", "a=b", "a\\=b" },
	{ "a\\b", "a\\\\b", "a\\\\b" },
	{ "a\\|b", "a\\\\\\|b", "a\\\\|b" },
	{ "x cs1=forged", "x cs1=forged", "x cs1\\=forged" },
	{ "a\nCEF:0|x", "a\\\\x0aCEF:0\\|x", "a\\\\x0aCEF:0|x" },
	{ "\x1b[2J", "\\\\x1b[2J", "\\\\x1b[2J" },
};

static void divides_only_where_we_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text header = { NULL, 0, 0 }, value = { NULL, 0, 0 };
		escape_cef_header(&header, cases[i].wire);
		escape_cef_value(&value, cases[i].wire);
		assert_string_equal(text_of(&header), cases[i].header);
		assert_string_equal(text_of(&value), cases[i].value);
		text_free(&header);
		text_free(&value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(divides_only_where_we_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
