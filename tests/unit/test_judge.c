/* test_judge.c - the door: coverage, policy, problems, numbers over all calls, the gate. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/lib/callmake.h"

static struct callmake m;

static struct judge *judge_with(enum severity fail_on, double min_coverage,
				const char *const *requires)
{
	struct judge *j = NULL;
	char *why = NULL;
	struct judge_options o = { .policy = "baseline",
				   .fail_on = fail_on,
				   .requires = requires,
				   .min_coverage = min_coverage };

	assert_int_equal(judge_new(&j, o, &why), ERR_OK);
	return j;
}

/* Clear SIP and clear voice, seen at one capture point. */
static void clear_call(void)
{
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	callmake_line(&m, PROFILE_RTP_AVP, KEYING_NONE);
	callmake_segment(&m, 0, 0, 0);
	callmake_segment(&m, 0, 1, 0);
	callmake_fact_on(&m, FACT_media_clear, 0);
}

/* Opaque TLS and media that may be protected. */
static void opaque_call(void)
{
	callmake_begin(&m, CALL_OPAQUE);
	callmake_leg(&m, false);
	callmake_line(&m, PROFILE_OTHER, KEYING_UNKNOWN)->answered = false;
	m.media[0].offer_seen = m.media[0].answer_seen = false;
	callmake_segment(&m, 0, 0, 0);
	callmake_fact_on(&m, FACT_media_no_plaintext, 0);
}

static void counts_what_was_seen_against_what_is_required(void **state)
{
	(void)state;
	clear_call();
	const struct judgement *j = callmake_judge(&m);
	/* Two hops, offer, answer, two directions on two sides, one of them seen. */
	assert_int_equal(j->coverage_required, 8);
	assert_int_equal(j->coverage_made, 6);
	assert_int_equal(j->missing_count, 2);
	assert_string_equal(j->missing[0],
			    "audio 0 from the caller, at a second place: the access link of the "
			    "caller (10.0.0.1) or of the callee (10.0.0.2)");
	callmake_segment(&m, 0, 0, 1);
	callmake_segment(&m, 0, 1, 1);
	assert_int_equal(callmake_judge(&m)->missing_count, 0);
	callmake_fact(&m, FACT_one_side);
	assert_int_equal(callmake_judge(&m)->missing_count, 2);
}

static void names_the_side_that_was_not_seen(void **state)
{
	(void)state;
	clear_call();
	m.legs[0].b = callmake_at("10.0.0.9", 5060);
	m.media[0].segment_count = 1;
	const struct judgement *j = callmake_judge(&m);
	assert_string_equal(j->missing[0],
			    "signaling, on the access link of the callee (10.0.0.2)");
	assert_string_equal(j->missing[2],
			    "audio 0 from the callee, on the access link of the caller (10.0.0.1)");
	assert_string_equal(j->missing[3],
			    "audio 0 from the callee, on the access link of the callee (10.0.0.2)");
}

static void says_inside_which_connection_signaling_could_be_read(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false);
	callmake_line(&m, PROFILE_RTP_SAVP, KEYING_UNKNOWN)->offer_seen = false;
	m.c.ends[1].role = ROLE_SBC;
	const struct judgement *j = callmake_judge(&m);
	assert_string_equal(j->missing[0], "what the signaling says, inside TLS at 10.0.0.2");
	assert_string_equal(j->missing[1], "the offer of audio 0, inside TLS at 10.0.0.2");
	assert_non_null(strstr(j->missing[4], "on the other side of the sbc (10.0.0.2)"));
}

static void asks_for_keys_of_keyed_lines_only(void **state)
{
	(void)state;
	opaque_call();
	const struct judgement *j = callmake_judge(&m);
	uint32_t before = j->coverage_required;
	m.media[0].keying = KEYING_NONE;
	assert_int_equal(callmake_judge(&m)->coverage_required, before - 1);
}

