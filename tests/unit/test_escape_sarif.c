/* test_escape_sarif.c - hostile text in a message of SARIF. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reports/escape_sarif.h"

static const struct {
	const char *wire, *message;
} cases[] = {
	{ "plain", "plain" },
	{ "", "" },
	{ NULL, "" },
	{ "{0}", "{{0}}" },
	{ "[x](http://x.test)", "\\[x\\](http://x.test)" },
	{ "a\\b", "a\\\\b" },
	{ "frame.number in {3, 8}", "frame.number in {{3, 8}}" },
};

static void names_no_argument_and_no_link(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text t = { NULL, 0, 0 };
		escape_sarif_message(&t, cases[i].wire);
		assert_string_equal(text_of(&t), cases[i].message);
		text_free(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_no_argument_and_no_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
