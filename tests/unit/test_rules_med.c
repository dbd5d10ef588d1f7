/* test_rules_med.c - the rules on media, on calls made by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"

static struct callmake m;

static const struct judgement *judged(void)
{
	return callmake_judge(&m);
}

static enum shown media(const struct judgement *j)
{
	return j->conditions[CONDITION_MEDIA].shown;
}

static enum shown keys(const struct judgement *j)
{
	return j->conditions[CONDITION_KEYS].shown;
}

static struct media *call_with(enum media_profile profile, enum keying keying)
{
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	struct media *line = callmake_line(&m, profile, keying);
	callmake_segment(&m, 0, 0, 0);
	return line;
}

static void clear_voice_fails_media_and_keys(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_AVP, KEYING_NONE);
	callmake_fact_on(&m, FACT_media_clear, 0)->duration_ns = 2500000000u;
	const struct judgement *j = judged();
	const struct finding *f = callmake_violated(j, "MED-001");
	assert_int_equal(media(j), SHOWN_FAIL);
	assert_int_equal(keys(j), SHOWN_FAIL);
	assert_int_equal(j->label, LABEL_EXPOSED);
	assert_string_equal(f->title, "Voice readable");
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_non_null(strstr(f->detail, "No encryption keys were used"));
	assert_int_equal(f->at[0].frame, 2);
	assert_true(j->exposed_seconds > 2.49 && j->exposed_seconds < 2.51);
	assert_in_range(j->score, 0, 5);
}

static void media_without_plaintext_is_not_called_encrypted(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_SAVP, KEYING_SDES);
	callmake_fact_on(&m, FACT_media_no_plaintext, 0);
	const struct judgement *j = judged();
	assert_int_equal(media(j), SHOWN_NOT_OBSERVABLE);
	assert_null(callmake_violated(j, "MED-001"));
	assert_non_null(callmake_finding(j, "MED-001", OUTCOME_NOT_ASSESSABLE));
	assert_non_null(strstr(j->conditions[CONDITION_MEDIA].why, "no plaintext structure"));
}

static void unseen_media_is_not_observable(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_AVP, KEYING_NONE)->segment_count = 0;
	callmake_fact_on(&m, FACT_media_unseen, 0);
	const struct judgement *j = judged();
	assert_int_equal(media(j), SHOWN_NOT_OBSERVABLE);
	assert_null(callmake_violated(j, "MED-001"));
	assert_non_null(callmake_finding(j, "MED-011", OUTCOME_NOTED));
}

static void each_kind_has_its_own_title(void **state)
{
	static const struct {
		enum fact_kind fact;
		enum media_kind kind;
		const char *title;
	} cases[] = {
		{ FACT_media_clear, MEDIA_VIDEO, "Video readable" },
		{ FACT_media_clear, MEDIA_TEXT, "Text readable" },
		{ FACT_fax_readable, MEDIA_IMAGE, "Fax readable" },
		{ FACT_text_readable, MEDIA_MESSAGE, "Messages readable" },
		{ FACT_text_readable, MEDIA_TEXT, "Text readable" },
		{ FACT_floor_readable, MEDIA_APPLICATION, "Floor control readable" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		call_with(PROFILE_RTP_AVP, KEYING_NONE)->kind = cases[i].kind;
		callmake_fact_on(&m, cases[i].fact, 0);
		assert_string_equal(callmake_violated(judged(), "MED-001")->title, cases[i].title);
		assert_int_equal(keys(judged()), SHOWN_FAIL);
	}
}

static void a_broken_promise_is_med_002(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_SAVP, KEYING_SDES);
	m.segments[0][0].clear = 100;
	callmake_fact_on(&m, FACT_media_clear, 0);
	const struct judgement *j = judged();
	assert_non_null(callmake_violated(j, "MED-002"));
	assert_null(callmake_violated(j, "MED-001"));
	assert_int_equal(keys(j), SHOWN_FAIL);
	assert_int_equal(media(j), SHOWN_FAIL);
}

static void a_clear_part_of_a_dtls_line_says_nothing_of_keys(void **state)
{
	(void)state;
	call_with(PROFILE_DTLS_SAVP, KEYING_DTLS);
	m.segments[0][0].clear = 20;
	callmake_fact_on(&m, FACT_media_clear, 0);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "MED-006")->severity, SEVERITY_HIGH);
	assert_null(callmake_violated(j, "MED-002"));
	assert_int_equal(media(j), SHOWN_FAIL);
	assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	assert_int_equal(j->label, LABEL_EXPOSED);
}

static void few_packets_prove_no_broken_promise(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_SAVP, KEYING_SDES);
	callmake_fact_on(&m, FACT_media_insufficient, 0);
	assert_null(callmake_violated(judged(), "MED-002"));
	assert_int_equal(media(judged()), SHOWN_NOT_OBSERVABLE);
}

static void a_clear_start_within_the_tolerance_is_partial(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_AVP, KEYING_ZRTP)->zrtp = true;
	callmake_segment(&m, 0, 0, 0)->protection = PROTECTION_NONE_FOUND;
	struct fact *f = callmake_fact_on(&m, FACT_media_clear_start, 0);
	f->duration_ns = 300000000;
	f->segment = (int16_t)(m.media[0].segment_count - 1);
	const struct judgement *j = judged();
	assert_int_equal(media(j), SHOWN_PARTIAL);
	assert_int_equal(callmake_violated(j, "MED-006")->severity, SEVERITY_LOW);
	assert_int_not_equal(j->label, LABEL_EXPOSED);
}

static void a_clear_start_without_more_media_proves_nothing(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_AVP, KEYING_ZRTP)->zrtp = true;
	m.segments[0][0].protection = PROTECTION_INSUFFICIENT;
	callmake_fact_on(&m, FACT_media_clear_start, 0)->segment = 0;
	const struct judgement *j = judged();
	assert_int_equal(media(j), SHOWN_NOT_OBSERVABLE);
	assert_non_null(strstr(j->conditions[CONDITION_MEDIA].why, "too little"));
}

static void refused_fax_is_told_beside_the_voice_that_carries_it(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_AVP, KEYING_NONE);
	callmake_fact_on(&m, FACT_media_clear, 0);
	callmake_fact_on(&m, FACT_fax_proposed, 0);
	const struct finding *f = callmake_violated(judged(), "MED-001");
	assert_string_equal(f->title, "Voice and fax readable");
	assert_non_null(strstr(f->detail, "proposed as T.38 and, refused"));
	m.facts[m.c.fact_count - 1].media = 1; /* another line's */
	assert_string_equal(callmake_violated(judged(), "MED-001")->title, "Voice readable");
}