static void every_rule_has_words_and_citations(void **state)
{
	size_t count = 0;
	const struct rule *r = judge_rules(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_true(i == 0 || strcmp(r[i - 1].id, r[i].id) < 0);
		assert_true(r[i].title[0] && r[i].checks[0] && r[i].remediation[0] && r[i].traps);
		assert_non_null(r[i].citations[0]);
		for (size_t a = 0; r[i].citations[a]; a++)
			for (size_t b = 0; b < a; b++)
				assert_string_not_equal(r[i].citations[a], r[i].citations[b]);
	}
	assert_int_equal(count, 113);
}

static void names_a_problem_alike_in_two_recordings(void **state)
{
	char first[33], occurrence[33];

	(void)state;
	clear_call();
	const struct finding *f = callmake_violated(callmake_judge(&m), "MED-001");
	memcpy(first, f->problem, sizeof first);
	memcpy(occurrence, f->fingerprint, sizeof occurrence);
	m.c.id = "fedcba9876543210";
	m.media[0].offerer.port = 4800;
	m.media[0].answerer.port = 61000;
	m.facts[1].at[0].frame = 77;
	f = callmake_violated(callmake_judge(&m), "MED-001");
	assert_string_equal(f->problem, first);
	assert_string_not_equal(f->fingerprint, occurrence);
	m.media[0].answerer = callmake_at("10.0.0.3", 5000);
	assert_string_not_equal(callmake_violated(callmake_judge(&m), "MED-001")->problem, first);
}

static void names_a_trunk_alike_in_both_directions(void **state)
{
	char first[33];

	(void)state;
	callmake_begin(&m, CALL_CALL);
	struct leg *leg = callmake_leg(&m, true);
	leg->a.port = 40000;
	const struct finding *f = callmake_violated(callmake_judge(&m), "SIG-001");
	memcpy(first, f->problem, sizeof first);
	assert_string_equal(f->element, "10.0.0.2:5060");
	struct endpoint a = leg->a;
	leg->a = leg->b;
	leg->b = a;
	leg->b.port = 50000;
	assert_string_equal(callmake_violated(callmake_judge(&m), "SIG-001")->problem, first);
}

/* A phone that is started again sends from another port. */
static void leaves_the_ports_of_softphones_out_of_names(void **state)
{
	char first[33];

	(void)state;
	callmake_begin(&m, CALL_CALL);
	struct leg *leg = callmake_leg(&m, true);
	leg->a.port = 14562;
	memcpy(first, callmake_violated(callmake_judge(&m), "SIG-001")->problem, sizeof first);
	leg->a.port = 9731;
	assert_string_equal(callmake_violated(callmake_judge(&m), "SIG-001")->problem, first);
	m.c.ends[0].at = callmake_at("10.0.0.7", 5060);
	assert_string_not_equal(callmake_violated(callmake_judge(&m), "SIG-001")->problem, first);
}

static void sorts_findings_worst_first(void **state)
{
	(void)state;
	clear_call();
	callmake_fact(&m, FACT_one_side);
	callmake_fact(&m, FACT_identity_readable)->leg = 0;
	const struct judgement *j = callmake_judge(&m);
	assert_string_equal(j->findings[0].rule->id, "MED-001");
	for (uint32_t i = 1; i < j->finding_count; i++)
		assert_true(j->findings[i - 1].severity >= j->findings[i].severity);
}

static void caps_findings_and_says_so(void **state)
{
	static struct callmake big;
	static struct fact facts[3000];
	static struct leg legs[3000];

	(void)state;
	callmake_begin(&big, CALL_CALL);
	big.c.facts = facts;
	big.c.legs = legs;
	for (uint16_t i = 0; i < 3000; i++) {
		legs[i].readable = true;
		facts[i] = (struct fact){
			.kind = FACT_sip_readable, .leg = (int16_t)i, .media = -1, .segment = -1
		};
	}
	big.c.leg_count = 3000;
	big.c.fact_count = 3000;
	const struct judgement *j = callmake_judge(&big);
	assert_int_equal(j->finding_count, 1024);
	assert_non_null(strstr(j->missing[j->missing_count - 1], "further findings"));
	assert_int_equal(j->conditions[CONDITION_SIGNALING].shown, SHOWN_FAIL);
}

