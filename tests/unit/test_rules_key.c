/* test_rules_key.c - the rules on keys in signaling, on calls made by hand. */
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

static enum shown keys(const struct judgement *j)
{
	return j->conditions[CONDITION_KEYS].shown;
}

static struct fact *key_on_leg(enum fact_kind kind)
{
	struct fact *f = callmake_fact_on(&m, kind, 0);

	f->leg = 0;
	f->value = 30;
	f->text = "AES_CM_128_HMAC_SHA1_80";
	return f;
}

static void a_readable_key_fails_keys_and_exposes_the_call(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	callmake_line(&m, PROFILE_RTP_SAVP, KEYING_SDES);
	key_on_leg(FACT_key_readable);
	const struct judgement *j = judged();
	const struct finding *f = callmake_violated(j, "KEY-001");
	assert_int_equal(keys(j), SHOWN_FAIL);
	assert_int_equal(j->conditions[CONDITION_MEDIA].shown, SHOWN_NOT_OBSERVABLE);
	assert_int_equal(j->label, LABEL_EXPOSED);
	assert_string_equal(j->letter, "F");
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_string_equal(f->caused_by, "SIG-001");
	assert_string_equal(f->scope, "media 0");
	assert_int_equal(f->at[0].frame, 2);
}

static void sdp_without_a_key_satisfies(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	m.c.complete_start = true;
	callmake_leg(&m, true);
	callmake_line(&m, PROFILE_DTLS_SAVP, KEYING_DTLS)->dtls = true;
	callmake_fact_on(&m, FACT_dtls_seen, 0);
	const struct judgement *j = judged();
	assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	assert_non_null(strstr(j->conditions[CONDITION_KEYS].why, "without a whole handshake"));
	assert_null(callmake_violated(j, "KEY-001"));
	assert_non_null(callmake_finding(j, "KEY-001", OUTCOME_SATISFIED));
}

static void a_key_in_the_answer_beside_dtls_is_worse_than_in_the_offer(void **state)
{
	(void)state;
	for (unsigned doubled = 0; doubled < 2; doubled++) {
		callmake_begin(&m, CALL_CALL);
		callmake_leg(&m, true);
		callmake_line(&m, PROFILE_DTLS_SAVP, KEYING_DTLS)->dtls = true;
		callmake_fact_on(&m, FACT_key_unused, 0);
		if (doubled)
			callmake_fact_on(&m, FACT_keys_doubled, 0);
		const struct judgement *j = judged();
		assert_int_equal(callmake_violated(j, "KEY-008")->severity,
				 doubled ? SEVERITY_MEDIUM : SEVERITY_LOW);
		assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	}
}

static void sdp_that_was_not_all_seen_satisfies_nothing(void **state)
{
	(void)state;
	for (unsigned missing = 0; missing < 2; missing++) {
		callmake_begin(&m, CALL_CALL);
		m.c.complete_start = missing != 0;
		callmake_leg(&m, true);
		callmake_line(&m, PROFILE_DTLS_SAVP, KEYING_DTLS);
		callmake_line(&m, PROFILE_DTLS_SAVP, KEYING_DTLS)->answer_seen = missing != 1;
		const struct judgement *j = judged();
		assert_null(callmake_finding(j, "KEY-001", OUTCOME_SATISFIED));
		assert_non_null(callmake_finding(j, "KEY-001", OUTCOME_NOT_ASSESSABLE));
	}
}

static void opaque_signaling_leaves_keys_unknown(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_OPAQUE);
	callmake_leg(&m, false);
	callmake_line(&m, PROFILE_OTHER, KEYING_UNKNOWN)->answered = false;
	m.media[0].offer_seen = m.media[0].answer_seen = false;
	callmake_segment(&m, 0, 0, 0);
	const struct judgement *j = judged();
	assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	assert_int_equal(j->label, LABEL_UNDETERMINED);
	assert_false(j->has_score);
	assert_int_equal(j->low, 0);
	assert_int_equal(j->high, 100);
	assert_non_null(callmake_finding(j, "KEY-001", OUTCOME_NOT_ASSESSABLE));
}

static void a_key_inside_tls_is_not_this_rule(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false)->decrypted = true;
	callmake_line(&m, PROFILE_RTP_SAVP, KEYING_SDES);
	key_on_leg(FACT_key_readable);
	const struct judgement *j = judged();
	assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	assert_null(callmake_violated(j, "KEY-001"));
	assert_int_not_equal(j->label, LABEL_EXPOSED);
}