static const struct judgement *held_call(enum epoch_type talk_clear, bool both_ways)
{
	call_with(PROFILE_DTLS_SAVP, KEYING_DTLS);
	callmake_segment(&m, 0, 1, 0);
	m.epochs[1] = m.epochs[0];
	m.epochs[1].type = EPOCH_HOLD;
	m.c.epoch_count = 2;
	for (unsigned i = 0; i < m.media[0].segment_count; i++)
		m.segments[0][i].epoch = 1;
	m.segments[0][0].protection = PROTECTION_CLEAR;
	if (both_ways)
		m.segments[0][1].protection = PROTECTION_CLEAR;
	struct fact *f = callmake_fact_on(&m, FACT_media_clear, 0);
	f->segment = 0;
	f->epoch = talk_clear == EPOCH_HOLD ? 1 : 0;
	return judged();
}

static void hold_music_lowers_nothing_unless_the_party_is_heard(void **state)
{
	(void)state;
	const struct judgement *j = held_call(EPOCH_HOLD, false);
	assert_int_equal(media(j), SHOWN_NOT_OBSERVABLE);
	assert_int_equal(callmake_violated(j, "MED-006")->severity, SEVERITY_LOW);
	assert_int_equal(media(held_call(EPOCH_HOLD, true)), SHOWN_FAIL);
	assert_int_equal(media(held_call(EPOCH_TALK, false)), SHOWN_FAIL);
}

static void clear_media_beyond_the_tolerance_fails_media_only(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_AVP, KEYING_ZRTP)->zrtp = true;
	callmake_fact_on(&m, FACT_media_clear, 0);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "MED-006")->severity, SEVERITY_HIGH);
	assert_int_equal(media(j), SHOWN_FAIL);
	assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	assert_int_equal(j->label, LABEL_EXPOSED);
}

static void ringback_lowers_nothing(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_SAVP, KEYING_SDES);
	callmake_fact_on(&m, FACT_media_early_clear, 0);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "MED-006")->severity, SEVERITY_LOW);
	assert_int_equal(media(j), SHOWN_NOT_OBSERVABLE);
}

static void an_open_microphone_before_the_answer_fails(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_SAVP, KEYING_SDES);
	callmake_fact_on(&m, FACT_media_microphone_early, 0);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "MED-006")->severity, SEVERITY_HIGH);
	assert_int_equal(media(j), SHOWN_FAIL);
	assert_int_equal(j->label, LABEL_EXPOSED);
}