static void a_call_without_media_is_not_applicable(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_line(&m, PROFILE_RTP_AVP, KEYING_NONE)->rejected = true;
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(j->conditions[CONDITION_MEDIA].shown, SHOWN_NOT_APPLICABLE);
	assert_int_equal(j->label, LABEL_NONE);
	/* No SDP at all is silence, not absence. */
	m.c.media_count = 0;
	assert_int_equal(callmake_judge(&m)->conditions[CONDITION_MEDIA].shown,
			 SHOWN_NOT_OBSERVABLE);
}

static void carries_the_role_of_the_far_end(void **state)
{
	(void)state;
	opaque_call();
	m.c.ends[1].role = ROLE_GATEWAY;
	assert_int_equal(callmake_judge(&m)->suffix, SUFFIX_TO_GATEWAY | SUFFIX_POSSIBLY);
	m.c.ends[1].role = ROLE_CONFERENCE;
	m.c.ends[1].role_from = ROLE_DECLARED;
	m.c.recorded_by_endpoint = true;
	assert_int_equal(callmake_judge(&m)->suffix, SUFFIX_TO_CONFERENCE | SUFFIX_RECORDED);
}

static void gates_on_findings_of_the_chosen_severity(void **state)
{
	(void)state;
	struct judge *j = judge_with(SEVERITY_HIGH, 0, NULL);
	clear_call();
	assert_int_equal(judge_call(j, &m.c)->policy, POLICY_NOT_MET);
	struct gate g = judge_gate(j, true, true, 0);
	assert_int_equal(g.exit, 1);
	assert_int_equal(g.result, POLICY_NOT_MET);
	assert_string_equal(g.why,
			    "2 findings at or above high (no end-to-end requirement was set)");
	judge_free(j);
	j = judge_with(SEVERITY_CRITICAL, 0, NULL);
	(void)judge_call(j, &m.c);
	assert_non_null(strstr(judge_gate(j, false, true, 0).why, "1 finding at or above critical"));
	judge_free(j);
}

static void exits_with_nothing_to_judge(void **state)
{
	(void)state;
	struct judge *j = judge_with(SEVERITY_HIGH, 0, NULL);
	struct gate g = judge_gate(j, false, false, 0);
	assert_int_equal(g.exit, 4);
	assert_int_equal(g.result, POLICY_CANNOT_TELL);
	assert_int_equal(lattice_shown(judge_tally(j)->combined[CONDITION_MEDIA]),
			 SHOWN_NOT_OBSERVABLE);
	assert_int_equal(judge_gate(j, true, false, 0).exit, 3);
	judge_free(j);
}

static void exits_cleanly_only_when_judged(void **state)
{
	(void)state;
	struct judge *j = judge_with(SEVERITY_HIGH, 0, NULL);
	opaque_call();
	assert_int_equal(judge_call(j, &m.c)->policy, POLICY_MET);
	struct gate g = judge_gate(j, false, true, 0);
	assert_int_equal(g.exit, 0);
	assert_string_equal(g.why,
			    "judged, nothing at or above high (no end-to-end requirement was set)");
	assert_int_equal(judge_gate(j, true, true, 0).exit, 3);
	judge_free(j);
}

static void exits_when_too_little_was_seen(void **state)
{
	(void)state;
	struct judge *j = judge_with(SEVERITY_HIGH, 0.99, NULL);
	opaque_call();
	(void)judge_call(j, &m.c);
	struct gate g = judge_gate(j, false, true, 0);
	assert_int_equal(g.exit, 4);
	assert_non_null(strstr(g.why, "99.0 % are required"));
	judge_free(j);
}

static void an_unseen_requirement_is_never_zero(void **state)
{
	const char *const wants[] = { "media=pass", NULL };

	(void)state;
	struct judge *j = judge_with(SEVERITY_HIGH, 0, wants);
	opaque_call();
	const struct judgement *now = judge_call(j, &m.c);
	assert_int_equal(now->policy, POLICY_CANNOT_TELL);
	assert_string_equal(now->unknown[0], "media=pass");
	struct gate g = judge_gate(j, false, true, 0);
	assert_int_equal(g.exit, 4);
	assert_string_equal(g.why, "the requirement media=pass was not seen to be met");
	judge_free(j);
}

