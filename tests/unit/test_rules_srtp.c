/* test_rules_srtp.c - the rules on SRTP and on keys that were proved or misused, made by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"

static struct callmake m;

static enum shown keys(const struct judgement *j)
{
	return j->conditions[CONDITION_KEYS].shown;
}

static enum shown media(const struct judgement *j)
{
	return j->conditions[CONDITION_MEDIA].shown;
}

/* A line of SDES whose signaling was opened: nobody in between is known. */
static void sdes(void)
{
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false)->decrypted = true;
	callmake_line(&m, PROFILE_RTP_SAVP, KEYING_SDES);
	for (int from = 0; from < 2; from++)
		callmake_segment(&m, 0, from, 0);
}

static struct fact * and (enum fact_kind kind, uint64_t value, uint8_t grade)
{
	struct fact *f = callmake_fact_on(&m, kind, 0);

	f->value = value;
	f->grade = grade;
	return f;
}

static void each_fact_has_its_severity_and_effect(void **state)
{
	(void)state;
	static const struct {
		enum fact_kind kind;
		uint64_t value;
		uint8_t grade;
		const char *rule;
		enum severity severity;
		enum shown keys, media;
	} rows[] = {
		{ FACT_srtp_null, 1, 2, "SRTP-001", SEVERITY_CRITICAL, SHOWN_NOT_OBSERVABLE,
		  SHOWN_FAIL },
		{ FACT_srtp_null, 0, 3, "SRTP-001", SEVERITY_LOW, SHOWN_NOT_OBSERVABLE,
		  SHOWN_NOT_OBSERVABLE },
		{ FACT_srtp_unencrypted, 1, 2, "SRTP-002", SEVERITY_CRITICAL, SHOWN_NOT_OBSERVABLE,
		  SHOWN_FAIL },
		{ FACT_srtp_unencrypted, 0, 3, "SRTP-002", SEVERITY_LOW, SHOWN_NOT_OBSERVABLE,
		  SHOWN_NOT_OBSERVABLE },
		{ FACT_srtcp_unencrypted, 1, 2, "SRTP-003", SEVERITY_MEDIUM, SHOWN_NOT_OBSERVABLE,
		  SHOWN_SUSPECT },
		{ FACT_srtp_unauthenticated, 1, 2, "SRTP-003", SEVERITY_HIGH, SHOWN_NOT_OBSERVABLE,
		  SHOWN_SUSPECT },
		{ FACT_srtp_unauthenticated, 0, 3, "SRTP-003", SEVERITY_LOW, SHOWN_NOT_OBSERVABLE,
		  SHOWN_NOT_OBSERVABLE },
		{ FACT_srtp_short_tag, 1, 3, "SRTP-004", SEVERITY_LOW, SHOWN_NOT_OBSERVABLE,
		  SHOWN_NOT_OBSERVABLE },
		{ FACT_keystream_reused, 1, 3, "SRTP-006", SEVERITY_CRITICAL, SHOWN_FAIL,
		  SHOWN_FAIL },
		{ FACT_tags_failing, 9, 3, "SRTP-007", SEVERITY_HIGH, SHOWN_NOT_OBSERVABLE,
		  SHOWN_SUSPECT },
		{ FACT_key_forked, 2, 3, "KEY-004", SEVERITY_HIGH, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ FACT_key_reused, 1, 3, "KEY-005", SEVERITY_HIGH, SHOWN_NOT_OBSERVABLE,
		  SHOWN_NOT_OBSERVABLE },
		{ FACT_key_weak, 1, 3, "KEY-006", SEVERITY_CRITICAL, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ FACT_key_weak, 0, 3, "KEY-006", SEVERITY_MEDIUM, SHOWN_NOT_OBSERVABLE,
		  SHOWN_NOT_OBSERVABLE },
		{ FACT_key_malformed, 1, 3, "KEY-007", SEVERITY_MEDIUM, SHOWN_NOT_OBSERVABLE,
		  SHOWN_NOT_OBSERVABLE },
		{ FACT_keying_unexplained, 60, 1, "KEY-010", SEVERITY_MEDIUM, SHOWN_SUSPECT,
		  SHOWN_NOT_OBSERVABLE },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		sdes();
		and(rows[i].kind, rows[i].value, rows[i].grade);
		const struct judgement *j = callmake_judge(&m);
		const struct finding *f = callmake_violated(j, rows[i].rule);
		if (!f || f->severity != rows[i].severity || keys(j) != rows[i].keys ||
		    media(j) != rows[i].media)
			fail_msg("row %zu: %s", i, rows[i].rule);
		assert_int_equal(f->at[0].frame, m.c.fact_count);
	}
}

static void verified_tags_set_no_rule_off_and_support_the_media(void **state)
{
	(void)state;
	sdes();
	and(FACT_media_verified, 40, 4);
	const struct judgement *j = callmake_judge(&m);
	for (uint32_t i = 0; i < j->finding_count; i++)
		assert_true(strncmp(j->findings[i].rule->id, "SRTP", 4) != 0);
	assert_int_equal(media(j), SHOWN_PARTIAL);
	assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
}

