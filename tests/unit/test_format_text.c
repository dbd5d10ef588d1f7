/* test_format_text.c - the terminal report. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "reports/layout.h"
#include "reports/wording.h"
#include "tests/lib/reporting.h"

/* But for the last line, which stays whole for whoever reads only that. */
static void expect_fits(const char *text, int width)
{
	char line[1024];

	while (*text) {
		size_t n = strcspn(text, "\n");
		assert_true(n < sizeof line);
		memcpy(line, text, n);
		line[n] = '\0';
		bool last = text[n] == '\0' || text[n + 1] == '\0';
		assert_true(last || layout_columns(line) <= width);
		text += n + (text[n] == '\n');
	}
}

static void fits_the_width_it_is_given(void **state)
{
	static const int widths[] = { 40, 60, 80, 132 };
	(void)state;
	struct document *d = reporting_document(REDACT_MASK, 3);

	for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
		char *text = reporting_text(d, "text", widths[i]);
		expect_fits(text, widths[i]);
		free(text);
	}
	document_free(d);
}

static void opens_with_three_lines_and_ends_with_the_reason(void **state)
{
	(void)state;
	struct document *d = reporting_document(REDACT_MASK, 1);
	char *text = reporting_text(d, "text", 400);

	assert_int_equal(strncmp(text, "in here    1 call in alice, bob (", 33), 0);
	assert_non_null(strstr(text, "\nmissing    20 % of what verdicts need was not seen: "));
	assert_non_null(strstr(text, "\ndo next    Plaintext SIP (SIG-001)"));
	text[strlen(text) - 1] = '\0';
	assert_string_equal(strrchr(text, '\n') + 1,
			    "EXPOSED \xc2\xb7 1 call \xc2\xb7 exit 1: 2 findings at or above high");
	assert_non_null(strstr(text, "\n1 call: 1 EXPOSED \xc2\xb7 findings: 1 critical, 1 high"));
	free(text);
	document_free(d);
}

static void shows_three_verdicts_and_who_listens(void **state)
{
	(void)state;
	struct document *d = reporting_document(REDACT_MASK, 1);
	char *text = reporting_text(d, "text", 100);

	assert_non_null(strstr(text, "user-1@a.example \xe2\x86\x92 user-2@a.example  00:41"));
	assert_non_null(strstr(text, "EXPOSED POSSIBLY TO GATEWAY  F  5\n"));
	assert_non_null(strstr(text, "\n  signaling  FAIL            SIP was readable"));
	assert_non_null(strstr(text, "\n  keys       FAIL"));
	assert_non_null(strstr(text, "\n  media      FAIL"));
	assert_non_null(
		strstr(text, "within earshot: 10.0.9.10:5060 proxy (signaling, keys, media)"));
	assert_non_null(strstr(text, "[alice #12]"));
	free(text);
	document_free(d);
}

static void says_how_many_it_left_out(void **state)
{
	(void)state;
	struct document *d = reporting_document(REDACT_MASK, 57);
	char *text = reporting_text(d, "text", 80);

	assert_non_null(strstr(text, "\n7 more, all in JSON"));
	free(text);
	document_free(d);
}

static void says_so_when_there_is_nothing(void **state)
{
	(void)state;
	struct document *d = reporting_document(REDACT_MASK, 0);
	char *text = reporting_text(d, "text", 200);

	assert_non_null(strstr(text, "no calls"));
	assert_non_null(strstr(text, "exit 4: nothing to judge"));
	free(text);
	document_free(d);
}

static void cuts_identities_before_the_label(void **state)
{
	struct reporting m;
	(void)state;
	struct document *d = reporting_begin(REDACT_NONE, false);

	reporting_call(&m, 0);
	m.call.from_user = m.call.to_user = SLICE("a.name.that.is.longer.than.a.terminal.line");
	reporting_add(d, &m);
	reporting_finish(d);
	for (int width = 40; width <= 120; width += 20) {
		char *text = reporting_text(d, "text", width);
		assert_non_null(strstr(text, "00:41"));
		assert_non_null(strstr(text, "a.name"));
		assert_non_null(strstr(text, "  EXPOSED POSSIBLY TO GATEWAY  F  5\n"));
		expect_fits(text, width);
		free(text);
	}
	document_free(d);
}

static void says_what_became_of_keys(void **state)
{
	(void)state;
	json_t *head = json_pack("{s:{s:i,s:i,s:i}}", "key_material", "tls_secrets", 3,
				 "private_keys", 1, "used", 0);
	json_t *none = json_object();
	struct text t = { 0 };

	assert_false(wording_keys_given(none, &t));
	assert_true(wording_keys_given(head, &t));
	assert_string_equal(text_of(&t), "3 TLS secrets and 1 private key given, which fitted no "
					 "connection here");
	text_clear(&t);
	json_object_set_new(json_object_get(head, "key_material"), "used", json_integer(2));
	assert_true(wording_keys_given(head, &t));
	assert_non_null(strstr(text_of(&t), "which opened 2 connections"));
	text_free(&t);
	json_decref(none);
	json_decref(head);
}

static void lets_no_control_reach_the_terminal(void **state)
{
	struct reporting m;
	(void)state;
	for (size_t i = 0; reporting_hostile(i); i++) {
		struct document *d = reporting_begin(REDACT_NONE, false);
		reporting_call(&m, 0);
		reporting_fill(&m, reporting_hostile(i));
		reporting_add(d, &m);
		reporting_finish(d);
		char *text = reporting_text(d, "text", 80);
		for (const char *p = text; *p; p++)
			assert_true((unsigned char)*p >= 0x20 || *p == '\n');
		assert_null(strstr(text, "\xe2\x80\xae"));
		assert_null(strstr(text, "\xc2\x9b"));
		expect_fits(text, 80);
		free(text);
		document_free(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits_the_width_it_is_given),
		cmocka_unit_test(opens_with_three_lines_and_ends_with_the_reason),
		cmocka_unit_test(shows_three_verdicts_and_who_listens),
		cmocka_unit_test(says_how_many_it_left_out),
		cmocka_unit_test(says_so_when_there_is_nothing),
		cmocka_unit_test(cuts_identities_before_the_label),
		cmocka_unit_test(says_what_became_of_keys),
		cmocka_unit_test(lets_no_control_reach_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
