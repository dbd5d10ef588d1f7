/* test_json_out.c - the streaming writer, with jansson as the judge. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <string.h>

#include "reports/json_out.h"
#include "tests/lib/reporting.h"

static void places_commas_by_itself(void **state)
{
	(void)state;
	struct text t = { 0 };

	json_out_open(&t, '{');
	json_out_key_text(&t, "a", "x");
	json_out_key_open(&t, "b", '[');
	json_out_number(&t, 1);
	json_out_bool(&t, true);
	json_out_null(&t);
	json_out_open(&t, '{');
	json_out_close(&t, '}');
	json_out_close(&t, ']');
	json_out_key_bool(&t, "c", false);
	json_out_close(&t, '}');
	assert_string_equal(t.p, "{\"a\":\"x\",\"b\":[1,true,null,{}],\"c\":false}");
	text_free(&t);
}

static void places_commas_after_texts_that_end_like_brackets(void **state)
{
	(void)state;
	struct text t = { 0 };

	json_out_open(&t, '[');
	json_out_text(&t, "{");
	json_out_text(&t, "[:");
	json_out_close(&t, ']');
	assert_string_equal(t.p, "[\"{\",\"[:\"]");
	text_free(&t);
}

static void writes_numbers_the_same_everywhere(void **state)
{
	static const struct {
		double value;
		unsigned decimals;
		const char *text;
	} cases[] = {
		{ 0, 3, "0.000" },
		{ 1.5, 3, "1.500" },
		{ 0.0005, 3, "0.001" },
		{ -2.25, 1, "-2.3" },
		{ -0.0001, 3, "0.000" },
		{ 7, 0, "7" },
		{ 1.0 / 3.0, 6, "0.333333" },
		{ 1e300, 3, "null" },
		{ 0.0 / 1.0, 2, "0.00" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text t = { 0 };
		json_out_fixed(&t, cases[i].value, cases[i].decimals);
		assert_string_equal(t.p, cases[i].text);
		text_free(&t);
	}
}

static void writes_time_with_nanoseconds_and_none_as_null(void **state)
{
	(void)state;
	struct text t = { 0 };

	json_out_open(&t, '[');
	json_out_when(&t, 1767323045000000006);
	json_out_when(&t, 0);
	assert_string_equal(t.p, "[\"2026-01-02T03:04:05.000000006Z\",null");
	text_free(&t);
}

/* Eight bytes are looked at together: each kind of byte, at each place of a word. */
static void escapes_wherever_in_a_word_it_stands(void **state)
{
	(void)state;
	for (unsigned c = 1; c < 128; c++)
		for (size_t at = 0; at < 17; at++) {
			char plain[18] = "abcdefghijklmnopq";
			struct text t = { 0 };
			plain[at] = (char)c;
			json_out_text(&t, plain);
			json_t *v = json_loads(t.p, JSON_DECODE_ANY, NULL);
			assert_non_null(v);
			assert_string_equal(json_string_value(v), plain);
			for (size_t i = 0; i < t.n; i++)
				assert_true((uint8_t)t.p[i] >= 0x20 && (uint8_t)t.p[i] < 0x7f);
			json_decref(v);
			text_free(&t);
		}
}

static void writes_hostile_text_that_jansson_reads(void **state)
{
	(void)state;
	for (size_t i = 0; reporting_hostile(i); i++) {
		struct text t = { 0 }, repaired = { 0 };
		json_error_t why;
		json_out_open(&t, '[');
		json_out_text(&t, reporting_hostile(i));
		json_out_close(&t, ']');
		json_t *back = json_loads(t.p, 0, &why);
		text_utf8(&repaired, slice_of(reporting_hostile(i)));
		assert_non_null(back);
		assert_string_equal(json_string_value(json_array_get(back, 0)), text_of(&repaired));
		json_decref(back);
		text_free(&t);
		text_free(&repaired);
	}
}

static void leaves_nothing_that_acts_on_a_terminal(void **state)
{
	static const char *const acting[] = { "\x1b",	      "\x7f",	      "\xc2\x9b",
					      "\xe2\x80\xae", "\xe2\x81\xa6", "\xef\xbb\xbf",
					      "\xe2\x80\xa8" };
	(void)state;
	for (size_t i = 0; i < sizeof acting / sizeof *acting; i++) {
		struct text t = { 0 };
		json_out_text(&t, acting[i]);
		assert_int_equal(strncmp(t.p, "\"\\u", 3), 0);
		assert_null(strstr(t.p, acting[i]));
		text_free(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_commas_by_itself),
		cmocka_unit_test(places_commas_after_texts_that_end_like_brackets),
		cmocka_unit_test(writes_numbers_the_same_everywhere),
		cmocka_unit_test(writes_time_with_nanoseconds_and_none_as_null),
		cmocka_unit_test(escapes_wherever_in_a_word_it_stands),
		cmocka_unit_test(writes_hostile_text_that_jansson_reads),
		cmocka_unit_test(leaves_nothing_that_acts_on_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
