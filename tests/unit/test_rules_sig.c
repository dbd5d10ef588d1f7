/* test_rules_sig.c - the rules on signaling, on calls made by hand. */
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

static enum shown signaling(const struct judgement *j)
{
	return j->conditions[CONDITION_SIGNALING].shown;
}

static void readable_sip_fails_signaling_and_shows_the_frame(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	const struct judgement *j = judged();
	const struct finding *f = callmake_violated(j, "SIG-001");
	assert_int_equal(signaling(j), SHOWN_FAIL);
	assert_int_equal(j->hop_protection, SHOWN_FAIL);
	assert_int_equal(j->label, LABEL_SIGNALING_EXPOSED);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_HIGH);
	assert_true(f->gates && j->scored);
	assert_string_equal(f->scope, "leg 0");
	assert_string_equal(f->filter, "frame.number in {1}");
	assert_string_equal(f->element, "10.0.0.1:5060");
	assert_int_equal(j->conditions[CONDITION_SIGNALING].at[0].frame, 1);
}

static void encrypted_hops_leave_signaling_open(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false);
	const struct judgement *j = judged();
	assert_int_equal(signaling(j), SHOWN_NOT_OBSERVABLE);
	assert_int_equal(j->hop_protection, SHOWN_PASS);
	assert_null(callmake_violated(j, "SIG-001"));
	assert_non_null(callmake_finding(j, "SIG-001", OUTCOME_SATISFIED));
	assert_non_null(callmake_finding(j, "OBS-002", OUTCOME_NOTED));
}

static void silence_about_signaling_is_not_a_pass(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_OPAQUE);
	const struct judgement *j = judged();
	assert_int_equal(signaling(j), SHOWN_NOT_OBSERVABLE);
	assert_int_equal(j->hop_protection, SHOWN_NOT_OBSERVABLE);
	assert_non_null(callmake_finding(j, "SIG-001", OUTCOME_NOT_ASSESSABLE));
	assert_string_equal(j->conditions[CONDITION_SIGNALING].why,
			    "no signaling of this call was seen");
}

static void a_readable_leg_without_its_fact_still_fails(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	m.c.fact_count = 0;
	const struct judgement *j = judged();
	assert_int_equal(signaling(j), SHOWN_FAIL);
	assert_non_null(callmake_violated(j, "SIG-001"));
}

static void a_ping_is_low_and_does_not_gate(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_MESSAGE);
	m.c.what = "OPTIONS";
	callmake_leg(&m, true);
	const struct finding *f = callmake_violated(judged(), "SIG-001");
	assert_int_equal(f->severity, SEVERITY_LOW);
	assert_false(f->gates);
	m.c.what = "MESSAGE";
	assert_int_equal(callmake_violated(judged(), "SIG-001")->severity, SEVERITY_HIGH);
}

static void between_processes_of_one_host_it_is_information(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	struct leg *leg = callmake_leg(&m, true);
	leg->a = leg->b = callmake_at("127.0.0.1", 5060);
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "SIG-001")->severity, SEVERITY_INFO);
	assert_int_equal(signaling(j), SHOWN_FAIL);
}

static void sip_decrypted_before_writing_is_not_plaintext(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	struct leg *leg = callmake_leg(&m, true);
	leg->readable = false;
	leg->decrypted = true;
	m.facts[0].kind = FACT_sip_decrypted;
	const struct judgement *j = judged();
	assert_int_equal(signaling(j), SHOWN_NOT_OBSERVABLE);
	assert_int_equal(j->hop_protection, SHOWN_NOT_OBSERVABLE);
	assert_null(callmake_violated(j, "SIG-001"));
	assert_non_null(callmake_finding(j, "OBS-012", OUTCOME_NOTED));
}

static void two_elements_in_the_vias_fail_decrypted_signaling_too(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false)->decrypted = true;
	struct fact *f = callmake_fact(&m, FACT_via_elements);
	f->leg = 0;
	f->value = 2;
	const struct judgement *j = judged();
	assert_int_equal(signaling(j), SHOWN_FAIL);
	assert_int_equal(j->hop_protection, SHOWN_PASS);
	assert_string_equal(callmake_violated(j, "SIG-004")->scope, "call");
	m.facts[1].value = 1;
	assert_int_equal(signaling(judged()), SHOWN_NOT_OBSERVABLE);
}

static void routing_and_strange_answers_show_an_intermediary_once(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false)->decrypted = true;
	callmake_fact(&m, FACT_route_other)->leg = 0;
	callmake_fact(&m, FACT_proxy_response)->leg = 0;
	const struct judgement *j = judged();
	uint32_t n = 0;
	for (uint32_t i = 0; i < j->finding_count; i++)
		n += strcmp(j->findings[i].rule->id, "SIG-004") == 0;
	assert_int_equal(n, 1);
	assert_int_equal(callmake_violated(j, "SIG-004")->at_count, 2);
}

