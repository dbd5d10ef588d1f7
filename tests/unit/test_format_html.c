/* test_format_html.c - the page: same skeleton whatever the text, nothing fetched. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "reports/wording.h"
#include "tests/lib/reporting.h"

static char *page_of(const char *everywhere)
{
	struct reporting m;
	struct document *d = reporting_begin(REDACT_NONE, false);

	reporting_call(&m, 0);
	if (everywhere)
		reporting_fill(&m, everywhere);
	reporting_add(d, &m);
	reporting_finish(d);
	char *page = reporting_text(d, "html", 80);
	document_free(d);
	return page;
}

/* Names of elements and attributes in order; values and text left out. */
static void skeleton(const char *page, struct text *out)
{
	for (const char *at = page; (at = strchr(at, '<'));) {
		const char *end = at + strcspn(at, ">");
		bool quoted = false;
		for (; at < end || (quoted && *at); at++) {
			quoted ^= *at == '"';
			if (quoted && at >= end)
				end = at + 1 + strcspn(at + 1, ">");
			if (!quoted && *at != '"')
				text_addf(out, "%c", *at);
		}
		text_add(out, "\n");
	}
}

static void has_the_skeleton_of_its_benign_twin(void **state)
{
	struct text benign = { 0 };
	char *twin = page_of("benign");
	(void)state;
	skeleton(twin, &benign);
	for (size_t i = 0; reporting_hostile(i); i++) {
		struct text got = { 0 };
		if (!reporting_hostile(i)[0])
			continue; /* empty fields leave their elements out */
		char *page = page_of(reporting_hostile(i));
		skeleton(page, &got);
		assert_string_equal(text_of(&got), text_of(&benign));
		free(page);
		text_free(&got);
	}
	free(twin);
	text_free(&benign);
}

static void fetches_nothing(void **state)
{
	static const char *const reaching[] = { "http:",   "https:",  "url(",	 "@import",
						" src=",   "<link",   "<iframe", "<object",
						" style=", "onclick", "//cdn" };
	(void)state;
	char *page = page_of(NULL);

	for (size_t i = 0; i < sizeof reaching / sizeof *reaching; i++)
		assert_null(strstr(page, reaching[i]));
	assert_non_null(strstr(page, "default-src 'none'; style-src 'sha256-"));
	assert_null(strstr(page, "unsafe-inline"));
	free(page);
}

static void never_calls_anything_compliant(void **state)
{
	(void)state;
	char *page = page_of(NULL);

	assert_null(strcasestr(page, "complian"));
	assert_non_null(strstr(page, "if these calls carried ePHI"));
	free(page);
}

static void answers_both_questions(void **state)
{
	(void)state;
	char *page = page_of(NULL);

	assert_non_null(strstr(page, "Is it end to end?"));
	assert_non_null(strstr(page, "EXPOSED"));
	assert_non_null(strstr(page, "Does it meet the policy \"baseline\"?"));
	assert_non_null(strstr(page, "NOT MET"));
	assert_non_null(strstr(page, "(possible: 0 to 5)"));
	free(page);
}

static void names_the_frame_and_what_to_do(void **state)
{
	(void)state;
	char *page = page_of(NULL);

	assert_non_null(strstr(page, "frame.number in {12}"));
	assert_non_null(strstr(page, "alice <a href=\"#l-000000004f2a0000-0\">#12</a>"));
	assert_non_null(strstr(page, "TLS on every hop."));
	assert_non_null(strstr(page, "SP 800-53r5 SC-8"));
	assert_non_null(strstr(page, "Brings with it: <a href=\"#rule-MED-001\">"));
	free(page);
}

static void links_the_ladder_and_its_findings(void **state)
{
	(void)state;
	char *page = page_of(NULL);

	assert_non_null(strstr(page, "id=\"l-000000004f2a0000-0\"><title>10.0.0.1 to 10.0.9.10"));
	assert_non_null(strstr(page, "INVITE, offer RTP/AVP"));
	assert_non_null(strstr(page, "<title>10.0.0.1 and 10.0.9.10</title>"));
	assert_non_null(strstr(page, "audio, readable"));
	assert_non_null(strstr(page, "handshake not seen to its end"));
	assert_non_null(strstr(page, "<a href=\"#f-000000004f2a0000-0\">"));
	assert_non_null(strstr(page, "<li id=\"f-000000004f2a0000-0\">"));
	assert_non_null(strstr(page, "5 further messages of this call"));
	free(page);
}

static void says_what_one_change_would_move(void **state)
{
	(void)state;
	char *page = page_of(NULL);
	const char *at = strstr(page, "Without it:");

	assert_non_null(at);
	assert_non_null(strstr(at, "1 of 1 call would be "));
	assert_true(strstr(at, "HOP BY HOP") < strstr(at, "EXPOSED"));
	free(page);
}

static void answers_what_people_ask(void **state)
{
	(void)state;
	char *page = page_of(NULL);

	assert_non_null(strstr(page, "Is TLS end-to-end encryption?"));
	assert_non_null(strstr(page, "Does SRTP guarantee end-to-end encryption?"));
	assert_non_null(strstr(page, "0 of 1 row nobody but the two ends could read"));
	free(page);
}

static void shows_the_worst_in_full_and_counts_the_rest(void **state)
{
	(void)state;
	struct document *d = reporting_document(REDACT_MASK, 2203);
	char *page = reporting_text(d, "html", 80);
	size_t full = 0, rows = 0;

	for (const char *p = page; (p = strstr(p, "<details class=\"call ")); p++)
		full++;
	for (const char *p = page; (p = strstr(p, "<tr id=\"call-")); p++)
		rows++;
	assert_int_equal(full, 200);
	assert_int_equal(rows, 2000);
	assert_non_null(strstr(page, "3 further calls stand in the JSON and CSV reports only"));
	free(page);
	document_free(d);
}

static void never_shows_less_than_a_pass_as_good(void **state)
{
	static const char *const verdicts[] = { "partial", "not_observable", "suspect",
						"fail",	   "not_applicable", "nonsense" };
	(void)state;
	for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
		assert_string_not_equal(wording_tone(verdicts[i]), "good");
		assert_string_not_equal(wording_verdict(verdicts[i]), "PASS");
	}
	assert_string_equal(wording_tone("pass"), "good");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_skeleton_of_its_benign_twin),
		cmocka_unit_test(fetches_nothing),
		cmocka_unit_test(never_calls_anything_compliant),
		cmocka_unit_test(answers_both_questions),
		cmocka_unit_test(names_the_frame_and_what_to_do),
		cmocka_unit_test(links_the_ladder_and_its_findings),
		cmocka_unit_test(says_what_one_change_would_move),
		cmocka_unit_test(answers_what_people_ask),
		cmocka_unit_test(shows_the_worst_in_full_and_counts_the_rest),
		cmocka_unit_test(never_shows_less_than_a_pass_as_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
