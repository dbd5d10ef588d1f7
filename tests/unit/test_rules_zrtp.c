/* test_rules_zrtp.c - the rules on ZRTP, on calls made by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"

enum { M_FLAG = 1, SAS_RELAY = 2, KEPT = 0, ASKED = 1, AGREED = 2, PRESHARED = 1, BY_STREAM = 2 };

static struct callmake m;

static enum shown keys(const struct judgement *j)
{
	return j->conditions[CONDITION_KEYS].shown;
}

static enum shown media(const struct judgement *j)
{
	return j->conditions[CONDITION_MEDIA].shown;
}

static struct fact * and (enum fact_kind kind, uint64_t value)
{
	struct fact *f = callmake_fact_on(&m, kind, 0);

	f->value = value;
	return f;
}

/* A call over TLS that was keyed by ZRTP, with media behind it. */
static void keyed(void)
{
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false);
	callmake_line(&m, PROFILE_RTP_AVP, KEYING_ZRTP)->zrtp = true;
	for (int from = 0; from < 2; from++)
		callmake_segment(&m, 0, from, 0)->protection = PROTECTION_NONE_FOUND;
	and(FACT_zrtp_seen, 12);
	and(FACT_zrtp_complete, 0)->grade = 4;
	and(FACT_media_no_plaintext, 40)->grade = 1;
}

static void assert_ends(void)
{
	for (unsigned i = 0; i < 2; i++) {
		m.c.ends[i].role = ROLE_ENDPOINT;
		m.c.ends[i].role_from = ROLE_ASSERTED;
	}
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
		{ FACT_zrtp_mismatch, 0, 4, "ZRTP-001", SEVERITY_CRITICAL, SHOWN_SUSPECT,
		  SHOWN_PARTIAL },
		{ FACT_zrtp_mismatch, 1, 4, "ZRTP-001", SEVERITY_HIGH, SHOWN_SUSPECT,
		  SHOWN_PARTIAL },
		{ FACT_zrtp_unbound, 1, 3, "ZRTP-002", SEVERITY_LOW, SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ FACT_zrtp_middle, M_FLAG, 2, "ZRTP-003", SEVERITY_HIGH, SHOWN_FAIL, SHOWN_FAIL },
		{ FACT_zrtp_middle, SAS_RELAY, 2, "ZRTP-003", SEVERITY_HIGH, SHOWN_FAIL,
		  SHOWN_FAIL },
		{ FACT_zrtp_cleared, AGREED, 3, "ZRTP-005", SEVERITY_CRITICAL, SHOWN_PARTIAL,
		  SHOWN_FAIL },
		{ FACT_zrtp_cleared, ASKED, 3, "ZRTP-005", SEVERITY_CRITICAL, SHOWN_PARTIAL,
		  SHOWN_SUSPECT },
		{ FACT_zrtp_broken, 0, 4, "ZRTP-006", SEVERITY_HIGH, SHOWN_FAIL, SHOWN_PARTIAL },
		{ FACT_zrtp_broken, 0, 3, "ZRTP-006", SEVERITY_HIGH, SHOWN_FAIL, SHOWN_PARTIAL },
		{ FACT_zrtp_weak, 0, 3, "ZRTP-007", SEVERITY_LOW, SHOWN_PARTIAL, SHOWN_PARTIAL },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		keyed();
		and(rows[i].kind, rows[i].value)->grade = rows[i].grade;
		const struct judgement *j = callmake_judge(&m);
		const struct finding *f = callmake_violated(j, rows[i].rule);
		if (!f || f->severity != rows[i].severity || keys(j) != rows[i].keys ||
		    media(j) != rows[i].media)
			fail_msg("row %zu: %s", i, rows[i].rule);
		assert_int_equal(f->at[0].frame, m.c.fact_count);
	}
}

static void an_ordinary_exchange_sets_no_rule_off(void **state)
{
	(void)state;
	keyed();
	and(FACT_zrtp_bound, 1)->grade = 4;
	const struct judgement *j = callmake_judge(&m);
	for (uint32_t i = 0; i < j->finding_count; i++)
		if (!strncmp(j->findings[i].rule->id, "ZRTP", 4))
			fail_msg("%s", j->findings[i].rule->id);
	assert_int_equal(keys(j), SHOWN_PARTIAL);
	assert_int_equal(j->conditions[CONDITION_KEYS].v.grade, 4);
}

static void silence_about_zrtp_is_not_observable(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false);
	callmake_line(&m, PROFILE_RTP_AVP, KEYING_ZRTP)->zrtp = true;
	and(FACT_zrtp_seen, 2);
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	for (uint32_t i = 0; i < j->finding_count; i++)
		assert_true(strncmp(j->findings[i].rule->id, "ZRTP", 4) != 0);
}

/* B.9: a box that ends ZRTP in the open on both sides contradicts nobody. */
static void only_a_check_that_fails_is_tampering(void **state)
{
	(void)state;
	for (uint8_t grade = 3; grade <= 4; grade++) {
		keyed();
		and(FACT_zrtp_broken, 0)->grade = grade;
		assert_int_equal(callmake_judge(&m)->label,
				 grade == 4 ? LABEL_TAMPERING : LABEL_HOP_BY_HOP);
	}
}

