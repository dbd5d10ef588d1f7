/* test_rules_b2b.c - the rules on who is in the middle, and what is proved from end to end. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/lib/callmake.h"

static struct callmake m;

static void call_with(enum keying keying, bool readable)
{
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, readable);
	callmake_line(&m, PROFILE_DTLS_SAVP, keying);
	callmake_segment(&m, 0, 0, 0);
	callmake_segment(&m, 0, 1, 1);
}

static enum shown shown(enum condition c)
{
	return callmake_judge(&m)->conditions[c].shown;
}

static void expect(enum shown signaling, enum shown keys, enum shown media)
{
	assert_int_equal(shown(CONDITION_SIGNALING), signaling);
	assert_int_equal(shown(CONDITION_KEYS), keys);
	assert_int_equal(shown(CONDITION_MEDIA), media);
}

static void none_of_them_fires_on_a_call_of_which_nothing_is_known(void **state)
{
	static const char *const rules[] = { "B2B-001", "B2B-002", "B2B-003", "B2B-004",
					     "B2B-005" };

	(void)state;
	call_with(KEYING_DTLS, false);
	expect(SHOWN_NOT_OBSERVABLE, SHOWN_NOT_OBSERVABLE, SHOWN_NOT_OBSERVABLE);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		assert_null(callmake_violated(callmake_judge(&m), rules[i]));
		assert_null(callmake_finding(callmake_judge(&m), rules[i], OUTCOME_SATISFIED));
		assert_null(callmake_finding(callmake_judge(&m), rules[i], OUTCOME_NOTED));
	}
}

static void a_box_that_began_a_dialog_of_its_own_read_the_signaling(void **state)
{
	(void)state;
	call_with(KEYING_DTLS, false);
	callmake_fact(&m, FACT_b2bua)->leg = 0;
	expect(SHOWN_FAIL, SHOWN_NOT_OBSERVABLE, SHOWN_NOT_OBSERVABLE);
	assert_non_null(callmake_finding(callmake_judge(&m), "B2B-001", OUTCOME_NOTED));
	assert_null(callmake_violated(callmake_judge(&m), "B2B-001"));
}

static void media_begun_anew_fails_keys_and_media(void **state)
{
	static const struct {
		enum fact_kind kind;
		const char *rule;
		enum severity severity;
	} cases[] = { { FACT_media_rekeyed, "B2B-002", SEVERITY_HIGH },
		      { FACT_media_decrypted, "B2B-003", SEVERITY_CRITICAL } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		call_with(KEYING_DTLS, false);
		callmake_fact_on(&m, cases[i].kind, 0);
		expect(SHOWN_NOT_OBSERVABLE, SHOWN_FAIL, SHOWN_FAIL);
		const struct finding *f = callmake_violated(callmake_judge(&m), cases[i].rule);
		assert_non_null(f);
		assert_int_equal(f->severity, cases[i].severity);
		assert_null(callmake_violated(callmake_judge(&m), cases[!i].rule));
	}
}

static void a_rewritten_key_is_the_cause_of_media_begun_anew(void **state)
{
	(void)state;
	call_with(KEYING_DTLS, true);
	callmake_fact_on(&m, FACT_media_rekeyed, 0);
	assert_null(callmake_violated(callmake_judge(&m), "B2B-002")->caused_by);
	callmake_fact_on(&m, FACT_keys_rewritten, 0);
	const struct finding *f = callmake_violated(callmake_judge(&m), "B2B-002");
	assert_string_equal(f->caused_by, "DTLS-006");
}

static void transcoded_media_fails_media_alone(void **state)
{
	(void)state;
	call_with(KEYING_DTLS, false);
	callmake_fact_on(&m, FACT_media_transcoded, 0);
	expect(SHOWN_NOT_OBSERVABLE, SHOWN_NOT_OBSERVABLE, SHOWN_FAIL);
	assert_non_null(callmake_violated(callmake_judge(&m), "B2B-004"));
}

static void media_passed_on_is_satisfied_and_no_more_than_partial(void **state)
{
	(void)state;
	for (int part = 0; part < 2; part++) {
		call_with(KEYING_DTLS, false);
		struct fact *f = callmake_fact_on(&m, FACT_media_relayed, 0);
		f->grade = 4;
		f->value = 60;
		f->text = part ? "in part" : NULL;
		expect(SHOWN_NOT_OBSERVABLE, SHOWN_NOT_OBSERVABLE, SHOWN_PARTIAL);
		const struct finding *g =
			callmake_finding(callmake_judge(&m), "B2B-005", OUTCOME_SATISFIED);
		assert_non_null(strstr(g->detail, "60"));
		assert_int_equal(g->severity, SEVERITY_INFO);
	}
}

static void passed_on_here_and_begun_anew_there_fails(void **state)
{
	(void)state;
	call_with(KEYING_DTLS, false);
	callmake_fact_on(&m, FACT_media_relayed, 0)->grade = 4;
	callmake_fact_on(&m, FACT_media_rekeyed, 0);
	expect(SHOWN_NOT_OBSERVABLE, SHOWN_FAIL, SHOWN_FAIL);
}

/* ---- from end to end ------------------------------------------------------------------------ */

