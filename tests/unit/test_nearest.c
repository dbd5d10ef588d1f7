/* test_nearest.c - a mistyped word gets the real one offered, and only when it is near. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/base/nearest.h"

static const char *const words[] = {
	"format", "fail-on", "require", "redact", "redact-key", "bpf"
};
enum { WORDS = sizeof words / sizeof *words };

static void offers_the_word_that_was_probably_meant(void **state)
{
	(void)state;
	static const struct {
		const char *wrong, *right;
	} cases[] = {
		{ "fromat", "format" },	  { "fail-onn", "fail-on" }, { "failon", "fail-on" },
		{ "requier", "require" }, { "redakt", "redact" },    { "bfp", "bpf" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(nearest_word(slice_of(cases[i].wrong), words, WORDS),
				    cases[i].right);
}

static void offers_nothing_when_nothing_is_near(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"", "x", "interface", "zzzzzz",
		"a-word-that-is-much-too-long-to-have-been-any-of-these"
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_null(nearest_word(slice_of(cases[i]), words, WORDS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offers_the_word_that_was_probably_meant),
		cmocka_unit_test(offers_nothing_when_nothing_is_near),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