static void a_key_never_taken_up_fails_keys_all_the_same(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_ATTEMPT);
	callmake_leg(&m, true);
	callmake_line(&m, PROFILE_RTP_SAVP, KEYING_SDES)->answered = false;
	key_on_leg(FACT_key_unused);
	const struct judgement *j = judged();
	assert_int_equal(keys(j), SHOWN_FAIL);
	assert_int_equal(j->conditions[CONDITION_MEDIA].shown, SHOWN_NOT_APPLICABLE);
	assert_int_equal(callmake_violated(j, "KEY-001")->severity, SEVERITY_MEDIUM);
	assert_int_equal(j->label, LABEL_SIGNALING_EXPOSED);
	assert_false(j->has_score);
}

static void a_key_beside_dtls_refutes_nothing(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	callmake_line(&m, PROFILE_DTLS_SAVP, KEYING_DTLS);
	key_on_leg(FACT_key_unused);
	const struct judgement *j = judged();
	assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	assert_int_equal(callmake_violated(j, "KEY-008")->severity, SEVERITY_LOW);
	assert_null(callmake_violated(j, "KEY-001"));
	assert_int_not_equal(j->label, LABEL_EXPOSED);
}

static void a_key_of_a_refused_line_refutes_nothing(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	callmake_line(&m, PROFILE_RTP_SAVP, KEYING_SDES)->rejected = true;
	callmake_line(&m, PROFILE_DTLS_SAVP, KEYING_DTLS);
	key_on_leg(FACT_key_unused);
	const struct judgement *j = judged();
	assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	assert_non_null(callmake_violated(j, "KEY-008"));
}

static void a_k_line_is_critical(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	callmake_line(&m, PROFILE_RTP_SAVP, KEYING_UNKNOWN);
	assert_null(callmake_violated(judged(), "KEY-009"));
	key_on_leg(FACT_k_readable);
	const struct judgement *j = judged();
	assert_int_equal(keys(j), SHOWN_FAIL);
	assert_int_equal(callmake_violated(j, "KEY-009")->severity, SEVERITY_CRITICAL);
	assert_int_equal(j->label, LABEL_EXPOSED);
	m.media[0].keying = KEYING_DTLS;
	assert_int_equal(keys(judged()), SHOWN_NOT_OBSERVABLE);
}

static void a_k_line_behind_tls_is_unknown(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false)->decrypted = true;
	callmake_line(&m, PROFILE_RTP_SAVP, KEYING_UNKNOWN);
	key_on_leg(FACT_k_readable);
	assert_int_equal(keys(judged()), SHOWN_NOT_OBSERVABLE);
	assert_null(callmake_violated(judged(), "KEY-009"));
}

static void an_answer_without_keys_is_a_suspicion_only(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	struct media *line = callmake_line(&m, PROFILE_RTP_AVP, KEYING_NONE);
	callmake_fact_on(&m, FACT_no_keys, 0);
	const struct judgement *j = judged();
	assert_int_equal(keys(j), SHOWN_SUSPECT);
	assert_int_equal(j->conditions[CONDITION_KEYS].v.grade, 2);
	assert_int_equal(j->conditions[CONDITION_MEDIA].shown, SHOWN_NOT_OBSERVABLE);
	line->zrtp = true;
	assert_int_equal(keys(judged()), SHOWN_NOT_OBSERVABLE);
}

static void a_key_whose_tags_fit_is_in_use_whatever_sdp_says(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	callmake_line(&m, PROFILE_RTP_AVP, KEYING_UNKNOWN)->answer_seen = false;
	key_on_leg(FACT_key_unused);
	assert_int_equal(callmake_violated(judged(), "KEY-001")->severity, SEVERITY_MEDIUM);
	assert_int_equal(keys(judged()), SHOWN_NOT_OBSERVABLE);
	callmake_fact_on(&m, FACT_key_proved, 0)->grade = 4;
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "KEY-001")->severity, SEVERITY_CRITICAL);
	assert_int_equal(callmake_violated(j, "KEY-003")->severity, SEVERITY_CRITICAL);
	assert_int_equal(keys(j), SHOWN_FAIL);
	assert_int_equal(j->label, LABEL_EXPOSED);
}

