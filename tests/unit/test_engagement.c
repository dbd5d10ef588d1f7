/* test_engagement.c - the file of --engagement: strict, bounded, and said as people said it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "reports/engagement.h"
#include "reports/jvalue.h"

#define HEAD "{\"schema\":\"earshot.engagement/1\",\"organisation\":\"O\""

static enum err parse(const char *text, struct engagement **e, char **why)
{
	return engagement_parse(slice_of(text), e, why);
}

static void says_what_is_wrong_and_where(void **state)
{
	static const char *const cases[][2] = {
		{ "", "not JSON" },
		{ "{\"schema\":\"earshot.engagement/2\"}", "not earshot.engagement/1" },
		{ "{\"schema\":\"earshot.engagement/1\"}", "organisation: is missing" },
		{ HEAD ",\"asessor\":\"x\"}", "'asessor'; did you mean assessor?" },
		{ HEAD ",\"scope\":7}", "scope: is not a text" },
		{ HEAD ",\"scope\":\"\"}", "scope: is empty" },
		{ HEAD ",\"from\":\"31.1.2026\"}", "from: not a date" },
		{ HEAD ",\"to\":\"2026-13-01\"}", "to: not a date" },
		{ HEAD ",\"from\":\"2026-02-01\",\"to\":\"2026-01-31\"}", "before \"from\"" },
		{ HEAD ",\"captured\":{}}", "captured: is not a list" },
		{ HEAD ",\"captured\":[{\"by\":\"x\"}]}", "captured[0].label: is missing" },
		{ HEAD ",\"captured\":[{\"label\":\"a\",\"were\":\"x\"}]}", "did you mean where?" },
		{ HEAD ",\"population\":{\"total\":1}}", "population.of: is missing" },
		{ HEAD ",\"population\":{\"of\":\"x\",\"total\":1.5}}", "not a whole number" },
		{ HEAD ",\"population\":{\"of\":\"x\",\"total\":-1}}", "not a whole number" },
		{ HEAD ",\"not_covered\":\"x\"}", "not_covered: is not a list" },
		{ HEAD ",\"not_covered\":[\"\"]}", "not_covered[0]: is empty" },
		{ HEAD ",\"scope\":\"a\",\"scope\":\"b\"}", "duplicate" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct engagement *e;
		char *why;
		assert_int_equal(parse(cases[i][0], &e, &why), ERR_MALFORMED);
		assert_null(e);
		if (!strstr(why, cases[i][1]))
			fail_msg("'%s' does not say '%s'", why, cases[i][1]);
		free(why);
	}
}

static json_t *json_of(const char *text, enum redact redact)
{
	static const char *const labels[] = { "alice#2" };
	struct redactor *hide = redact_new(redact, false);
	struct engagement *e;
	char *why;

	assert_int_equal(parse(text, &e, &why), ERR_OK);
	json_t *o = engagement_json(e, hide, "dir/e.json", "00", labels, 1);
	engagement_free(e);
	redact_free(hide);
	return o;
}

static void hides_addresses_and_marks_captures_nobody_read(void **state)
{
	json_t *o = json_of(HEAD ",\"comment\":\"mine\",\"scope\":\"phone 10.0.0.7\",\"captured\":["
				 "{\"label\":\"alice\",\"by\":\"x\"},{\"label\":\"al\"}],"
				 "\"population\":{\"of\":\"calls\",\"total\":0}}",
			    REDACT_MASK);
	const json_t *captured = jvalue_get(o, "captured");
	(void)state;

	assert_string_equal(jvalue_str(o, "scope"), "phone endpoint-1");
	assert_string_equal(jvalue_str(o, "name"), "e.json");
	assert_false(jvalue_has(o, "comment"));
	assert_true(jvalue_is(json_array_get(captured, 0), "used"));
	assert_false(jvalue_is(json_array_get(captured, 1), "used"));
	assert_true(jvalue_has(jvalue_get(o, "population"), "total"));
	json_decref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_wrong_and_where),
		cmocka_unit_test(hides_addresses_and_marks_captures_nobody_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
