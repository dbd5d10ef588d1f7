/* test_rules_middle.c - recording, mixers, gateways, transfers and ICE, on calls made by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"

static struct callmake m;

/* Keyed by DTLS and seen to pass; `kind` FACT_KINDS: nothing else is known of it. */
static struct fact *call_with(enum fact_kind kind, uint8_t grade, uint64_t value, bool on_line)
{
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false);
	callmake_line(&m, PROFILE_DTLS_SAVP, KEYING_DTLS);
	callmake_segment(&m, 0, 0, 0);
	if (kind == FACT_KINDS)
		return NULL;
	struct fact *f = on_line ? callmake_fact_on(&m, kind, 0) : callmake_fact(&m, kind);
	f->grade = grade;
	f->value = value;
	return f;
}

static enum shown keys(const struct judgement *j)
{
	return j->conditions[CONDITION_KEYS].shown;
}

static enum shown media(const struct judgement *j)
{
	return j->conditions[CONDITION_MEDIA].shown;
}

static void expect_silence(const char *rule)
{
	call_with(FACT_KINDS, 0, 0, false);
	assert_null(callmake_violated(callmake_judge(&m), rule));
}

/* ---- B2B-006 -------------------------------------------------------------------------- */

static void an_element_that_records_fails_media(void **state)
{
	(void)state;
	call_with(FACT_siprec, 3, 2, false);
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(media(j), SHOWN_FAIL);
	assert_non_null(callmake_violated(j, "B2B-006"));
	expect_silence("B2B-006");
}

static void a_party_that_says_it_is_recorded_leaves_open_who_records(void **state)
{
	(void)state;
	call_with(FACT_record_on, 2, 0, false);
	assert_int_equal(media(callmake_judge(&m)), SHOWN_SUSPECT);
}

static void an_endpoint_that_records_leaves_media_as_it_was(void **state)
{
	(void)state;
	call_with(FACT_record_on, 2, 1, false);
	m.c.recorded_by_endpoint = true;
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(media(j), SHOWN_NOT_OBSERVABLE);
	assert_true(j->suffix & SUFFIX_RECORDED);
	assert_non_null(callmake_violated(j, "B2B-006"));
}

static void a_copy_without_the_key_is_a_suspicion(void **state)
{
	(void)state;
	call_with(FACT_media_copied, 1, 0, true)->segment = 0;
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(media(j), SHOWN_SUSPECT);
	assert_non_null(strstr(callmake_violated(j, "B2B-006")->detail, "unexplained copy"));
}

static void a_copy_to_a_recorder_fails_media(void **state)
{
	(void)state;
	call_with(FACT_media_copied, 3, 1, true)->segment = 0;
	assert_int_equal(media(callmake_judge(&m)), SHOWN_FAIL);
}

/* ---- B2B-007, OBS-011 -------------------------------------------------------------------- */

static void a_conference_that_says_so_fails_keys_and_media(void **state)
{
	(void)state;
	call_with(FACT_conference, 2, ROLE_DECLARED, false);
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(keys(j), SHOWN_FAIL);
	assert_int_equal(media(j), SHOWN_FAIL);
	assert_non_null(callmake_violated(j, "B2B-007"));
	assert_non_null(callmake_finding(j, "OBS-011", OUTCOME_NOTED));
	assert_non_null(strstr(j->conditions[CONDITION_KEYS].why, "cannot be seen from outside"));
	expect_silence("B2B-007");
}

static void contributing_sources_alone_fail_nothing(void **state)
{
	(void)state;
	call_with(FACT_conference, 1, ROLE_INFERRED, false);
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(media(j), SHOWN_SUSPECT);
	assert_null(callmake_violated(j, "B2B-007"));
	assert_non_null(callmake_finding(j, "B2B-007", OUTCOME_NOTED));
}

static void inner_encryption_that_is_asserted_is_not_observable(void **state)
{
	(void)state;
	call_with(FACT_conference, 3, ROLE_ASSERTED + 4, false);
	callmake_fact_on(&m, FACT_media_relayed, 0)->grade = 4;
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	assert_int_equal(media(j), SHOWN_NOT_OBSERVABLE);
	assert_string_equal(j->conditions[CONDITION_KEYS].why, "inner layer asserted, not seen");
}

static void a_conference_without_media_has_nothing_to_lose(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_ATTEMPT);
	callmake_leg(&m, false);
	callmake_fact(&m, FACT_conference)->value = ROLE_DECLARED;
	assert_int_equal(media(callmake_judge(&m)), SHOWN_NOT_APPLICABLE);
}

/* ---- B2B-008, 009, 010 --------------------------------------------------------------------- */

static void a_gateway_ends_the_scope_and_fails_nothing(void **state)
{
	(void)state;
	call_with(FACT_gateway, 3, ROLE_ASSERTED, false);
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	assert_non_null(callmake_violated(j, "B2B-008"));
	call_with(FACT_gateway, 1, ROLE_INFERRED, false);
	assert_null(callmake_violated(callmake_judge(&m), "B2B-008"));
	expect_silence("B2B-008");
}

static void a_registration_to_a_gateway_is_no_call_that_goes_on(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_REGISTRATION);
	callmake_leg(&m, true);
	m.c.ends[1].role = ROLE_GATEWAY;
	assert_int_equal(callmake_judge(&m)->suffix, 0);
	m.c.kind = CALL_CALL;
	assert_true(callmake_judge(&m)->suffix & SUFFIX_TO_GATEWAY);
}

static void a_transfer_under_the_old_key_is_a_suspicion(void **state)
{
	(void)state;
	call_with(FACT_party_changed, 1, 0, true);
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(keys(j), SHOWN_SUSPECT);
	assert_non_null(callmake_violated(j, "B2B-009"));
	expect_silence("B2B-009");
}

static void ice_that_ends_in_the_middle_is_a_suspicion(void **state)
{
	(void)state;
	call_with(FACT_ice_changed, 1, 0, true);
	assert_int_equal(media(callmake_judge(&m)), SHOWN_SUSPECT);
	assert_non_null(callmake_violated(callmake_judge(&m), "B2B-010"));
	expect_silence("B2B-010");
}

static void the_same_packets_on_both_sides_answer_it(void **state)
{
	(void)state;
	call_with(FACT_ice_changed, 1, 0, true);
	callmake_fact_on(&m, FACT_media_relayed, 0)->grade = 4;
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(media(j), SHOWN_PARTIAL);
	assert_non_null(callmake_violated(j, "B2B-010"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_element_that_records_fails_media),
		cmocka_unit_test(a_party_that_says_it_is_recorded_leaves_open_who_records),
		cmocka_unit_test(an_endpoint_that_records_leaves_media_as_it_was),
		cmocka_unit_test(a_copy_without_the_key_is_a_suspicion),
		cmocka_unit_test(a_copy_to_a_recorder_fails_media),
		cmocka_unit_test(a_conference_that_says_so_fails_keys_and_media),
		cmocka_unit_test(contributing_sources_alone_fail_nothing),
		cmocka_unit_test(inner_encryption_that_is_asserted_is_not_observable),
		cmocka_unit_test(a_conference_without_media_has_nothing_to_lose),
		cmocka_unit_test(a_gateway_ends_the_scope_and_fails_nothing),
		cmocka_unit_test(a_registration_to_a_gateway_is_no_call_that_goes_on),
		cmocka_unit_test(a_transfer_under_the_old_key_is_a_suspicion),
		cmocka_unit_test(ice_that_ends_in_the_middle_is_a_suspicion),
		cmocka_unit_test(the_same_packets_on_both_sides_answer_it),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	callmake_end();
	return failed;
}
