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

static void digits_in_media_expose_and_fail_the_line(void **state)
{
	(void)state;
	row(CALL_CALL, false);
	callmake_line(&m, PROFILE_RTP_AVP, KEYING_NONE);
	assert_null(callmake_violated(judged(), "PRIV-003"));
	callmake_fact_on(&m, FACT_digits_clear, 0)->value = 12;
	const struct judgement *j = judged();
	const struct finding *f = callmake_violated(j, "PRIV-003");
	assert_int_equal(f->severity, SEVERITY_HIGH);
	assert_string_equal(f->detail, "12 packets with digits could be read.");
	assert_int_equal(j->conditions[CONDITION_MEDIA].shown, SHOWN_FAIL);
	assert_int_equal(j->label, LABEL_EXPOSED);
}

static void digits_in_signaling_are_judged_by_who_could_read_them(void **state)
{
	(void)state;
	row(CALL_CALL, true);
	fact_on_leg(FACT_digits_signaled);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "PRIV-004")->severity, SEVERITY_HIGH);
	assert_int_equal(j->label, LABEL_EXPOSED);
	row(CALL_CALL, false);
	fact_on_leg(FACT_digits_signaled);
	assert_null(callmake_violated(judged(), "PRIV-004"));
	fact_on_leg(FACT_via_elements);
	m.facts[2].value = 2;
	j = judged();
	assert_int_equal(callmake_violated(j, "PRIV-004")->severity, SEVERITY_MEDIUM);
	assert_int_equal(j->conditions[CONDITION_SIGNALING].shown, SHOWN_FAIL);
	assert_int_equal(j->label, LABEL_UNDETERMINED);
}

static void sensitive_headers_are_medium_and_places_high(void **state)
{
	static const struct {
		uint64_t bits;
		enum severity severity;
	} rows[] = { { SENSITIVE_SUBJECT, SEVERITY_MEDIUM },
		     { SENSITIVE_USER_TO_USER | SENSITIVE_CALL_INFO, SEVERITY_MEDIUM },
		     { SENSITIVE_PRIVATE, SEVERITY_MEDIUM },
		     { SENSITIVE_LOCATION, SEVERITY_HIGH },
		     { SENSITIVE_METADATA | SENSITIVE_SUBJECT, SEVERITY_HIGH } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		row(CALL_CALL, true);
		assert_null(callmake_violated(judged(), "PRIV-005"));
		fact_on_leg(FACT_sensitive_readable);
		m.facts[1].value = rows[i].bits;
		assert_int_equal(callmake_violated(judged(), "PRIV-005")->severity,
				 rows[i].severity);
	}
}

static void an_emergency_call_owes_its_location(void **state)
{
	(void)state;
	row(CALL_CALL, true);
	m.c.emergency = true;
	fact_on_leg(FACT_sensitive_readable);
	m.facts[1].value = SENSITIVE_LOCATION;
	assert_null(callmake_violated(judged(), "PRIV-005"));
	assert_non_null(callmake_finding(judged(), "PRIV-005", OUTCOME_NOTED));
	m.facts[1].value |= SENSITIVE_SUBJECT;
	const struct finding *f = callmake_violated(judged(), "PRIV-005");
	assert_int_equal(f->severity, SEVERITY_MEDIUM);
	assert_string_equal(f->detail, "Readable: a subject.");
}

static void side_channels_behind_tls_are_not_in_clear(void **state)
{
	static const char *const rules[] = { "PRIV-005", "PRIV-006", "PRIV-007" };

	(void)state;
	for (int readable = 0; readable < 2; readable++) {
		row(CALL_MESSAGE, readable);
		fact_on_leg(FACT_sensitive_readable);
		fact_on_leg(FACT_topology_readable);
		fact_on_leg(FACT_feed_readable);
		for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
			assert_int_equal(callmake_violated(judged(), rules[i]) != NULL, readable);
	}
	assert_int_equal(callmake_violated(judged(), "PRIV-006")->severity, SEVERITY_LOW);
	assert_int_equal(callmake_violated(judged(), "PRIV-007")->severity, SEVERITY_MEDIUM);
	assert_string_equal(callmake_violated(judged(), "PRIV-007")->caused_by, "SIG-001");
}

static void a_carrier_conflict_leaves_the_hop_open(void **state)
{
	(void)state;
	row(CALL_CALL, true);
	m.facts[0].kind = FACT_sip_decrypted;
	m.legs[0].readable = false;
	m.legs[0].decrypted = true;
	const struct judgement *j = judged();
	const struct finding *f = callmake_finding(j, "OBS-012", OUTCOME_NOTED);
	assert_int_equal(f->severity, SEVERITY_INFO);
	assert_int_equal(f->at[0].frame, 1);
	assert_int_equal(j->hop_protection, SHOWN_NOT_OBSERVABLE);
	row(CALL_CALL, true);
	assert_null(callmake_finding(judged(), "OBS-012", OUTCOME_NOTED));
	assert_int_equal(judged()->hop_protection, SHOWN_FAIL);
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
		cmocka_unit_test(digits_in_media_expose_and_fail_the_line),
		cmocka_unit_test(digits_in_signaling_are_judged_by_who_could_read_them),
		cmocka_unit_test(sensitive_headers_are_medium_and_places_high),
		cmocka_unit_test(an_emergency_call_owes_its_location),
		cmocka_unit_test(side_channels_behind_tls_are_not_in_clear),
		cmocka_unit_test(a_carrier_conflict_leaves_the_hop_open),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	callmake_end();
	return failed;
}
