/* test_escape_csv.c - hostile text as a cell of CSV. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reports/escape_csv.h"

static const struct {
	const char *wire, *cell;
} cases[] = {
	{ "plain", "\"plain\"" },
	{ "", "\"\"" },
	{ NULL, "\"\"" },
	{ "a,b;c", "\"a,b;c\"" },
	{ "say \"hi\"", "\"say \"\"hi\"\"\"" },
	{ "=1+1", "\"'=1+1\"" },
	{ "+1", "\"'+1\"" },
	{ "-1", "\"'-1\"" },
	{ "@SUM(A1)", "\"'@SUM(A1)\"" },
	{ "  =1", "\"'  =1\"" },
	{ "\xe3\x80\x80@x", "\"'\xe3\x80\x80@x\"" },
	{ "\xef\xbc\x9d"
	  "1",
	  "\"'\xef\xbc\x9d"
	  "1\"" },
	{ "\t=1", "\"'\\x09=1\"" },
	{ "\r=1", "\"'\\x0d=1\"" },
	{ "a\nb", "\"a\\x0ab\"" },
	{ "1-1", "\"1-1\"" },
	{ "a@b", "\"a@b\"" },
};

static void writes_a_cell_that_is_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text t = { NULL, 0, 0 };
		escape_csv_cell(&t, cases[i].wire);
		assert_string_equal(text_of(&t), cases[i].cell);
		text_free(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_cell_that_is_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