static void media_passes_only_where_keys_do(void **state)
{
	(void)state;
	for (int media = 0; media < 2; media++)
		for (int keys = 0; keys < 3; keys++) {
			call_with(KEYING_DTLS, false);
			struct fact *f = callmake_fact_on(&m, FACT_media_spanned, 0);
			f->spans = media;
			f->grade = 4;
			if (keys) {
				f = callmake_fact_on(&m, FACT_dtls_same, 0);
				f->spans = keys == 2;
				f->grade = 4;
			}
			expect(SHOWN_NOT_OBSERVABLE,
			       keys == 2 ? SHOWN_PASS
			       : keys	 ? SHOWN_PARTIAL
					 : SHOWN_NOT_OBSERVABLE,
			       media && keys == 2 ? SHOWN_PASS : SHOWN_PARTIAL);
		}
}

static void a_key_known_to_others_leaves_media_that_passed_unchanged_partial(void **state)
{
	(void)state;
	call_with(KEYING_SDES, true);
	callmake_fact_on(&m, FACT_media_spanned, 0)->spans = true;
	callmake_fact_on(&m, FACT_key_readable, 0)->leg = 0;
	expect(SHOWN_FAIL, SHOWN_FAIL, SHOWN_PARTIAL);
}

static void a_readable_start_keeps_media_from_being_whole(void **state)
{
	(void)state;
	call_with(KEYING_ZRTP, false);
	callmake_fact_on(&m, FACT_media_spanned, 0)->spans = true;
	struct fact *f = callmake_fact_on(&m, FACT_zrtp_same, 0);
	f->spans = true;
	f->grade = 4;
	assert_int_equal(shown(CONDITION_MEDIA), SHOWN_PASS);
	callmake_fact_on(&m, FACT_media_clear_start, 0);
	assert_int_equal(shown(CONDITION_MEDIA), SHOWN_PARTIAL);
	assert_int_equal(shown(CONDITION_KEYS), SHOWN_PASS);
}

static void one_line_that_is_not_whole_keeps_the_call_from_it(void **state)
{
	(void)state;
	call_with(KEYING_DTLS, false);
	callmake_line(&m, PROFILE_DTLS_SAVP, KEYING_DTLS)->kind = MEDIA_VIDEO;
	callmake_segment(&m, 1, 0, 0);
	for (int16_t line = 0; line < 2; line++) {
		struct fact *f = callmake_fact_on(&m, FACT_dtls_same, line);
		f->grade = 4;
		f->spans = true;
		f = callmake_fact_on(&m, FACT_media_spanned, line);
		f->grade = 4;
		f->spans = !line;
	}
	expect(SHOWN_NOT_OBSERVABLE, SHOWN_PASS, SHOWN_PARTIAL);
}

static void tls_between_the_ends_passes_where_both_are_asserted(void **state)
{
	(void)state;
	for (int spans = 0; spans < 2; spans++) {
		call_with(KEYING_UNKNOWN, false);
		m.c.kind = CALL_OPAQUE;
		callmake_fact(&m, FACT_tls_direct)->spans = spans;
		callmake_fact_on(&m, FACT_key_by_signaling, 0)->spans = spans;
		enum shown want = spans ? SHOWN_PASS : SHOWN_PARTIAL;
		expect(want, want, SHOWN_NOT_OBSERVABLE);
	}
}

static void tls_that_ends_elsewhere_is_suspect_or_by_role_a_fail(void **state)
{
	(void)state;
	for (uint64_t sure = 0; sure < 2; sure++) {
		call_with(KEYING_DTLS, false);
		struct fact *f = callmake_fact(&m, FACT_tls_elsewhere);
		f->value = sure;
		f->grade = sure ? 3 : 1;
		f->leg = 0;
		assert_int_equal(shown(CONDITION_SIGNALING), sure ? SHOWN_FAIL : SHOWN_SUSPECT);
	}
}

static int end(void **state)
{
	(void)state;
	callmake_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_of_them_fires_on_a_call_of_which_nothing_is_known),
		cmocka_unit_test(a_box_that_began_a_dialog_of_its_own_read_the_signaling),
		cmocka_unit_test(media_begun_anew_fails_keys_and_media),
		cmocka_unit_test(a_rewritten_key_is_the_cause_of_media_begun_anew),
		cmocka_unit_test(transcoded_media_fails_media_alone),
		cmocka_unit_test(media_passed_on_is_satisfied_and_no_more_than_partial),
		cmocka_unit_test(passed_on_here_and_begun_anew_there_fails),
		cmocka_unit_test(media_passes_only_where_keys_do),
		cmocka_unit_test(a_key_known_to_others_leaves_media_that_passed_unchanged_partial),
		cmocka_unit_test(a_readable_start_keeps_media_from_being_whole),
		cmocka_unit_test(one_line_that_is_not_whole_keeps_the_call_from_it),
		cmocka_unit_test(tls_between_the_ends_passes_where_both_are_asserted),
		cmocka_unit_test(tls_that_ends_elsewhere_is_suspect_or_by_role_a_fail),
	};
	return cmocka_run_group_tests(tests, NULL, end);
}
