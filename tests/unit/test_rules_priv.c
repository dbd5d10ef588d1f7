/* test_rules_priv.c - the rules on people, credentials and limits of view. */
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

static void row(enum call_kind kind, bool readable)
{
	callmake_begin(&m, kind);
	callmake_leg(&m, readable);
}

static void fact_on_leg(enum fact_kind kind)
{
	callmake_fact(&m, kind)->leg = 0;
}

static void readable_identities_follow_from_clear_sip(void **state)
{
	(void)state;
	row(CALL_CALL, true);
	assert_null(callmake_violated(judged(), "PRIV-001"));
	fact_on_leg(FACT_identity_readable);
	const struct finding *f = callmake_violated(judged(), "PRIV-001");
	assert_int_equal(f->severity, SEVERITY_MEDIUM);
	assert_string_equal(f->caused_by, "SIG-001");
	assert_false(f->gates);
	row(CALL_REGISTRATION, true);
	fact_on_leg(FACT_registration_readable);
	fact_on_leg(FACT_identity_readable);
	assert_string_equal(callmake_violated(judged(), "PRIV-001")->caused_by, "SIG-007");
}

static void identities_behind_tls_are_not_in_clear(void **state)
{
	(void)state;
	row(CALL_CALL, false);
	fact_on_leg(FACT_identity_readable);
	fact_on_leg(FACT_body_readable);
	fact_on_leg(FACT_receipt_readable);
	assert_null(callmake_violated(judged(), "PRIV-001"));
	assert_null(callmake_violated(judged(), "PRIV-002"));
	assert_int_equal(judged()->label, LABEL_UNDETERMINED);
}

static void a_readable_message_is_exposed(void **state)
{
	(void)state;
	row(CALL_MESSAGE, true);
	m.c.what = "MESSAGE";
	assert_int_equal(judged()->label, LABEL_SIGNALING_EXPOSED);
	assert_null(callmake_violated(judged(), "PRIV-002"));
	fact_on_leg(FACT_body_readable);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "PRIV-002")->severity, SEVERITY_HIGH);
	assert_int_equal(j->label, LABEL_EXPOSED);
	assert_false(j->has_score);
	assert_int_equal(j->conditions[CONDITION_KEYS].shown, SHOWN_NOT_APPLICABLE);
}

static void a_receipt_is_low_and_no_content(void **state)
{
	(void)state;
	row(CALL_MESSAGE, true);
	fact_on_leg(FACT_receipt_readable);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "PRIV-002")->severity, SEVERITY_LOW);
	assert_int_equal(j->label, LABEL_SIGNALING_EXPOSED);
}

static void a_reusable_credential_is_critical(void **state)
{
	(void)state;
	row(CALL_REGISTRATION, true);
	assert_null(callmake_violated(judged(), "AUTH-001"));
	fact_on_leg(FACT_credential_readable);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "AUTH-001")->severity, SEVERITY_CRITICAL);
	assert_int_equal(j->label, LABEL_EXPOSED);
}

static void a_credential_inside_tls_is_medium(void **state)
{
	(void)state;
	row(CALL_REGISTRATION, false);
	fact_on_leg(FACT_credential_hop);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "AUTH-001")->severity, SEVERITY_MEDIUM);
	assert_int_equal(j->label, LABEL_NONE);
	assert_int_equal(j->conditions[CONDITION_SIGNALING].shown, SHOWN_NOT_OBSERVABLE);
}

static void digests_are_judged_by_transport(void **state)
{
	(void)state;
	row(CALL_CALL, true);
	assert_null(callmake_violated(judged(), "AUTH-002"));
	fact_on_leg(FACT_digest_md5);
	assert_int_equal(callmake_violated(judged(), "AUTH-002")->severity, SEVERITY_MEDIUM);
	assert_string_equal(callmake_violated(judged(), "AUTH-002")->caused_by, "SIG-001");
	m.facts[1].value = 0;
	assert_int_equal(callmake_violated(judged(), "AUTH-002")->severity, SEVERITY_LOW);
	row(CALL_CALL, false);
	fact_on_leg(FACT_digest_md5);
	assert_int_equal(callmake_violated(judged(), "AUTH-002")->severity, SEVERITY_LOW);
	assert_null(callmake_violated(judged(), "AUTH-002")->caused_by);
}

static void digest_credentials_in_clear_cap_the_score(void **state)
{
	(void)state;
	row(CALL_CALL, true);
	callmake_line(&m, PROFILE_DTLS_SAVP, KEYING_DTLS);
	fact_on_leg(FACT_digest_md5);
	const struct judgement *j = judged();
	bool found = false;
	for (uint16_t i = 0; i < j->cap_count; i++)
		found |= strstr(j->caps[i], "digest") != NULL;
	assert_true(found);
	assert_in_range(j->score, 0, 49);
}

static const struct {
	enum fact_kind kind;
	const char *rule;
	enum severity severity;
} limits[] = {
	{ FACT_one_side, "OBS-001", SEVERITY_INFO },
	{ FACT_signaling_opaque, "OBS-002", SEVERITY_INFO },
	{ FACT_truncated, "OBS-003", SEVERITY_MEDIUM },
	{ FACT_loss, "OBS-004", SEVERITY_MEDIUM },
	{ FACT_clock, "OBS-005", SEVERITY_LOW },
	{ FACT_start_missing, "OBS-006", SEVERITY_LOW },
	{ FACT_end_missing, "OBS-006", SEVERITY_LOW },
};

static void limits_of_view_are_noted_and_change_no_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		callmake_begin(&m, CALL_OPAQUE);
		assert_null(callmake_finding(judged(), limits[i].rule, OUTCOME_NOTED));
		callmake_fact(&m, limits[i].kind);
		const struct judgement *j = judged();
		assert_int_equal(callmake_finding(j, limits[i].rule, OUTCOME_NOTED)->severity,
				 limits[i].severity);
		assert_int_equal(j->label, LABEL_UNDETERMINED);
		assert_int_equal(j->high, 100);
		assert_int_equal(j->policy, POLICY_MET);
	}
}

static void a_tls_leg_that_was_opened_is_no_carrier_conflict(void **state)
{
	(void)state;
	row(CALL_CALL, false);
	m.legs[0].decrypted = true;
	fact_on_leg(FACT_sip_decrypted);
	assert_null(callmake_finding(judged(), "OBS-012", OUTCOME_NOTED));
	m.legs[0].encrypted = false;
	assert_non_null(callmake_finding(judged(), "OBS-012", OUTCOME_NOTED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readable_identities_follow_from_clear_sip),
		cmocka_unit_test(identities_behind_tls_are_not_in_clear),
		cmocka_unit_test(a_readable_message_is_exposed),
		cmocka_unit_test(a_receipt_is_low_and_no_content),
		cmocka_unit_test(a_reusable_credential_is_critical),
		cmocka_unit_test(a_credential_inside_tls_is_medium),
		cmocka_unit_test(digests_are_judged_by_transport),
		cmocka_unit_test(digest_credentials_in_clear_cap_the_score),
		cmocka_unit_test(limits_of_view_are_noted_and_change_no_verdict),
		cmocka_unit_test(a_tls_leg_that_was_opened_is_no_carrier_conflict),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	callmake_end();
	return failed;
}
