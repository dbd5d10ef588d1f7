/* test_rules_cert.c - the rules on certificates of signaling, on calls made by hand. */
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

static enum shown signaling(const struct judgement *j)
{
	return j->conditions[CONDITION_SIGNALING].shown;
}

static void no_certificate_is_no_finding(void **state)
{
	static const char *const rules[] = { "CERT-001", "CERT-002", "CERT-003", "CERT-004",
					     "CERT-005", "CERT-006", "CERT-007", "CERT-008" };

	(void)state;
	encrypted_call();
	on_leg(FACT_tls_hidden, "TLS 1.3", 0);
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		assert_null(callmake_violated(judged(), rules[i]));
		assert_null(callmake_finding(judged(), rules[i], OUTCOME_SATISFIED));
	}
	assert_non_null(callmake_finding(judged(), "OBS-007", OUTCOME_NOTED));
}

static void a_date_that_passed_is_told_with_whose_it_is(void **state)
{
	(void)state;
	encrypted_call();
	on_leg(FACT_cert_dates, "expired", 0);
	const struct finding *f = callmake_violated(judged(), "CERT-001");
	assert_int_equal(f->severity, SEVERITY_HIGH);
	assert_non_null(strstr(f->detail, "server"));
	assert_int_equal(signaling(judged()), SHOWN_NOT_OBSERVABLE);
	m.facts[1].value = 1;
	assert_non_null(strstr(callmake_violated(judged(), "CERT-001")->detail, "client"));
}

static void trust_is_not_judged_without_a_store(void **state)
{
	(void)state;
	encrypted_call();
	on_leg(FACT_cert_untrusted, "no trust store given", 2);
	assert_null(callmake_violated(judged(), "CERT-002"));
	assert_non_null(callmake_finding(judged(), "CERT-002", OUTCOME_NOT_ASSESSABLE));
	m.facts[1].value = 0;
	m.facts[1].text = "unknown issuer";
	const struct finding *f = callmake_violated(judged(), "CERT-002");
	assert_int_equal(f->severity, SEVERITY_MEDIUM);
	assert_non_null(strstr(f->detail, "unknown issuer"));
	m.facts[1].value = 1;
	m.facts[1].text = "self-signed";
	assert_int_equal(callmake_violated(judged(), "CERT-002")->severity, SEVERITY_MEDIUM);
	assert_int_equal(signaling(judged()), SHOWN_NOT_OBSERVABLE);
}

static void another_name_makes_signaling_suspect(void **state)
{
	(void)state;
	encrypted_call();
	on_leg(FACT_cert_name, NULL, 0);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "CERT-003")->severity, SEVERITY_HIGH);
	assert_int_equal(signaling(j), SHOWN_SUSPECT);
	assert_int_equal(j->conditions[CONDITION_SIGNALING].v.grade, 1);
	assert_int_equal(j->conditions[CONDITION_SIGNALING].at[0].frame, 2);
}

static void a_wildcard_is_low_and_no_suspicion(void **state)
{
	(void)state;
	encrypted_call();
	on_leg(FACT_cert_wildcard, "wildcard", 0);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "CERT-004")->severity, SEVERITY_LOW);
	assert_null(callmake_violated(j, "CERT-003"));
	assert_int_equal(signaling(j), SHOWN_NOT_OBSERVABLE);
}

static void a_weak_certificate_is_high(void **state)
{
	(void)state;
	encrypted_call();
	on_leg(FACT_cert_weak, "RSA key below 2048 bits", 0);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "CERT-005")->severity, SEVERITY_HIGH);
	assert_int_equal(signaling(j), SHOWN_NOT_OBSERVABLE);
}

static void an_end_that_comes_is_low_and_a_wrong_usage_information(void **state)
{
	(void)state;
	encrypted_call();
	on_leg(FACT_cert_usage, "expires within 30 days", 1);
	const struct finding *f = callmake_violated(judged(), "CERT-006");
	assert_int_equal(f->severity, SEVERITY_LOW);
	assert_non_null(strstr(f->detail, "client"));
	m.facts[1].value = 0;
	m.facts[1].text = "not meant for a TLS server";
	f = callmake_violated(judged(), "CERT-006");
	assert_int_equal(f->severity, SEVERITY_INFO);
	assert_non_null(strstr(f->detail, "server"));
}

static void one_key_of_several_hosts_makes_signaling_suspect(void **state)
{
	(void)state;
	encrypted_call();
	on_leg(FACT_cert_shared, NULL, 2)->grade = 1;
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "CERT-007")->severity, SEVERITY_HIGH);
	assert_non_null(strstr(callmake_violated(j, "CERT-007")->detail, "2 hosts"));
	assert_int_equal(signaling(j), SHOWN_SUSPECT);
	assert_int_equal(j->conditions[CONDITION_SIGNALING].v.grade, 1);
	assert_int_equal(j->hop_protection, SHOWN_PASS);
}

static void a_server_certificate_of_a_client_is_medium(void **state)
{
	(void)state;
	encrypted_call();
	on_leg(FACT_cert_client_usage, NULL, 0);
	assert_int_equal(callmake_violated(judged(), "CERT-008")->severity, SEVERITY_MEDIUM);
	assert_int_equal(signaling(judged()), SHOWN_NOT_OBSERVABLE);
}

static void suspicion_of_a_certificate_never_outweighs_a_refutation(void **state)
{
	(void)state;
	encrypted_call();
	on_leg(FACT_cert_name, NULL, 0);
	on_leg(FACT_via_elements, NULL, 2);
	assert_int_equal(signaling(judged()), SHOWN_FAIL);
	assert_non_null(callmake_violated(judged(), "CERT-003"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_certificate_is_no_finding),
		cmocka_unit_test(a_date_that_passed_is_told_with_whose_it_is),
		cmocka_unit_test(trust_is_not_judged_without_a_store),
		cmocka_unit_test(another_name_makes_signaling_suspect),
		cmocka_unit_test(a_wildcard_is_low_and_no_suspicion),
		cmocka_unit_test(a_weak_certificate_is_high),
		cmocka_unit_test(an_end_that_comes_is_low_and_a_wrong_usage_information),
		cmocka_unit_test(one_key_of_several_hosts_makes_signaling_suspect),
		cmocka_unit_test(a_server_certificate_of_a_client_is_medium),
		cmocka_unit_test(suspicion_of_a_certificate_never_outweighs_a_refutation),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	callmake_end();
	return failed;
}
