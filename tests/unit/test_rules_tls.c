/* test_rules_tls.c - the rules on TLS under signaling, on calls made by hand. */
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

static void encrypted_call(void)
{
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false);
}

static struct fact *on_leg(enum fact_kind kind, const char *text, uint64_t value)
{
	struct fact *f = callmake_fact(&m, kind);

	f->leg = 0;
	f->text = text;
	f->value = value;
	return f;
}

static void is_silent_about(const char *rule)
{
	assert_null(callmake_violated(judged(), rule));
	assert_null(callmake_finding(judged(), rule, OUTCOME_SATISFIED));
}

static void a_hop_of_which_nothing_is_known_breaks_no_rule(void **state)
{
	static const char *const rules[] = { "TLS-001", "TLS-002", "TLS-003", "TLS-004",
					     "TLS-005", "TLS-006", "TLS-007", "TLS-008" };

	(void)state;
	encrypted_call();
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		is_silent_about(rules[i]);
	on_leg(FACT_tls_session, "TLS 1.3, TLS_AES_128_GCM_SHA256", 1);
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		is_silent_about(rules[i]);
}

static void old_versions_are_high_and_ssl_critical(void **state)
{
	static const struct {
		uint64_t version;
		const char *text;
		enum severity severity;
	} rows[] = { { 0x0002, "SSL 2.0", SEVERITY_CRITICAL },
		     { 0x0300, "SSL 3.0", SEVERITY_CRITICAL },
		     { 0x0301, "TLS 1.0", SEVERITY_HIGH },
		     { 0x0302, "TLS 1.1", SEVERITY_HIGH } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		encrypted_call();
		on_leg(FACT_tls_old, rows[i].text, rows[i].version);
		const struct judgement *j = judged();
		const struct finding *f = callmake_violated(j, "TLS-001");
		assert_int_equal(f->severity, rows[i].severity);
		assert_non_null(strstr(f->detail, rows[i].text));
		assert_int_equal(f->at[0].frame, 2);
		assert_int_equal(j->label, LABEL_WEAK);
		assert_int_equal(j->conditions[CONDITION_SIGNALING].shown, SHOWN_NOT_OBSERVABLE);
		assert_int_equal(j->hop_protection, SHOWN_PASS);
	}
}

static void a_suite_without_encryption_is_no_protection(void **state)
{
	(void)state;
	encrypted_call();
	on_leg(FACT_tls_broken, "TLS_RSA_WITH_NULL_SHA", 0);
	const struct judgement *j = judged();
	const struct finding *f = callmake_violated(j, "TLS-002");
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_true(f->gates);
	assert_int_equal(j->conditions[CONDITION_SIGNALING].shown, SHOWN_FAIL);
	assert_int_equal(j->hop_protection, SHOWN_FAIL);
	assert_int_equal(j->hops_clear, 1);
	assert_int_equal(j->hops_encrypted, 0);
	assert_int_equal(j->label, LABEL_WEAK);
}

static void a_broken_hop_leaves_the_other_protected(void **state)
{
	(void)state;
	encrypted_call();
	callmake_leg(&m, false);
	on_leg(FACT_tls_broken, "TLS_RSA_WITH_RC4_128_SHA", 0)->leg = 1;
	const struct judgement *j = judged();
	assert_int_equal(j->hops_clear, 1);
	assert_int_equal(j->hops_encrypted, 1);
	assert_string_equal(callmake_violated(j, "TLS-002")->scope, "leg 1");
}

static void what_was_only_offered_is_a_weak_offer(void **state)
{
	(void)state;
	encrypted_call();
	on_leg(FACT_tls_weak_offer, NULL, 0);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "TLS-006")->severity, SEVERITY_LOW);
	assert_null(callmake_violated(j, "TLS-001"));
	assert_null(callmake_violated(j, "TLS-002"));
	assert_int_equal(j->conditions[CONDITION_SIGNALING].shown, SHOWN_NOT_OBSERVABLE);
	assert_int_equal(j->hop_protection, SHOWN_PASS);
	assert_int_equal(j->label, LABEL_UNDETERMINED);
}

