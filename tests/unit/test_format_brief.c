/* test_format_brief.c - the page for who decides: harmless, in plain words, never more than the
 * document says. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "reports/load.h"
#include "tests/lib/reporting.h"

static char *brief_of(const char *report)
{
	FILE *in = fmemopen((void *)(uintptr_t)report, strlen(report), "r");
	struct document *d;
	char *why;

	assert_int_equal(load_report(in, &d, &why), ERR_OK);
	fclose(in);
	char *text = reporting_text(d, "brief", 80);
	document_free(d);
	return text;
}

static size_t count(const char *s, char c)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == c;
	return n;
}

static char *filled(const char *s)
{
	struct reporting m;
	struct document *d = reporting_begin(REDACT_NONE, false);

	reporting_call(&m, 0);
	reporting_fill(&m, s);
	reporting_add(d, &m);
	reporting_finish(d);
	char *text = reporting_text(d, "brief", 80);
	document_free(d);
	return text;
}

static void has_the_tags_of_a_harmless_report(void **state)
{
	char *good = filled("harmless");
	(void)state;

	for (size_t i = 0; reporting_hostile(i); i++) {
		char *bad = filled(reporting_hostile(i));
		assert_int_equal(count(bad, '<'), count(good, '<'));
		free(bad);
	}
	free(good);
}

#define SUMMARY(verdict)                                                                           \
	"\"summary\":{\"label\":\"UNDETERMINED\",\"conditions\":{\"signaling\":{\"verdict\":"      \
	"\"" verdict "\"},\"keys\":{\"verdict\":\"" verdict "\"},\"media\":{\"verdict\":"          \
	"\"" verdict "\"}}}"

static void says_yes_for_a_pass_alone(void **state)
{
	static const struct {
		const char *report;
		bool whole, part;
	} cases[] = {
		{ "{\"schema\":\"earshot.report/1\"," SUMMARY("pass") "}", true, true },
		{ "{\"schema\":\"earshot.report/1\"," SUMMARY("partial") "}", false, true },
		{ "{\"schema\":\"earshot.report/1\"," SUMMARY("not_observable") "}", false, false },
		{ "{\"schema\":\"earshot.report/1\"," SUMMARY("suspect") "}", false, false },
		{ "{\"schema\":\"earshot.report/1\"," SUMMARY("fail") "}", false, false },
		{ "{\"schema\":\"earshot.report/1\"," SUMMARY("unheard of") "}", false, false },
		{ "{\"schema\":\"earshot.report/1\"}", false, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = brief_of(cases[i].report);
		assert_int_equal(strstr(text, "Yes, on the whole path") != NULL, cases[i].whole);
		assert_int_equal(strstr(text, ">Yes") != NULL, cases[i].part);
		free(text);
	}
}

static void leaves_numbers_of_standards_out(void **state)
{
	char *text = brief_of(
		"{\"schema\":\"earshot.report/1\",\"problems\":["
		"{\"rule\":\"A\",\"severity\":\"high\",\"calls\":1,\"title\":\"T\",\"fix\":"
		"\"Sign them (RFC 8224, RFC 8862). Use RFC 3323 privacy; see RFC 5763 5, "
		"5.3.\"}]}");
	(void)state;

	assert_null(strstr(text, "RFC"));
	assert_non_null(strstr(text, "Sign them. Use the standard privacy; see the standard."));
	free(text);
}

/* A link is told once, with the worst that was seen on it, whichever way calls went. */
static void lays_paths_over_each_other(void **state)
{
#define PATH(a, b, s, m)                                                                           \
	"{\"id\":\"1\",\"path\":{\"hosts\":[{\"at\":\"" a "\",\"role\":\"endpoint\"},{\"at\":\"" b \
	"\",\"role\":\"proxy\"}],\"between\":[{\"a\":0,\"b\":1,\"signaling\":" s ",\"media\":" m   \
	"},{\"a\":7,\"b\":9}]}}"
	char *text = brief_of("{\"schema\":\"earshot.report/1\",\"calls\":[" PATH(
		"one", "two", "\"tls\"", "null") "," PATH("two", "one", "\"clear\"",
							  "\"clear\"") "]}");
	(void)state;

	assert_non_null(strstr(text, "anybody on the line could read the call details, and anybody "
				     "on the line could hear the call (2 calls)."));
	assert_int_equal(strstr(text, "Between") == NULL, false);
	assert_null(strstr(strstr(text, "Between") + 1, "Between"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_tags_of_a_harmless_report),
		cmocka_unit_test(says_yes_for_a_pass_alone),
		cmocka_unit_test(leaves_numbers_of_standards_out),
		cmocka_unit_test(lays_paths_over_each_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
