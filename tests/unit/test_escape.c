/* test_escape.c - hostile text in markup. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "reports/escape.h"

static const struct {
	const char *wire, *markup;
} cases[] = {
	{ "plain", "plain" },	      { "", "" },
	{ "<b>", "&lt;b&gt;" },	      { "a&b", "a&amp;b" },
	{ "&amp;", "&amp;amp;" },     { "\"'", "&quot;&#39;" },
	{ "\x1b[0m", "\\x1b[0m" },    { "a\nb", "a\\x0ab" },
	{ "\xff<", "\\xff&lt;" },     { "\xe2\x80\xae", "\\xe2\\x80\\xae" },
	{ "\xc2\x9b", "\\xc2\\x9b" }, { "J\xc3\xbcrgen", "J\xc3\xbcrgen" },
};

static char *written(void (*put)(FILE *, const char *), const char *s)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	put(out, s);
	(void)fclose(out);
	return text;
}

static void writes_markup_that_shows_what_came(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *got = written(escape_markup, cases[i].wire);
		assert_string_equal(got, cases[i].markup);
		free(got);
	}
}

static void takes_null_for_empty(void **state)
{
	(void)state;
	char *got = written(escape_markup, NULL);

	assert_string_equal(got, "");
	free(got);
}

static void short_to_three(FILE *out, const char *s)
{
	escape_short(out, s, 3);
}

static void cuts_between_characters_and_before_escaping(void **state)
{
	(void)state;
	char *cut = written(short_to_three, "a\xc3\xbc<<<");
	char *whole = written(short_to_three, "a\xc3\xbc<");

	assert_string_equal(cut, "a\xc3\xbc&lt;\xe2\x80\xa6");
	assert_string_equal(whole, "a\xc3\xbc&lt;");
	free(cut);
	free(whole);
}

static void leaves_no_character_that_markup_knows(void **state)
{
	(void)state;
	for (int c = 1; c < 256; c++) {
		char wire[2] = { (char)c, '\0' };
		char *got = written(escape_markup, wire);
		assert_null(strpbrk(got, "<>\"'"));
		for (const char *p = got; *p; p++)
			assert_true((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f);
		free(got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_markup_that_shows_what_came),
		cmocka_unit_test(takes_null_for_empty),
		cmocka_unit_test(cuts_between_characters_and_before_escaping),
		cmocka_unit_test(leaves_no_character_that_markup_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