/* D.8: tags answer for what they cover, encrypted SRTCP for RTCP, and neither for failing tags. */
static void a_suspicion_is_discharged_by_what_answers_it(void **state)
{
	(void)state;
	static const struct {
		enum fact_kind doubt, answer;
		enum shown media;
	} rows[] = {
		{ FACT_srtp_unauthenticated, FACT_media_verified, SHOWN_PARTIAL },
		{ FACT_srtcp_unencrypted, FACT_media_verified, SHOWN_SUSPECT },
		{ FACT_srtcp_unencrypted, FACT_srtcp_encrypted, SHOWN_NOT_OBSERVABLE },
		{ FACT_tags_failing, FACT_media_verified, SHOWN_SUSPECT },
		{ FACT_srtp_null, FACT_media_verified, SHOWN_FAIL },
		{ FACT_srtp_unencrypted, FACT_media_verified, SHOWN_FAIL },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		sdes();
		and(rows[i].doubt, 1, 2);
		and(rows[i].answer, 40, 4);
		if (media(callmake_judge(&m)) != rows[i].media)
			fail_msg("row %zu", i);
	}
}

/* What was agreed to be readable and is readable keeps its promise: not MED-002 as well. */
static void media_that_was_agreed_to_be_readable_is_no_broken_promise(void **state)
{
	(void)state;
	static const enum fact_kind kinds[] = { FACT_srtp_null, FACT_srtp_unencrypted };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		sdes();
		and(kinds[i], 1, 2);
		and(FACT_media_clear, 400, 3);
		const struct judgement *j = callmake_judge(&m);
		assert_null(callmake_violated(j, "MED-002"));
		assert_int_equal(media(j), SHOWN_FAIL);
		assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	}
}

static void a_proved_key_is_worth_who_else_had_it(void **state)
{
	(void)state;
	static const struct {
		bool readable, handled;
		enum outcome outcome;
		enum severity severity;
		enum shown keys;
	} rows[] = {
		{ true, false, OUTCOME_VIOLATED, SEVERITY_CRITICAL, SHOWN_FAIL },
		{ false, true, OUTCOME_VIOLATED, SEVERITY_HIGH, SHOWN_FAIL },
		{ false, false, OUTCOME_NOTED, SEVERITY_INFO, SHOWN_NOT_OBSERVABLE },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		sdes();
		m.legs[0].readable = rows[i].readable;
		and(FACT_key_unused, 30, 3)->leg = 0;
		and(FACT_key_proved, 40, 4);
		if (rows[i].handled)
			callmake_fact(&m, FACT_via_elements)->value = 2;
		const struct judgement *j = callmake_judge(&m);
		const struct finding *f = callmake_finding(j, "KEY-003", rows[i].outcome);
		assert_true(f && f->severity == rows[i].severity);
		assert_int_equal(keys(j), rows[i].keys);
	}
}

static void a_key_that_fits_nothing_is_not_assessable(void **state)
{
	(void)state;
	sdes();
	and(FACT_key_unproved, 40, 3);
	const struct judgement *j = callmake_judge(&m);
	assert_non_null(callmake_finding(j, "KEY-003", OUTCOME_NOT_ASSESSABLE));
	assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	assert_int_equal(media(j), SHOWN_NOT_OBSERVABLE);
}

static void a_key_used_by_the_other_side_is_malformed_and_proved(void **state)
{
	(void)state;
	sdes();
	m.legs[0].readable = true;
	and(FACT_key_readable, 30, 3)->leg = 0;
	and(FACT_key_wrong_way, 40, 4);
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(callmake_violated(j, "KEY-007")->severity, SEVERITY_MEDIUM);
	assert_int_equal(callmake_violated(j, "KEY-003")->severity, SEVERITY_CRITICAL);
	assert_int_equal(keys(j), SHOWN_FAIL);
}

static void unexplained_keys_are_explained_by_tags_that_fit(void **state)
{
	(void)state;
	sdes();
	and(FACT_keying_unexplained, 60, 1);
	and(FACT_key_proved_dtls, 40, 4);
	const struct judgement *j = callmake_judge(&m);
	assert_non_null(callmake_violated(j, "KEY-010"));
	assert_int_equal(keys(j), SHOWN_PARTIAL);
}

static void nothing_seen_of_srtp_is_not_observable(void **state)
{
	(void)state;
	sdes();
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	assert_int_equal(media(j), SHOWN_NOT_OBSERVABLE);
	for (uint32_t i = 0; i < j->finding_count; i++)
		assert_true(strncmp(j->findings[i].rule->id, "SRTP", 4) != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fact_has_its_severity_and_effect),
		cmocka_unit_test(verified_tags_set_no_rule_off_and_support_the_media),
		cmocka_unit_test(a_suspicion_is_discharged_by_what_answers_it),
		cmocka_unit_test(media_that_was_agreed_to_be_readable_is_no_broken_promise),
		cmocka_unit_test(a_proved_key_is_worth_who_else_had_it),
		cmocka_unit_test(a_key_that_fits_nothing_is_not_assessable),
		cmocka_unit_test(a_key_used_by_the_other_side_is_malformed_and_proved),
		cmocka_unit_test(unexplained_keys_are_explained_by_tags_that_fit),
		cmocka_unit_test(nothing_seen_of_srtp_is_not_observable),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	callmake_end();
	return failed;
}