static uint64_t rows_of(struct judge *j, const char *id, enum outcome o)
{
	size_t n;
	const struct rule *all = judge_rules(&n);

	return judge_tally(j)->rules[judge_rule(id) - all].rows[o];
}

/* Each row counts once for each rule, found or not; a row that --where leaves out does not. */
static void rules_are_counted_by_what_came_of_them(void **state)
{
	(void)state;
	struct judge_options o = { .fail_on = SEVERITY_HIGH, .where = "kind = call" };
	struct judge *j;
	char *why;
	size_t n;

	assert_int_equal(judge_new(&j, o, &why), ERR_OK);
	clear_call();
	assert_non_null(judge_call(j, &m.c));
	opaque_call();
	assert_null(judge_call(j, &m.c));
	clear_call();
	m.c.kind = CALL_REGISTRATION;
	assert_null(judge_call(j, &m.c));
	assert_int_equal(rows_of(j, "SIG-001", OUTCOME_VIOLATED), 1);
	assert_int_equal(rows_of(j, "TLS-001", OUTCOME_NOT_APPLICABLE), 1);
	const struct rule *all = judge_rules(&n);
	for (size_t i = 0; i < n; i++) {
		uint64_t sum = 0;
		for (int k = 0; k < OUTCOMES; k++)
			sum += rows_of(j, all[i].id, (enum outcome)k);
		assert_int_equal(sum, 1);
	}
	judge_free(j);
}

static void a_refuted_requirement_is_one(void **state)
{
	const char *const wants[] = { "hop_protection>=not_observable", "media=pass", NULL };

	(void)state;
	struct judge *j = judge_with(SEVERITY_CRITICAL, 0, wants);
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	const struct judgement *now = judge_call(j, &m.c);
	assert_int_equal(now->policy, POLICY_NOT_MET);
	assert_string_equal(now->unmet[0], "hop_protection>=not_observable");
	assert_int_equal(now->unknown_count, 1);
	struct gate g = judge_gate(j, true, true, 0);
	assert_int_equal(g.exit, 1);
	assert_string_equal(g.why, "the requirement hop_protection>=not_observable is refuted");
	judge_free(j);
}

static void requirements_need_a_conversation(void **state)
{
	const char *const wants[] = { "signaling>=not_observable", NULL };
	const char *const *text;
	const enum policy_result *result;

	(void)state;
	struct judge *j = judge_with(SEVERITY_HIGH, 0, wants);
	callmake_begin(&m, CALL_REGISTRATION);
	callmake_leg(&m, false);
	assert_int_equal(judge_call(j, &m.c)->policy, POLICY_MET);
	assert_int_equal(judge_requires(j, &text, &result), 1);
	assert_int_equal(result[0], POLICY_CANNOT_TELL);
	assert_int_equal(judge_gate(j, false, true, 0).exit, 4);
	opaque_call();
	(void)judge_call(j, &m.c);
	(void)judge_requires(j, &text, &result);
	assert_int_equal(result[0], POLICY_MET);
	judge_free(j);
}

static void refuses_an_unknown_policy_and_a_wrong_requirement(void **state)
{
	const char *const wants[] = { "media=pass", "meida=pass", NULL };
	struct judge *j = NULL;
	char *why = NULL;

	(void)state;
	assert_int_equal(judge_new(&j, (struct judge_options){ .policy = "e2e" }, &why), ERR_USAGE);
	assert_string_equal(why, "no policy 'e2e'; did you mean e2ee?");
	free(why);
	assert_int_equal(judge_new(&j, (struct judge_options){ .requires = wants }, &why),
			 ERR_USAGE);
	assert_non_null(strstr(why, "did you mean media?"));
	assert_null(j);
	free(why);
}

