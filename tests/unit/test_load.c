/* test_load.c - earlier reports become documents again; what is none is refused with its place. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "reports/jvalue.h"
#include "reports/load.h"
#include "tests/lib/reporting.h"

static enum err load(const char *text, size_t n, struct document **d, char **why)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, n, "r");
	enum err e = load_report(in, d, why);

	fclose(in);
	return e;
}

static struct document *loaded(const char *text)
{
	struct document *d;
	char *why;

	assert_int_equal(load(text, strlen(text), &d, &why), ERR_OK);
	assert_null(why);
	return d;
}

static void expect_same(struct document *d)
{
	char *json = reporting_text(d, "json", 80);
	struct document *again = loaded(json);

	for (size_t i = 0; report_at(i); i++) {
		char *one = reporting_text(d, report_at(i)->name, 80);
		char *two = reporting_text(again, report_at(i)->name, 80);
		assert_string_equal(one, two);
		free(one);
		free(two);
	}
	document_free(again);
	free(json);
}

static void gives_every_format_as_the_run_gave_it(void **state)
{
	(void)state;
	for (unsigned n = 0; n <= 3; n++) {
		struct document *d = reporting_document(REDACT_MASK, n);
		expect_same(d);
		document_free(d);
	}
}

static void keeps_what_is_hostile_harmless(void **state)
{
	(void)state;
	for (size_t i = 0; reporting_hostile(i); i++) {
		struct reporting m;
		struct document *d = reporting_begin(REDACT_NONE, false);
		reporting_call(&m, 0);
		reporting_fill(&m, reporting_hostile(i));
		reporting_add(d, &m);
		reporting_finish(d);
		expect_same(d);
		document_free(d);
	}
}

static char *json_of(const char *text)
{
	struct document *d = loaded(text);
	char *json = reporting_text(d, "json", 80);

	document_free(d);
	return json;
}

static void keeps_members_it_does_not_know(void **state)
{
	(void)state;
	char *json = json_of(
		"{\"schema\":\"earshot.report/1\", \"later\" : {\"a\":[1.50,-2e3,null]},"
		"\"calls\":[ {\"id\":\"1\", \"novel\":1.250, \"x\":\"\\u202e\\ud83d\\ude00\"} ]}");

	assert_non_null(strstr(json, "\"later\": {\"a\":[1.5,-2000.0,null]}"));
	assert_non_null(strstr(json, "\"novel\":1.250"));
	assert_non_null(strstr(json, "\"x\":\"\\u202e\xf0\x9f\x98\x80\""));
	free(json);
}

/* What a stranger calls a member of the report is text, and opens no member of its own. */
static void writes_the_names_of_members_it_does_not_know_as_text(void **state)
{
	(void)state;
	struct document *d = loaded("{\"schema\":\"earshot.report/1\", \"a\\r\\\"b\":1,"
				    "\"\\\": 1, \\\"summary\":{\"c\\n\\\"\":2},"
				    "\"calls\":[{\"id\":\"1\", \"d\\u0007\\\"\":3}]}");
	char *json = reporting_text(d, "json", 80);

	assert_non_null(strstr(json, "\n\"a\\u000d\\\"b\": 1,"));
	assert_non_null(strstr(json, "\n\"\\\": 1, \\\"summary\": {\"c\\n\\\"\":2}"));
	free(json);
	expect_same(d);
	document_free(d);
}

/* Every format over a report that says nothing: no crash, and no verdict. */
static void tolerates_members_that_are_missing(void **state)
{
	struct document *d = loaded("{\"schema\":\"earshot.report/1\",\"calls\":[{\"id\":\"1\"}]}");
	(void)state;

	for (size_t i = 0; report_at(i); i++) {
		char *text = reporting_text(d, report_at(i)->name, 80);
		assert_null(strstr(text, "PASS  "));
		assert_null(strstr(text, "badge good"));
		free(text);
	}
	assert_int_equal(document_calls(d), 1);
	document_free(d);
}