static void a_downgrade_is_critical_when_media_is_clear(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_AVP, KEYING_NONE);
	callmake_fact_on(&m, FACT_downgrade, 0);
	callmake_fact_on(&m, FACT_media_clear, 0);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "MED-003")->severity, SEVERITY_CRITICAL);
	assert_string_equal(callmake_violated(j, "MED-001")->caused_by, "MED-003");
	m.c.emergency = true;
	assert_int_equal(callmake_violated(judged(), "MED-003")->severity, SEVERITY_INFO);
}

static void a_downgrade_without_media_is_a_suspicion(void **state)
{
	(void)state;
	struct media *line = call_with(PROFILE_RTP_AVP, KEYING_NONE);
	assert_null(callmake_violated(judged(), "MED-003"));
	callmake_fact_on(&m, FACT_downgrade, 0);
	assert_int_equal(callmake_violated(judged(), "MED-003")->severity, SEVERITY_HIGH);
	assert_int_equal(media(judged()), SHOWN_SUSPECT);
	line->zrtp = true;
	assert_int_equal(media(judged()), SHOWN_NOT_OBSERVABLE);
}

static void optional_protection_declined_needs_the_media(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_AVP, KEYING_NONE);
	assert_null(callmake_finding(judged(), "MED-004", OUTCOME_NOT_ASSESSABLE));
	callmake_fact_on(&m, FACT_optional_declined, 0);
	assert_null(callmake_violated(judged(), "MED-004"));
	assert_non_null(callmake_finding(judged(), "MED-004", OUTCOME_NOT_ASSESSABLE));
	callmake_fact_on(&m, FACT_media_clear, 0);
	assert_int_equal(callmake_violated(judged(), "MED-004")->severity, SEVERITY_HIGH);
	assert_string_equal(callmake_violated(judged(), "MED-001")->caused_by, "MED-004");
}

static void an_unprotected_sibling_is_caused_by_its_media(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_SAVP, KEYING_SDES);
	callmake_line(&m, PROFILE_RTP_AVP, KEYING_NONE)->kind = MEDIA_VIDEO;
	assert_null(callmake_violated(judged(), "MED-005"));
	callmake_fact_on(&m, FACT_sibling_clear, 1);
	assert_null(callmake_violated(judged(), "MED-005")->caused_by);
	assert_int_equal(media(judged()), SHOWN_SUSPECT);
	callmake_fact_on(&m, FACT_media_clear, 1);
	assert_string_equal(callmake_violated(judged(), "MED-005")->caused_by, "MED-001");
	assert_int_equal(media(judged()), SHOWN_FAIL);
}

static void unowned_media_is_suspect_unless_signaling_was_opaque(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_OPAQUE);
	callmake_line(&m, PROFILE_OTHER, KEYING_UNKNOWN);
	callmake_segment(&m, 0, 0, 0);
	assert_null(callmake_violated(judged(), "MED-007"));
	callmake_fact_on(&m, FACT_media_unowned, 0);
	assert_int_equal(media(judged()), SHOWN_SUSPECT);
	assert_non_null(callmake_violated(judged(), "MED-007"));
	callmake_leg(&m, false);
	assert_int_equal(media(judged()), SHOWN_NOT_OBSERVABLE);
	assert_null(callmake_violated(judged(), "MED-007"));
}

static void a_clear_page_is_exposed_and_nothing_else(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_PAGE);
	callmake_line(&m, PROFILE_OTHER, KEYING_UNKNOWN);
	callmake_segment(&m, 0, 0, 0);
	assert_null(callmake_violated(judged(), "MED-012"));
	callmake_fact_on(&m, FACT_page_clear, 0);
	callmake_fact_on(&m, FACT_media_clear, 0);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "MED-012")->severity, SEVERITY_MEDIUM);
	assert_null(callmake_violated(j, "MED-001"));
	assert_int_equal(media(j), SHOWN_FAIL);
	assert_int_equal(j->label, LABEL_EXPOSED);
	assert_int_equal(j->policy, POLICY_MET);
}

static void a_quiet_page_is_not_observable(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_PAGE);
	assert_int_equal(media(judged()), SHOWN_NOT_OBSERVABLE);
	assert_int_equal(judged()->label, LABEL_UNDETERMINED);
}

static void one_way_media_is_noted(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_AVP, KEYING_NONE);
	assert_null(callmake_finding(judged(), "MED-011", OUTCOME_NOTED));
	callmake_fact_on(&m, FACT_media_one_way, 0);
	assert_non_null(callmake_finding(judged(), "MED-011", OUTCOME_NOTED));
	assert_null(callmake_violated(judged(), "MED-011"));
}