static void a_masked_element_alone_proves_nothing(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false)->decrypted = true;
	callmake_fact(&m, FACT_hidden_element)->leg = 0;
	const struct judgement *j = judged();
	assert_int_equal(signaling(j), SHOWN_NOT_OBSERVABLE);
	assert_null(callmake_violated(j, "SIG-004"));
}

static void one_clear_hop_beside_an_encrypted_one_is_mixed(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false);
	struct leg *leg = callmake_leg(&m, true);
	assert_non_null(callmake_violated(judged(), "SIG-002"));
	leg->a = leg->b = callmake_at("127.0.0.1", 5060);
	assert_null(callmake_violated(judged(), "SIG-002"));
}

static void a_hop_that_admits_to_be_clear_fails_signaling(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false)->decrypted = true;
	callmake_fact(&m, FACT_hop_declared_clear)->grade = 2;
	const struct judgement *j = judged();
	assert_int_equal(signaling(j), SHOWN_FAIL);
	assert_int_equal(j->conditions[CONDITION_SIGNALING].v.grade, 2);
	assert_non_null(callmake_violated(j, "SIG-002"));
}

static void a_hop_that_boasts_proves_nothing(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false)->decrypted = true;
	callmake_fact(&m, FACT_hop_declared_encrypted)->grade = 2;
	assert_int_equal(signaling(judged()), SHOWN_NOT_OBSERVABLE);
	assert_null(callmake_violated(judged(), "SIG-002"));
}

static void a_broken_sips_promise_follows_from_clear_sip(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	assert_null(callmake_violated(judged(), "SIG-003"));
	callmake_fact(&m, FACT_sips_broken)->leg = 0;
	assert_string_equal(callmake_violated(judged(), "SIG-003")->caused_by, "SIG-001");
}

static void a_readable_registration_is_its_own_finding(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_REGISTRATION);
	callmake_leg(&m, true);
	assert_int_equal(callmake_violated(judged(), "SIG-001")->severity, SEVERITY_LOW);
	callmake_fact(&m, FACT_registration_readable)->leg = 0;
	const struct judgement *j = judged();
	assert_null(callmake_violated(j, "SIG-001"));
	assert_int_equal(callmake_violated(j, "SIG-007")->severity, SEVERITY_HIGH);
	assert_int_equal(j->label, LABEL_SIGNALING_EXPOSED);
	assert_false(j->scored || j->has_score);
}

static void an_encrypted_registration_says_nothing(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_REGISTRATION);
	callmake_leg(&m, false);
	const struct judgement *j = judged();
	assert_null(callmake_violated(j, "SIG-007"));
	assert_int_equal(j->label, LABEL_NONE);
	assert_int_equal(j->conditions[CONDITION_MEDIA].shown, SHOWN_NOT_APPLICABLE);
}

static void a_clear_websocket_fails_signaling_also_inside_one_host(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	struct leg *leg = callmake_leg(&m, true);
	leg->carrier = SIP_TRANSPORT_WS;
	assert_null(callmake_violated(judged(), "SIG-005"));
	callmake_fact(&m, FACT_websocket_clear)->leg = 0;
	assert_int_equal(callmake_violated(judged(), "SIG-005")->severity, SEVERITY_HIGH);
	leg->a = leg->b = callmake_at("127.0.0.1", 8088);
	assert_int_equal(callmake_violated(judged(), "SIG-005")->severity, SEVERITY_INFO);
	assert_int_equal(signaling(judged()), SHOWN_FAIL);
}

static void boasts_beside_a_clear_hop_are_mixed_protection(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	assert_null(callmake_violated(judged(), "SIG-002"));
	struct fact *f = callmake_fact(&m, FACT_hop_declared_encrypted);
	f->grade = 2;
	f->leg = 0;
	assert_int_equal(callmake_violated(judged(), "SIG-002")->severity, SEVERITY_HIGH);
	assert_int_equal(signaling(judged()), SHOWN_FAIL);
}

static void intermediaries_are_no_lack_of_hygiene(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	callmake_line(&m, PROFILE_DTLS_SAVP, KEYING_DTLS);
	uint8_t before = judged()->score;
	struct fact *f = callmake_fact(&m, FACT_route_other);
	f->leg = 0;
	const struct judgement *j = judged();
	assert_int_equal(callmake_violated(j, "SIG-004")->severity, SEVERITY_MEDIUM);
	assert_int_equal(j->score, before);
}

static void what_leaves_tls_fails_signaling(void **state)
{
	static const struct {
		enum fact_kind kind;
		const char *rule;
		enum severity in_need;
	} rows[] = { { FACT_tls_abandoned, "SIG-008", SEVERITY_INFO },
		     { FACT_transport_weakened, "SIG-009", SEVERITY_HIGH } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		callmake_begin(&m, CALL_CALL);
		callmake_leg(&m, true);
		assert_null(callmake_violated(judged(), rows[i].rule));
		assert_null(callmake_finding(judged(), rows[i].rule, OUTCOME_SATISFIED));
		callmake_fact(&m, rows[i].kind)->leg = 0;
		const struct finding *f = callmake_violated(judged(), rows[i].rule);
		assert_int_equal(f->severity, SEVERITY_HIGH);
		assert_true(f->gates);
		assert_int_equal(f->at[0].frame, 2);
		assert_int_equal(signaling(judged()), SHOWN_FAIL);
		m.c.emergency = true;
		assert_int_equal(callmake_violated(judged(), rows[i].rule)->severity,
				 rows[i].in_need);
	}
}