static void puts_the_worst_first(void **state)
{
	struct document *d = loaded(
		"{\"schema\":\"earshot.report/1\",\"calls\":["
		"{\"id\":\"1\",\"kind\":\"call\",\"label\":\"END-TO-END\",\"score\":90},"
		"{\"id\":\"2\",\"kind\":\"call\",\"label\":\"EXPOSED\",\"score\":10},"
		"{\"id\":\"3\",\"kind\":\"call\",\"label\":\"EXPOSED\",\"score\":9},"
		"{\"id\":\"4\",\"kind\":\"call\",\"label\":\"EXPOSED\",\"score\":10,\"findings\":["
		"{\"severity\":\"critical\",\"outcome\":\"violated\"}]},"
		"{\"id\":\"5\",\"kind\":\"call\",\"label\":\"unheard of\"}]}");
	static const char *const order[] = { "4", "3", "2", "1", "5" };
	(void)state;

	for (size_t i = 0; i < 5; i++) {
		json_t *call = document_worst(d, i);
		assert_string_equal(jvalue_str(call, "id"), order[i]);
		json_decref(call);
		call = document_call(d, i);
		assert_int_equal(atoi(jvalue_str(call, "id")), i + 1);
		json_decref(call);
	}
	document_free(d);
}

static void refuses_with_the_place(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ " ", "empty" },
		{ "[]", "not a JSON object" },
		{ "{}", "a document of schema without a name" },
		{ "{\"schema\":7}", "without a name" },
		{ "{\"schema\":\"earshot.report/2\",\"calls\":[]}", "schema earshot.report/2" },
		{ "{\"schema\":\"\\u001b[2J\"}", "schema \\x1b[2J" },
		{ "{\"run\":\"a\",\"id\":\"b\",\"conditions\":{}}\n", "NDJSON" },
		{ "{\"schema\":\"earshot.report/1\"", "ends too early" },
		{ "{\"schema\":\"earshot.report/1\",\n\"calls\":[{\"id\":}]}",
		  "line 2, column 16" },
		{ "{\"schema\":\"earshot.report/1\",\"calls\":{}}", "a list belongs here" },
		{ "{\"schema\":\"earshot.report/1\",\"calls\":[{}]}", "an empty one" },
		{ "{\"schema\":\"earshot.report/1\",\"calls\":[1]}", "no object" },
		{ "{\"schema\":\"earshot.report/1\",\"calls\":[],\"calls\":[{\"a\":1}]} x",
		  "after the report" },
		{ "{\"schema\":\"earshot.report/1\",\"a\":1,\"a\":2}", "stands twice" },
		{ "{\"schema\":\"earshot.report/1\",\"calls\":[{\"a\":1,\"a\":2}]}", "duplicate" },
		{ "{\"schema\":\"earshot.report/1\",\"a\":01}", "not a number" },
		{ "{\"schema\":\"earshot.report/1\",\"a\":1.}", "not a number" },
		{ "{\"schema\":\"earshot.report/1\",\"a\":99999999999999999999}", "too big" },
		{ "{\"schema\":\"earshot.report/1\",\"a\":nul}", "no value" },
		{ "{\"schema\":\"earshot.report/1\",\"a\":\"\\ud800\"}", "surrogate" },
		{ "{\"schema\":\"earshot.report/1\",\"a\":\"\\q\"}", "escape" },
		{ "{\"schema\":\"earshot.report/1\",\"a\":\"\t\"}", "control character" },
		{ "{\"schema\":\"earshot.report/1\" \"a\":1}", "comma" },
		{ "{\"schema\":\"earshot.report/1\",\"a\" 1}", "colon" },
		{ "{\"schema\":\"earshot.report/1\",\"a\\u0000b\":1}", "NUL" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct document *d;
		char *why;
		assert_int_equal(load(cases[i].text, strlen(cases[i].text), &d, &why),
				 ERR_MALFORMED);
		assert_null(d);
		if (!strstr(why, cases[i].says))
			fail_msg("'%s' does not say '%s'", why, cases[i].says);
		free(why);
	}
}

static void refuses_what_is_nested_too_deep(void **state)
{
	static const char front[] = "{\"schema\":\"earshot.report/1\",\"a\":";
	char text[4096];
	struct document *d;
	char *why;
	(void)state;

	memset(text, '[', sizeof text);
	memcpy(text, front, sizeof front - 1);
	assert_int_equal(load(text, sizeof text, &d, &why), ERR_MALFORMED);
	assert_non_null(strstr(why, "nested deeper"));
	free(why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_every_format_as_the_run_gave_it),
		cmocka_unit_test(keeps_what_is_hostile_harmless),
		cmocka_unit_test(keeps_members_it_does_not_know),
		cmocka_unit_test(writes_the_names_of_members_it_does_not_know_as_text),
		cmocka_unit_test(tolerates_members_that_are_missing),
		cmocka_unit_test(puts_the_worst_first),
		cmocka_unit_test(refuses_with_the_place),
		cmocka_unit_test(refuses_what_is_nested_too_deep),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