static void exposed_seconds_do_not_add_up_directions_or_taps(void **state)
{
	(void)state;
	call_with(PROFILE_RTP_AVP, KEYING_NONE);
	callmake_segment(&m, 0, 1, 0);
	callmake_segment(&m, 0, 0, 1);
	for (int i = 0; i < 3; i++)
		m.segments[0][i].clear_ns = 4000000000u + (uint64_t)i;
	callmake_fact_on(&m, FACT_media_clear, 0);
	assert_true(judged()->exposed_seconds < 4.001);
}

static void a_test_that_fired_in_too_few_packets_is_a_suspicion(void **state)
{
	(void)state;
	static const struct {
		enum media_profile profile;
		enum keying keying;
		bool fires;
	} rows[] = { { PROFILE_RTP_SAVP, KEYING_DTLS, true },
		     { PROFILE_RTP_AVP, KEYING_SDES, true },
		     { PROFILE_RTP_AVP, KEYING_NONE, false } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		call_with(rows[i].profile, rows[i].keying);
		callmake_fact_on(&m, FACT_media_doubtful, 0)->grade = 1;
		const struct judgement *j = judged();
		const struct finding *f = callmake_violated(j, "MED-002");
		assert_int_equal(f != NULL, rows[i].fires);
		assert_true(!f || f->severity == SEVERITY_HIGH);
		assert_int_equal(media(j), rows[i].fires ? SHOWN_SUSPECT : SHOWN_NOT_OBSERVABLE);
	}
	call_with(PROFILE_RTP_SAVP, KEYING_DTLS);
	callmake_fact_on(&m, FACT_media_doubtful, 0)->grade = 1;
	callmake_fact_on(&m, FACT_media_verified, 0)->grade = 4;
	assert_int_equal(media(judged()), SHOWN_PARTIAL);
}

static void readable_rtcp_is_told_and_lowers_nothing(void **state)
{
	(void)state;
	static const struct {
		enum fact_kind kind;
		const char *rule;
		enum severity severity;
	} rows[] = { { FACT_rtcp_clear, "MED-009", SEVERITY_MEDIUM },
		     { FACT_rtcp_personal, "MED-010", SEVERITY_LOW } };

	for (size_t i = 0; i < 2; i++) {
		call_with(PROFILE_RTP_SAVP, KEYING_DTLS);
		assert_null(callmake_violated(judged(), rows[i].rule));
		callmake_fact_on(&m, rows[i].kind, 0);
		callmake_fact_on(&m, FACT_media_verified, 0)->grade = 4;
		const struct judgement *j = judged();
		assert_int_equal(callmake_violated(j, rows[i].rule)->severity, rows[i].severity);
		assert_int_equal(media(j), SHOWN_PARTIAL);
		assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clear_voice_fails_media_and_keys),
		cmocka_unit_test(media_without_plaintext_is_not_called_encrypted),
		cmocka_unit_test(unseen_media_is_not_observable),
		cmocka_unit_test(each_kind_has_its_own_title),
		cmocka_unit_test(a_broken_promise_is_med_002),
		cmocka_unit_test(a_clear_part_of_a_dtls_line_says_nothing_of_keys),
		cmocka_unit_test(few_packets_prove_no_broken_promise),
		cmocka_unit_test(a_clear_start_within_the_tolerance_is_partial),
		cmocka_unit_test(a_clear_start_without_more_media_proves_nothing),
		cmocka_unit_test(refused_fax_is_told_beside_the_voice_that_carries_it),
		cmocka_unit_test(hold_music_lowers_nothing_unless_the_party_is_heard),
		cmocka_unit_test(clear_media_beyond_the_tolerance_fails_media_only),
		cmocka_unit_test(ringback_lowers_nothing),
		cmocka_unit_test(an_open_microphone_before_the_answer_fails),
		cmocka_unit_test(a_downgrade_is_critical_when_media_is_clear),
		cmocka_unit_test(a_downgrade_without_media_is_a_suspicion),
		cmocka_unit_test(optional_protection_declined_needs_the_media),
		cmocka_unit_test(an_unprotected_sibling_is_caused_by_its_media),
		cmocka_unit_test(unowned_media_is_suspect_unless_signaling_was_opaque),
		cmocka_unit_test(a_clear_page_is_exposed_and_nothing_else),
		cmocka_unit_test(a_quiet_page_is_not_observable),
		cmocka_unit_test(one_way_media_is_noted),
		cmocka_unit_test(exposed_seconds_do_not_add_up_directions_or_taps),
		cmocka_unit_test(a_test_that_fired_in_too_few_packets_is_a_suspicion),
		cmocka_unit_test(readable_rtcp_is_told_and_lowers_nothing),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	callmake_end();
	return failed;
}