static void a_mismatch_with_something_missing_is_no_tampering(void **state)
{
	(void)state;
	for (unsigned missing = 0; missing < 2; missing++) {
		keyed();
		and(FACT_zrtp_mismatch, missing)->grade = 4;
		assert_int_equal(callmake_judge(&m)->label,
				 missing ? LABEL_UNDETERMINED : LABEL_TAMPERING);
	}
}

/* RFC 6189 5.2: able to be a middle; at both ends one exchange shows that nobody was. */
static void the_m_flag_is_ability_where_both_ends_show_one_exchange(void **state)
{
	(void)state;
	for (unsigned relay = 0; relay < 2; relay++)
		for (unsigned asserted = 0; asserted < 2; asserted++) {
			keyed();
			and(FACT_zrtp_same, 2)->grade = 4;
			and(FACT_zrtp_middle, relay ? SAS_RELAY : M_FLAG)->grade = 2;
			if (asserted)
				assert_ends();
			const struct judgement *j = callmake_judge(&m);
			bool able = asserted && !relay;
			assert_int_equal(callmake_violated(j, "ZRTP-003") == NULL, able);
			assert_int_equal(keys(j), able ? SHOWN_PARTIAL : SHOWN_FAIL);
		}
}

static void an_exchange_that_stopped_is_judged_by_the_media(void **state)
{
	(void)state;
	for (unsigned clear = 0; clear < 2; clear++) {
		keyed();
		m.facts[2].kind = FACT_zrtp_stopped;
		m.facts[3].kind = clear ? FACT_media_clear : FACT_media_insufficient;
		m.facts[3].grade = 3;
		const struct judgement *j = callmake_judge(&m);
		const struct finding *f = callmake_violated(j, "ZRTP-004");
		assert_int_equal(f != NULL, clear);
		assert_true(!f || f->severity == SEVERITY_HIGH);
		assert_int_equal(media(j), clear ? SHOWN_FAIL : SHOWN_NOT_OBSERVABLE);
		assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	}
}

static void a_hello_without_an_answer_keys_nothing(void **state)
{
	(void)state;
	keyed();
	m.facts[2].kind = FACT_media_clear;
	m.facts[3].kind = FACT_media_clear;
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(callmake_violated(j, "MED-001")->severity, SEVERITY_CRITICAL);
	assert_null(callmake_violated(j, "MED-006"));
	assert_int_equal(keys(j), SHOWN_FAIL);
}

static void a_clear_that_nobody_obeyed_is_noted(void **state)
{
	(void)state;
	keyed();
	and(FACT_zrtp_cleared, KEPT);
	const struct judgement *j = callmake_judge(&m);
	assert_non_null(callmake_finding(j, "ZRTP-005", OUTCOME_NOTED));
	assert_int_equal(media(j), SHOWN_PARTIAL);
}

/* ---- KEY-011 ----------------------------------------------------------------------------------
 */

static void an_exchange_is_proved_as_far_as_it_was_announced(void **state)
{
	(void)state;
	static const struct {
		bool bound, same, asserted;
		enum outcome outcome;
	} rows[] = {
		{ false, false, false, OUTCOME_NOT_ASSESSABLE },
		{ true, false, false, OUTCOME_NOTED },
		{ true, true, false, OUTCOME_NOTED },
		{ true, true, true, OUTCOME_SATISFIED },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		keyed();
		if (rows[i].bound)
			and(FACT_zrtp_bound, 1)->grade = 4;
		if (rows[i].same)
			and(FACT_zrtp_same, 2)->grade = 4;
		if (rows[i].asserted)
			assert_ends();
		const struct judgement *j = callmake_judge(&m);
		assert_non_null(callmake_finding(j, "KEY-011", rows[i].outcome));
		assert_int_equal(keys(j), SHOWN_PARTIAL);
	}
}

static void keys_agreed_before_are_not_proved_by_this_exchange(void **state)
{
	(void)state;
	for (uint64_t how = PRESHARED; how <= BY_STREAM; how++) {
		keyed();
		m.facts[2].value = how;
		and(FACT_zrtp_bound, 1)->grade = 4;
		assert_non_null(
			callmake_finding(callmake_judge(&m), "KEY-011", OUTCOME_NOT_ASSESSABLE));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fact_has_its_severity_and_effect),
		cmocka_unit_test(an_ordinary_exchange_sets_no_rule_off),
		cmocka_unit_test(silence_about_zrtp_is_not_observable),
		cmocka_unit_test(only_a_check_that_fails_is_tampering),
		cmocka_unit_test(a_mismatch_with_something_missing_is_no_tampering),
		cmocka_unit_test(the_m_flag_is_ability_where_both_ends_show_one_exchange),
		cmocka_unit_test(an_exchange_that_stopped_is_judged_by_the_media),
		cmocka_unit_test(a_hello_without_an_answer_keys_nothing),
		cmocka_unit_test(a_clear_that_nobody_obeyed_is_noted),
		cmocka_unit_test(an_exchange_is_proved_as_far_as_it_was_announced),
		cmocka_unit_test(keys_agreed_before_are_not_proved_by_this_exchange),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	callmake_end();
	return failed;
}