static void adds_rows_up(void **state)
{
	(void)state;
	struct judge *j = judge_with(SEVERITY_HIGH, 0, NULL);
	opaque_call();
	(void)judge_call(j, &m.c);
	clear_call();
	(void)judge_call(j, &m.c);
	callmake_begin(&m, CALL_REGISTRATION);
	callmake_leg(&m, false);
	(void)judge_call(j, &m.c);
	const struct tally *t = judge_tally(j);
	assert_int_equal(t->rows[CALL_CALL] + t->rows[CALL_OPAQUE] + t->rows[CALL_REGISTRATION], 3);
	assert_int_equal(t->worst_label, LABEL_EXPOSED);
	assert_string_equal(t->worst_letter, "F");
	assert_int_equal(lattice_shown(t->combined[CONDITION_MEDIA]), SHOWN_FAIL);
	assert_int_equal(t->shown[CONDITION_MEDIA][SHOWN_NOT_APPLICABLE], 1);
	assert_int_equal(t->gating, 2);
	assert_int_equal(t->worst_gating, SEVERITY_CRITICAL);
	assert_int_equal(t->met + t->not_met + t->cannot_tell, 3);
	judge_free(j);
}

static void gives_the_same_numbers_in_any_order(void **state)
{
	static struct rule_tally rules[2][1000];
	struct tally t[2];
	size_t count;

	(void)state;
	(void)judge_rules(&count);
	assert_in_range(count, 1, 1000);
	for (int turn = 0; turn < 2; turn++) {
		struct judge *j = judge_with(SEVERITY_HIGH, 0, NULL);
		for (int i = 0; i < 2; i++) {
			if (i == turn)
				opaque_call();
			else
				clear_call();
			for (int n = 0; n < 1000; n++)
				(void)judge_call(j, &m.c);
		}
		t[turn] = *judge_tally(j);
		memcpy(rules[turn], t[turn].rules, count * sizeof *rules[turn]);
		t[turn].rules = NULL;
		judge_free(j);
	}
	assert_memory_equal(&t[0], &t[1], sizeof t[0]);
	assert_memory_equal(rules[0], rules[1], sizeof rules[0]);
}

static void has_a_word_for_everything(void **state)
{
	enum severity s = SEVERITY_INFO;

	(void)state;
	assert_true(judge_severity_parse("Critical", &s));
	assert_int_equal(s, SEVERITY_CRITICAL);
	assert_false(judge_severity_parse("worst", &s));
	assert_string_equal(judge_severity_text(SEVERITY_MEDIUM), "medium");
	assert_string_equal(judge_class_text(CLASS_VISIBILITY), "visibility");
	assert_string_equal(judge_outcome_text(OUTCOME_NOTED), "noted");
	assert_string_equal(judge_label_text(LABEL_TAMPERING), "TAMPERING INDICATED");
	assert_string_equal(judge_label_text(LABEL_END_TO_END_MEDIA), "END-TO-END MEDIA");
	assert_string_equal(judge_condition_text(CONDITION_MEDIA), "media");
	assert_string_equal(judge_policy_text(POLICY_CANNOT_TELL), "cannot_tell");
}

static uint32_t dice(uint32_t *seed, uint32_t sides)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % sides;
}

/* Any row with any facts, possible or not. */
static void any_call(uint32_t *seed)
{
	callmake_begin(&m, (enum call_kind)dice(seed, 6));
	for (uint32_t i = dice(seed, 3); i > 0; i--)
		callmake_leg(&m, dice(seed, 2))->decrypted = dice(seed, 2);
	for (uint32_t i = dice(seed, 3); i > 0; i--) {
		struct media *line = callmake_line(&m, (enum media_profile)dice(seed, 14),
						   (enum keying)dice(seed, 6));
		line->answered = dice(seed, 2);
		line->rejected = dice(seed, 4) == 0;
		line->zrtp = dice(seed, 4) == 0;
		line->dtls = dice(seed, 4) == 0;
		if (dice(seed, 2))
			callmake_segment(&m, m.c.media_count - 1, 0, 0)->clear = dice(seed, 101);
	}
	for (uint32_t i = dice(seed, 12); i > 0; i--) {
		struct fact *f = callmake_fact_on(&m, (enum fact_kind)dice(seed, FACT_KINDS),
						  (int16_t)dice(seed, 4) - 1);
		f->leg = (int16_t)((int)dice(seed, 4) - 1);
		f->grade = (uint8_t)dice(seed, 5);
		f->value = dice(seed, 4);
	}
}