static void suites_without_aead_are_medium_and_refute_nothing(void **state)
{
	(void)state;
	for (uint64_t kind = 1; kind <= 3; kind++) {
		encrypted_call();
		on_leg(FACT_tls_legacy, "TLS_RSA_WITH_AES_128_CBC_SHA256", kind);
		const struct judgement *j = judged();
		assert_int_equal(callmake_violated(j, "TLS-003")->severity, SEVERITY_MEDIUM);
		assert_false(callmake_violated(j, "TLS-003")->gates);
		assert_int_equal(j->conditions[CONDITION_SIGNALING].shown, SHOWN_NOT_OBSERVABLE);
	}
}

static void a_static_key_exchange_is_worse_where_keys_ride_in_it(void **state)
{
	(void)state;
	encrypted_call();
	callmake_line(&m, PROFILE_RTP_SAVP, KEYING_SDES);
	on_leg(FACT_tls_static, "TLS_RSA_WITH_AES_128_GCM_SHA256", 0);
	assert_int_equal(callmake_violated(judged(), "TLS-004")->severity, SEVERITY_MEDIUM);
	struct fact *key = callmake_fact_on(&m, FACT_key_readable, 0);
	key->leg = 1;
	assert_int_equal(callmake_violated(judged(), "TLS-004")->severity, SEVERITY_MEDIUM);
	key->leg = 0;
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "TLS-004")->severity, SEVERITY_HIGH);
	assert_int_equal(j->hop_protection, SHOWN_PASS);
}

static void weak_parameters_are_told_with_their_size(void **state)
{
	(void)state;
	encrypted_call();
	on_leg(FACT_tls_weak_group, "finite-field Diffie-Hellman", 1024);
	const struct finding *f = callmake_violated(judged(), "TLS-005");
	assert_int_equal(f->severity, SEVERITY_HIGH);
	assert_string_equal(f->detail, "finite-field Diffie-Hellman of 1024 bits.");
}

static void a_trunk_without_mutual_authentication_is_medium(void **state)
{
	(void)state;
	encrypted_call();
	on_leg(FACT_tls_one_sided, NULL, 0);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "TLS-007")->severity, SEVERITY_MEDIUM);
	assert_int_equal(j->conditions[CONDITION_SIGNALING].shown, SHOWN_NOT_OBSERVABLE);
}

static void a_missing_extension_is_hygiene(void **state)
{
	(void)state;
	encrypted_call();
	on_leg(FACT_tls_exception, "no extended master secret (RFC 7627)", 0);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "TLS-008")->severity, SEVERITY_LOW);
	assert_int_equal(callmake_violated(j, "TLS-008")->rule->cls, CLASS_HYGIENE);
	assert_int_equal(j->hop_protection, SHOWN_PASS);
}

static void what_a_handshake_hides_is_said_and_changes_nothing(void **state)
{
	static const enum fact_kind kinds[] = { FACT_tls_hidden, FACT_dtls_hidden };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		encrypted_call();
		assert_null(callmake_finding(judged(), "OBS-007", OUTCOME_NOTED));
		on_leg(kinds[i], "TLS 1.3", 0);
		const struct judgement *j = judged();
		const struct finding *f = callmake_finding(j, "OBS-007", OUTCOME_NOTED);
		assert_int_equal(f->severity, SEVERITY_INFO);
		assert_non_null(strstr(f->detail, "TLS 1.3"));
		assert_int_equal(j->label, LABEL_UNDETERMINED);
		assert_int_equal(j->policy, POLICY_MET);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hop_of_which_nothing_is_known_breaks_no_rule),
		cmocka_unit_test(old_versions_are_high_and_ssl_critical),
		cmocka_unit_test(a_suite_without_encryption_is_no_protection),
		cmocka_unit_test(a_broken_hop_leaves_the_other_protected),
		cmocka_unit_test(what_was_only_offered_is_a_weak_offer),
		cmocka_unit_test(suites_without_aead_are_medium_and_refute_nothing),
		cmocka_unit_test(a_static_key_exchange_is_worse_where_keys_ride_in_it),
		cmocka_unit_test(weak_parameters_are_told_with_their_size),
		cmocka_unit_test(a_trunk_without_mutual_authentication_is_medium),
		cmocka_unit_test(a_missing_extension_is_hygiene),
		cmocka_unit_test(what_a_handshake_hides_is_said_and_changes_nothing),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	callmake_end();
	return failed;
}