static void a_key_that_others_opened_is_known_to_them(void **state)
{
	(void)state;
	static const enum fact_kind shown[] = { FACT_via_elements, FACT_route_other,
						FACT_proxy_response, FACT_hidden_element };

	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
		callmake_begin(&m, CALL_CALL);
		callmake_leg(&m, false)->decrypted = true;
		callmake_line(&m, PROFILE_RTP_SAVP, KEYING_SDES);
		key_on_leg(FACT_key_readable);
		callmake_fact(&m, shown[i])->value = 2;
		const struct judgement *j = judged();
		bool holder = shown[i] != FACT_hidden_element; /* masked: it names nobody */
		const struct finding *f = callmake_violated(j, "KEY-002");
		assert_int_equal(f != NULL, holder);
		assert_true(!f || f->severity == SEVERITY_HIGH);
		assert_int_equal(keys(j), holder ? SHOWN_FAIL : SHOWN_NOT_OBSERVABLE);
	}
}

static void mikey_is_judged_by_its_mode_and_by_what_was_taken(void **state)
{
	(void)state;
	static const struct {
		uint64_t type;
		enum keying taken;
		enum outcome outcome;
		enum severity severity;
		enum shown keys;
	} rows[] = {
		{ 0, KEYING_MIKEY, OUTCOME_VIOLATED, SEVERITY_HIGH, SHOWN_FAIL },
		{ 3, KEYING_MIKEY, OUTCOME_VIOLATED, SEVERITY_HIGH, SHOWN_FAIL },
		{ 26, KEYING_MIKEY, OUTCOME_VIOLATED, SEVERITY_HIGH, SHOWN_FAIL },
		{ 4, KEYING_MIKEY, OUTCOME_NOTED, SEVERITY_INFO, SHOWN_NOT_OBSERVABLE },
		{ 9, KEYING_MIKEY, OUTCOME_NOTED, SEVERITY_INFO, SHOWN_NOT_OBSERVABLE },
		{ 0, KEYING_DTLS, OUTCOME_VIOLATED, SEVERITY_LOW, SHOWN_NOT_OBSERVABLE },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		callmake_begin(&m, CALL_CALL);
		callmake_leg(&m, true);
		callmake_line(&m, PROFILE_RTP_SAVP, rows[i].taken);
		callmake_fact_on(&m, FACT_mikey_key, 0)->value = rows[i].type;
		const struct judgement *j = judged();
		const struct finding *f = callmake_finding(j, "KEY-009", rows[i].outcome);
		assert_true(f && f->severity == rows[i].severity);
		assert_int_equal(keys(j), rows[i].keys);
	}
}

static void mikey_behind_tls_is_unknown_until_a_holder_is_shown(void **state)
{
	(void)state;
	for (unsigned handled = 0; handled < 2; handled++) {
		callmake_begin(&m, CALL_CALL);
		callmake_leg(&m, false)->decrypted = true;
		callmake_line(&m, PROFILE_RTP_SAVP, KEYING_MIKEY);
		callmake_fact_on(&m, FACT_mikey_key, 0)->value = 0;
		if (handled)
			callmake_fact(&m, FACT_via_elements)->value = 2;
		const struct judgement *j = judged();
		assert_int_equal(callmake_violated(j, "KEY-009") != NULL, handled);
		assert_int_equal(keys(j), handled ? SHOWN_FAIL : SHOWN_NOT_OBSERVABLE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_readable_key_fails_keys_and_exposes_the_call),
		cmocka_unit_test(sdp_without_a_key_satisfies),
		cmocka_unit_test(a_key_in_the_answer_beside_dtls_is_worse_than_in_the_offer),
		cmocka_unit_test(sdp_that_was_not_all_seen_satisfies_nothing),
		cmocka_unit_test(opaque_signaling_leaves_keys_unknown),
		cmocka_unit_test(a_key_inside_tls_is_not_this_rule),
		cmocka_unit_test(a_key_never_taken_up_fails_keys_all_the_same),
		cmocka_unit_test(a_key_beside_dtls_refutes_nothing),
		cmocka_unit_test(a_key_of_a_refused_line_refutes_nothing),
		cmocka_unit_test(a_k_line_is_critical),
		cmocka_unit_test(a_k_line_behind_tls_is_unknown),
		cmocka_unit_test(an_answer_without_keys_is_a_suspicion_only),
		cmocka_unit_test(a_key_whose_tags_fit_is_in_use_whatever_sdp_says),
		cmocka_unit_test(a_key_that_others_opened_is_known_to_them),
		cmocka_unit_test(mikey_is_judged_by_its_mode_and_by_what_was_taken),
		cmocka_unit_test(mikey_behind_tls_is_unknown_until_a_holder_is_shown),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	callmake_end();
	return failed;
}