static void clear_sip_on_a_tls_port_is_its_own_fault(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	struct leg *leg = callmake_leg(&m, true);
	leg->carrier = SIP_TRANSPORT_TCP;
	assert_null(callmake_violated(judged(), "SIG-006"));
	leg->b.port = 5061;
	assert_int_equal(callmake_violated(judged(), "SIG-006")->severity, SEVERITY_HIGH);
	assert_string_equal(callmake_violated(judged(), "SIG-006")->caused_by, "SIG-001");
	m.c.kind = CALL_ATTEMPT; /* a scanner */
	assert_int_equal(callmake_violated(judged(), "SIG-006")->severity, SEVERITY_LOW);
	leg->carrier = SIP_TRANSPORT_UDP;
	assert_null(callmake_violated(judged(), "SIG-006"));
	leg->carrier = SIP_TRANSPORT_TCP;
	leg->readable = false;
	leg->decrypted = true; /* before it was written */
	m.facts[0].kind = FACT_sip_decrypted;
	assert_null(callmake_violated(judged(), "SIG-006"));
}

static void a_protected_body_is_a_fact_and_no_proof(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	assert_null(callmake_finding(judged(), "SIG-010", OUTCOME_SATISFIED));
	struct fact *f = callmake_fact(&m, FACT_body_enveloped);
	f->leg = 0;
	f->grade = 2;
	const struct judgement *j = judged();
	assert_int_equal(callmake_finding(j, "SIG-010", OUTCOME_SATISFIED)->severity,
			 SEVERITY_INFO);
	assert_int_equal(signaling(j), SHOWN_FAIL);
	assert_int_equal(j->conditions[CONDITION_KEYS].shown, SHOWN_NOT_OBSERVABLE);
}

static void ipsec_that_does_not_encrypt_is_high_once_it_is_settled(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_REGISTRATION);
	callmake_leg(&m, true);
	assert_null(callmake_violated(judged(), "SIG-011"));
	callmake_fact(&m, FACT_ipsec_null_offered)->leg = 0;
	assert_int_equal(callmake_violated(judged(), "SIG-011")->severity, SEVERITY_LOW);
	m.facts[1].kind = FACT_ipsec_null;
	const struct finding *f = callmake_violated(judged(), "SIG-011");
	assert_int_equal(f->severity, SEVERITY_HIGH);
	assert_non_null(strstr(f->detail, "at this tap"));
	assert_non_null(strstr(f->detail, "integrity is intact"));
	m.legs[0].readable = false; /* inside another protection */
	assert_null(callmake_violated(judged(), "SIG-011"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readable_sip_fails_signaling_and_shows_the_frame),
		cmocka_unit_test(encrypted_hops_leave_signaling_open),
		cmocka_unit_test(silence_about_signaling_is_not_a_pass),
		cmocka_unit_test(a_readable_leg_without_its_fact_still_fails),
		cmocka_unit_test(a_ping_is_low_and_does_not_gate),
		cmocka_unit_test(between_processes_of_one_host_it_is_information),
		cmocka_unit_test(sip_decrypted_before_writing_is_not_plaintext),
		cmocka_unit_test(two_elements_in_the_vias_fail_decrypted_signaling_too),
		cmocka_unit_test(routing_and_strange_answers_show_an_intermediary_once),
		cmocka_unit_test(a_masked_element_alone_proves_nothing),
		cmocka_unit_test(one_clear_hop_beside_an_encrypted_one_is_mixed),
		cmocka_unit_test(a_hop_that_admits_to_be_clear_fails_signaling),
		cmocka_unit_test(a_hop_that_boasts_proves_nothing),
		cmocka_unit_test(a_broken_sips_promise_follows_from_clear_sip),
		cmocka_unit_test(a_readable_registration_is_its_own_finding),
		cmocka_unit_test(an_encrypted_registration_says_nothing),
		cmocka_unit_test(a_clear_websocket_fails_signaling_also_inside_one_host),
		cmocka_unit_test(boasts_beside_a_clear_hop_are_mixed_protection),
		cmocka_unit_test(intermediaries_are_no_lack_of_hygiene),
		cmocka_unit_test(what_leaves_tls_fails_signaling),
		cmocka_unit_test(clear_sip_on_a_tls_port_is_its_own_fault),
		cmocka_unit_test(a_protected_body_is_a_fact_and_no_proof),
		cmocka_unit_test(ipsec_that_does_not_encrypt_is_high_once_it_is_settled),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	callmake_end();
	return failed;
}
