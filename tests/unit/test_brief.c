/* test_brief.c - members cut out of a record as they stand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reports/brief.h"

static const char *const keys[] = { "id", "score", "list", "deep/in", NULL };

static void expect(const char *record, const char *wanted)
{
	struct text out = { 0 };

	assert_int_equal(brief_add(&out, slice_of(record), keys), wanted != NULL);
	if (wanted)
		assert_string_equal(text_of(&out), wanted);
	text_free(&out);
}

static void takes_listed_members_as_they_stand(void **state)
{
	(void)state;
	expect("{}", "{}");
	expect("{\"other\":1}", "{}");
	expect("{\"id\":\"a\"}", "{\"id\":\"a\"}");
	expect("{\"a\":{\"id\":1},\"score\":12.50,\"b\":null,\"id\":true}",
	       "{\"score\":12.50,\"id\":true}");
	expect("{\"list\":[{\"id\":[]},\"]\"],\"score\":null}",
	       "{\"list\":[{\"id\":[]},\"]\"],\"score\":null}");
}

static void keeps_one_member_of_each_inner_object(void **state)
{
	(void)state;
	expect("{\"deep\":{\"a\":{\"x\":[1],\"in\":\"y\"},\"b\":{\"in\":2,\"z\":3},\"c\":{}}}",
	       "{\"deep\":{\"a\":{\"in\":\"y\"},\"b\":{\"in\":2},\"c\":{}}}");
	expect("{\"deep\":{\"a\":1}}", NULL);
	expect("{\"deep\":[]}", NULL);
}

static void is_not_misled_by_what_strings_hold(void **state)
{
	(void)state;
	expect("{\"x\":\"\\\"id\\\":1\",\"id\":\"\"}", "{\"id\":\"\"}");
	expect("{\"x\":\"\\\\\",\"id\":\"\\\\\\\"}\"}", "{\"id\":\"\\\\\\\"}\"}");
	expect("{\"x\":\"{[\",\"id\":2}", "{\"id\":2}");
	expect("{\"ident\":1,\"i\":2,\"id\":3}", "{\"id\":3}");
}

static void looks_no_further_than_the_last(void **state)
{
	(void)state;
	expect("{\"id\":1,\"score\":2,\"list\":3,\"deep\":{},\"broken\":",
	       "{\"id\":1,\"score\":2,\"list\":3,\"deep\":{}}");
}

static void leaves(const char *record, const char *wanted)
{
	static const char *const out_keys[] = { "a", "bb", NULL };
	struct text out = { 0 };

	assert_int_equal(brief_without(&out, slice_of(record), out_keys), wanted != NULL);
	if (wanted)
		assert_string_equal(text_of(&out), wanted);
	text_free(&out);
}

static void leaves_members_out_however_deep(void **state)
{
	(void)state;
	leaves("{}", "{}");
	leaves("{\"a\":1}", "{}");
	leaves("{\"a\":1,\"bb\":[{\"c\":2}],\"c\":3}", "{\"c\":3}");
	leaves("{\"c\":3,\"a\":\"x,\\\"}\"}", "{\"c\":3}");
	leaves("{\"c\":[{\"d\":1,\"a\":{}},{\"bb\":null}],\"e\":\"a\"}",
	       "{\"c\":[{\"d\":1},{}],\"e\":\"a\"}");
	leaves("{\"c\":\"\\\"a\\\":1\",\"b\":[\"a\",\"bb\"]}",
	       "{\"c\":\"\\\"a\\\":1\",\"b\":[\"a\",\"bb\"]}");
	leaves("{\"c\":1,\"a\":1,\"d\":2}", "{\"c\":1,\"d\":2}");
	leaves("[]", NULL);
	leaves("{\"a\":", NULL);
	leaves("{\"c", NULL);
}

static void refuses_what_is_no_object(void **state)
{
	static const char whole[] = "{\"id\":{\"a\":[\"x\\\\\"]},\"score\":10,\"list\":\"\"}";
	struct text out = { 0 };

	(void)state;
	expect("", NULL);
	expect("[1]", NULL);
	expect("{\"id\"", NULL);
	expect("{\"id\":\"a", NULL);
	/* Every front part of a record is borne, whatever comes of it. */
	for (size_t n = 0; n < sizeof whole - 1; n++) {
		text_clear(&out);
		(void)brief_add(&out, (struct slice){ (const uint8_t *)whole, n }, keys);
	}
	text_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_listed_members_as_they_stand),
		cmocka_unit_test(keeps_one_member_of_each_inner_object),
		cmocka_unit_test(is_not_misled_by_what_strings_hold),
		cmocka_unit_test(looks_no_further_than_the_last),
		cmocka_unit_test(leaves_members_out_however_deep),
		cmocka_unit_test(refuses_what_is_no_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
