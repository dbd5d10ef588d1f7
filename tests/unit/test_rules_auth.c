/* test_rules_auth.c - the rules on credentials and signed identities, on calls made by hand. */
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

static struct fact *on_leg(enum fact_kind kind, const char *text, uint64_t value)
{
	struct fact *f = callmake_fact(&m, kind);

	f->leg = 0;
	f->text = text;
	f->value = value;
	return f;
}

static void silence_about_credentials_is_no_finding(void **state)
{
	static const char *const rules[] = { "AUTH-001", "AUTH-002", "AUTH-004", "AUTH-005" };

	(void)state;
	for (int readable = 0; readable < 2; readable++) {
		row(CALL_REGISTRATION, readable);
		for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
			assert_null(callmake_violated(judged(), rules[i]));
			assert_null(callmake_finding(judged(), rules[i], OUTCOME_SATISFIED));
		}
	}
}

static void a_credential_in_clear_refutes_signaling(void **state)
{
	(void)state;
	row(CALL_CALL, true);
	on_leg(FACT_credential_readable, "Basic", 0);
	const struct judgement *j = judged();
	const struct finding *f = callmake_violated(j, "AUTH-001");
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_true(f->gates);
	assert_int_equal(f->at[0].frame, 2);
	assert_int_equal(j->conditions[CONDITION_SIGNALING].shown, SHOWN_FAIL);
	assert_int_equal(j->label, LABEL_EXPOSED);
}

static void a_credential_inside_tls_exposes_nothing_on_the_wire(void **state)
{
	(void)state;
	row(CALL_CALL, false);
	on_leg(FACT_credential_hop, "Bearer", 0);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "AUTH-001")->severity, SEVERITY_MEDIUM);
	assert_false(callmake_violated(j, "AUTH-001")->gates);
	assert_int_equal(j->conditions[CONDITION_SIGNALING].shown, SHOWN_NOT_OBSERVABLE);
	assert_int_equal(j->label, LABEL_UNDETERMINED);
}

static void md5_inside_tls_is_low_and_leaves_the_conditions(void **state)
{
	(void)state;
	row(CALL_CALL, false);
	on_leg(FACT_digest_md5, NULL, 1);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "AUTH-002")->severity, SEVERITY_LOW);
	assert_int_equal(j->conditions[CONDITION_SIGNALING].shown, SHOWN_NOT_OBSERVABLE);
	assert_int_equal(j->cap_count, 1); /* keys and media were not seen */
}

static void who_is_let_in_without_a_question_is_medium(void **state)
{
	(void)state;
	row(CALL_REGISTRATION, true);
	on_leg(FACT_unauthenticated, "REGISTER", 0);
	const struct judgement *j = judged();
	const struct finding *f = callmake_violated(j, "AUTH-004");
	assert_int_equal(f->severity, SEVERITY_MEDIUM);
	assert_int_equal(f->rule->cls, CLASS_POSTURE);
	assert_false(f->gates);
	assert_non_null(strstr(f->detail, "REGISTER"));
	assert_int_equal(j->label, LABEL_SIGNALING_EXPOSED);
}

static void other_fingerprints_than_signed_make_keys_suspect(void **state)
{
	(void)state;
	row(CALL_CALL, false);
	callmake_line(&m, PROFILE_DTLS_SAVPF, KEYING_DTLS);
	on_leg(FACT_identity_wrong, "its fingerprints are not those of the SDP", 0);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "AUTH-005")->severity, SEVERITY_HIGH);
	assert_int_equal(j->conditions[CONDITION_KEYS].shown, SHOWN_SUSPECT);
	/* The certificate of this hop fits the SDP of this hop: an attacker's would too. */
	struct fact *matched = callmake_fact_on(&m, FACT_dtls_matched, 0);
	matched->grade = 4;
	matched->value = 31;
	assert_int_equal(judged()->conditions[CONDITION_KEYS].shown, SHOWN_SUSPECT);
}

static void a_stale_token_is_low_and_no_suspicion(void **state)
{
	(void)state;
	row(CALL_CALL, false);
	on_leg(FACT_identity_wrong, "its time is more than a minute off", 0);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "AUTH-005")->severity, SEVERITY_LOW);
	assert_int_equal(j->conditions[CONDITION_KEYS].shown, SHOWN_NOT_OBSERVABLE);
}

static void an_unvalidated_identity_proves_nothing(void **state)
{
	(void)state;
	row(CALL_CALL, false);
	on_leg(FACT_identity_signed, NULL, 0);
	const struct judgement *j = judged();
	const struct finding *f = callmake_finding(j, "AUTH-005", OUTCOME_NOTED);
	assert_non_null(strstr(f->detail, "unvalidated"));
	assert_null(callmake_finding(j, "AUTH-005", OUTCOME_SATISFIED));
	assert_int_equal(j->conditions[CONDITION_KEYS].shown, SHOWN_NOT_OBSERVABLE);
}

/* A signer in the path vouches for itself only (KEY-011). */
static void a_verified_identity_says_nothing_of_the_keys(void **state)
{
	(void)state;
	row(CALL_CALL, false);
	on_leg(FACT_identity_signed, NULL, 1);
	const struct judgement *j = judged();
	assert_non_null(callmake_finding(j, "AUTH-005", OUTCOME_SATISFIED));
	assert_null(callmake_violated(j, "AUTH-005"));
	assert_int_equal(j->conditions[CONDITION_KEYS].shown, SHOWN_NOT_OBSERVABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_about_credentials_is_no_finding),
		cmocka_unit_test(a_credential_in_clear_refutes_signaling),
		cmocka_unit_test(a_credential_inside_tls_exposes_nothing_on_the_wire),
		cmocka_unit_test(md5_inside_tls_is_low_and_leaves_the_conditions),
		cmocka_unit_test(who_is_let_in_without_a_question_is_medium),
		cmocka_unit_test(other_fingerprints_than_signed_make_keys_suspect),
		cmocka_unit_test(a_stale_token_is_low_and_no_suspicion),
		cmocka_unit_test(an_unvalidated_identity_proves_nothing),
		cmocka_unit_test(a_verified_identity_says_nothing_of_the_keys),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	callmake_end();
	return failed;
}