static void nothing_is_ever_proved_by_this_version(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		any_call(&seed);
		const struct judgement *j = callmake_judge(&m);
		for (int c = 0; c < CONDITIONS; c++) {
			assert_int_not_equal(j->conditions[c].shown, SHOWN_PASS);
			assert_non_null(j->conditions[c].why);
		}
		assert_true(j->label < LABEL_END_TO_END_MEDIA || j->label == LABEL_NONE);
		if (j->has_score)
			assert_true(j->low <= j->score && j->score <= j->high);
		assert_true(j->coverage_made <= j->coverage_required && j->coverage_required > 0);
	}
}

static void taking_a_fact_away_never_makes_a_fail(void **state)
{
	struct judgement before;
	uint32_t seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		any_call(&seed);
		before = *callmake_judge(&m);
		if (m.c.fact_count == 0)
			continue;
		struct fact *gone = &m.facts[dice(&seed, m.c.fact_count)];
		/* What the same SDP that promised protection also gave away goes with it. */
		if (gone->kind == FACT_srtp_null || gone->kind == FACT_srtp_unencrypted ||
		    gone->kind == FACT_dtls_profile)
			continue;
		*gone = m.facts[m.c.fact_count - 1];
		m.c.fact_count--;
		const struct judgement *j = callmake_judge(&m);
		for (int c = 0; c < CONDITIONS; c++)
			if (j->conditions[c].shown == SHOWN_FAIL)
				assert_int_equal(before.conditions[c].shown, SHOWN_FAIL);
		/* A row without media is another case: what is not there has nothing to lose. */
		if (before.has_score && j->has_score &&
		    !j->conditions[CONDITION_MEDIA].v.complete &&
		    !j->conditions[CONDITION_KEYS].v.complete)
			assert_true(j->low <= before.low);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_what_was_seen_against_what_is_required),
		cmocka_unit_test(names_the_side_that_was_not_seen),
		cmocka_unit_test(says_inside_which_connection_signaling_could_be_read),
		cmocka_unit_test(asks_for_keys_of_keyed_lines_only),
		cmocka_unit_test(every_rule_has_words_and_citations),
		cmocka_unit_test(names_a_problem_alike_in_two_recordings),
		cmocka_unit_test(names_a_trunk_alike_in_both_directions),
		cmocka_unit_test(leaves_the_ports_of_softphones_out_of_names),
		cmocka_unit_test(sorts_findings_worst_first),
		cmocka_unit_test(caps_findings_and_says_so),
		cmocka_unit_test(a_call_without_media_is_not_applicable),
		cmocka_unit_test(carries_the_role_of_the_far_end),
		cmocka_unit_test(gates_on_findings_of_the_chosen_severity),
		cmocka_unit_test(exits_with_nothing_to_judge),
		cmocka_unit_test(exits_cleanly_only_when_judged),
		cmocka_unit_test(exits_when_too_little_was_seen),
		cmocka_unit_test(an_unseen_requirement_is_never_zero),
		cmocka_unit_test(rules_are_counted_by_what_came_of_them),
		cmocka_unit_test(a_refuted_requirement_is_one),
		cmocka_unit_test(requirements_need_a_conversation),
		cmocka_unit_test(refuses_an_unknown_policy_and_a_wrong_requirement),
		cmocka_unit_test(adds_rows_up),
		cmocka_unit_test(gives_the_same_numbers_in_any_order),
		cmocka_unit_test(has_a_word_for_everything),
		cmocka_unit_test(nothing_is_ever_proved_by_this_version),
		cmocka_unit_test(taking_a_fact_away_never_makes_a_fail),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	callmake_end();
	return failed;
}
