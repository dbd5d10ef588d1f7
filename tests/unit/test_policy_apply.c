/* test_policy_apply.c - a policy changes severities and its own result, and no verdict. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rules/policy.h"
#include "tests/lib/callmake.h"

static struct callmake m;
static struct policy *policy;
static struct judge *judge;

static enum err from_memory(void *ctx, const char *name, const char *from, struct policy_text *out,
			    char **why)
{
	if (strcmp(name, "mine") != 0)
		return policy_of_program(NULL, name, from, out, why);
	char *text = strdup(ctx);
	*out = (struct policy_text){ slice_of(text), strdup(name), text };
	return ERR_OK;
}

/* Judges the call at hand under a policy: a name of the program's, or what a file says. */
static const struct judgement *under(const char *said)
{
	char text[600], *why;

	(void)snprintf(text, sizeof text,
		       "{\"schema\":\"earshot.policy/1\",\"name\":\"mine\",\"summary\":\"s\",%s}",
		       said);
	judge_free(judge);
	policy_free(policy);
	if (policy_read(said[0] == '"' ? "mine" : said, from_memory, text, &policy, &why) != ERR_OK)
		fail_msg("%s", why);
	struct judge_options o = { .rules = policy, .fail_on = policy->fail_on };
	assert_int_equal(judge_new(&judge, o, &why), ERR_OK);
	return judge_call(judge, &m.c);
}

static enum severity severity_under(const char *said, const char *rule)
{
	return callmake_violated(under(said), rule)->severity;
}

static void clear_call(void)
{
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	callmake_line(&m, PROFILE_RTP_AVP, KEYING_NONE);
	callmake_segment(&m, 0, 0, 0);
	callmake_fact_on(&m, FACT_media_clear, 0);
}

/* Signaling in TLS whose handshake was seen, and a line of media that nothing speaks against. */
static struct fact *tls_call(const char *session)
{
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false);
	callmake_line(&m, PROFILE_RTP_SAVP, KEYING_SDES);
	callmake_segment(&m, 0, 0, 0);
	struct fact *f = callmake_fact(&m, FACT_tls_session);
	f->leg = 0;
	f->text = session;
	return f;
}

/* ---- what makes a call WEAK (contract 2) --------------------------------------------------- */

static struct fact *old_tls_call(void)
{
	tls_call("TLS 1.0, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA");
	struct fact *f = callmake_fact(&m, FACT_tls_old);
	f->leg = 0;
	f->value = 0x0301;
	f->text = "TLS 1.0";
	return f;
}

static bool gates_under(const char *said)
{
	return callmake_violated(under(said), "TLS-001")->gates;
}

static void what_makes_a_call_weak_gates_where_the_policy_names_it(void **state)
{
	(void)state;
	old_tls_call();
	assert_true(gates_under("baseline"));
	assert_int_equal(under("baseline")->label, LABEL_WEAK);
	struct gate g = judge_gate(judge, false, true, 0);
	assert_int_equal(g.exit, 1);
	assert_non_null(strstr(g.why, "1 of them makes a call WEAK"));
	assert_true(gates_under("enterprise"));
	assert_true(gates_under("\"gate\":{\"classes\":[],\"weakens\":true}"));
	assert_false(gates_under("\"gate\":{\"weakens\":false}"));
	assert_int_equal(judge_gate(judge, false, true, 0).exit, 0);
	assert_false(gates_under("\"gate\":{\"classes\":[\"exposure\"]}"));
	assert_false(gates_under("\"gate\":{\"fail_on\":\"critical\"}"));
	assert_false(gates_under("\"gate\":{\"except\":[\"TLS-001\"]}"));
}

static void any_row_is_made_weak_and_worse_ones_stay_so(void **state)
{
	(void)state;
	old_tls_call();
	m.c.kind = CALL_REGISTRATION;
	m.c.media_count = 0;
	assert_true(gates_under("baseline"));
	assert_int_equal(under("baseline")->label, LABEL_WEAK);
	old_tls_call();
	callmake_fact_on(&m, FACT_media_clear, 0); /* and worse: it would be weak all the same */
	assert_int_equal(under("baseline")->label, LABEL_EXPOSED);
	assert_true(gates_under("baseline"));
	assert_false(callmake_violated(judge_call(judge, &m.c), "MED-002")->weakens);
}

static void no_policy_changes_verdict_label_or_score(void **state)
{
	static const char *const names[] = {
		"e2ee",	      "healthcare",    "finance", "legal-government", "privacy-provider",
		"enterprise", "contact-center"
	};
	struct judgement before;

	(void)state;
	clear_call();
	before = *under("baseline");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct judgement *now = under(names[i]);
		assert_int_equal(now->label, before.label);
		assert_int_equal(now->score, before.score);
		assert_int_equal(now->finding_count, before.finding_count);
		for (int c = 0; c < CONDITIONS; c++)
			assert_int_equal(now->conditions[c].shown, before.conditions[c].shown);
	}
}

static void a_severity_is_what_the_policy_says(void **state)
{
	(void)state;
	clear_call();
	assert_int_equal(severity_under("baseline", "SIG-001"), SEVERITY_HIGH);
	assert_int_equal(severity_under("\"severities\":{\"SIG-001\":\"low\"}", "SIG-001"),
			 SEVERITY_LOW);
	const struct judgement *j = under("\"severities\":{\"SIG-001\":\"critical\"}");
	for (uint32_t i = 1; i < j->finding_count; i++)
		assert_true(j->findings[i - 1].severity >= j->findings[i].severity);
	assert_int_equal(callmake_violated(j, "SIG-001")->severity, SEVERITY_CRITICAL);
}

/* What a rule found milder than usual stays so, and what it found graver too. */
static void an_occurrence_keeps_what_is_particular_to_it(void **state)
{
	(void)state;
	clear_call();
	struct fact *f = callmake_fact(&m, FACT_siprec);
	f->value = 2;
	assert_int_equal(severity_under("baseline", "B2B-006"), SEVERITY_CRITICAL);
	assert_int_equal(severity_under("finance", "B2B-006"), SEVERITY_CRITICAL);
	callmake_begin(&m, CALL_CALL);
	callmake_line(&m, PROFILE_RTP_AVP, KEYING_NONE);
	callmake_fact_on(&m, FACT_media_early_clear, 0);
	assert_int_equal(severity_under("\"severities\":{\"MED-006\":\"critical\"}", "MED-006"),
			 SEVERITY_LOW);
	assert_int_equal(severity_under("\"severities\":{\"MED-006\":\"info\"}", "MED-006"),
			 SEVERITY_INFO);
}

static void recording_is_forbidden_allowed_or_mandated(void **state)
{
	(void)state;
	tls_call("TLS 1.3, TLS_AES_128_GCM_SHA256");
	callmake_fact(&m, FACT_siprec)->value = 2;
	assert_int_equal(severity_under("finance", "B2B-006"), SEVERITY_INFO);
	assert_int_equal(severity_under("enterprise", "B2B-006"), SEVERITY_LOW);
	assert_false(callmake_violated(under("enterprise"), "B2B-006")->gates);
	assert_int_equal(severity_under("e2ee", "B2B-006"), SEVERITY_HIGH);
	assert_true(
		callmake_violated(under("\"parameters\":{\"recorder\":\"forbidden\"}"), "B2B-006")
			->gates);
	assert_int_equal(under("\"parameters\":{\"recorder\":\"forbidden\"}")->policy,
			 POLICY_NOT_MET);
}

static void a_clear_start_is_tolerated_as_long_as_the_policy_says(void **state)
{
	static const struct {
		const char *said;
		uint64_t ms;
		enum severity is;
	} cases[] = {
		{ "baseline", 900, SEVERITY_LOW },
		{ "e2ee", 900, SEVERITY_HIGH },
		{ "e2ee", 0, SEVERITY_HIGH },
		{ "\"parameters\":{\"clear_start_tolerance\":0.5}", 400, SEVERITY_LOW },
		{ "\"parameters\":{\"clear_start_tolerance\":0.5}", 600, SEVERITY_HIGH },
		{ "\"inherits\":\"e2ee\",\"severities\":{\"MED-006\":\"critical\"}", 400,
		  SEVERITY_CRITICAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		callmake_begin(&m, CALL_CALL);
		callmake_line(&m, PROFILE_RTP_AVP, KEYING_ZRTP);
		callmake_segment(&m, 0, 0, 0)->protection = PROTECTION_NONE_FOUND;
		struct fact *f = callmake_fact_on(&m, FACT_media_clear_start, 0);
		f->segment = 0;
		f->value = 30;
		f->duration_ns = cases[i].ms * 1000000;
		const struct judgement *j = under(cases[i].said);
		const struct finding *found = callmake_violated(j, "MED-006");
		assert_int_equal(found->severity, cases[i].is);
		assert_int_equal(found->gates, cases[i].is >= SEVERITY_HIGH);
		assert_int_equal(j->conditions[CONDITION_MEDIA].shown, SHOWN_PARTIAL);
	}
}

static void gates_on_classes_and_on_rules(void **state)
{
	(void)state;
	clear_call();
	assert_true(callmake_violated(under("baseline"), "SIG-001")->gates);
	assert_false(
		callmake_violated(under("\"gate\":{\"except\":[\"SIG-001\"]}"), "SIG-001")->gates);
	assert_false(
		callmake_violated(under("\"gate\":{\"classes\":[\"posture\"]}"), "SIG-001")->gates);
	assert_true(callmake_violated(under("\"gate\":{\"classes\":[],\"rules\":[\"SIG-001\"]}"),
				      "SIG-001")
			    ->gates);
}

static enum policy_result result_under(const char *said)
{
	return under(said)->policy;
}

static void tls_may_not_be_older_than_the_policy_says(void **state)
{
	static const char *const v13 = "\"parameters\":{\"minimum_tls\":\"TLS1.3\"}";
	static const char *const v12 = "\"parameters\":{\"minimum_tls\":\"TLS1.2\"}";

	(void)state;
	struct fact *f = tls_call("TLS 1.2, TLS_RSA_WITH_AES_128_GCM_SHA256");
	assert_int_equal(result_under(v12), POLICY_MET);
	assert_int_equal(result_under(v13), POLICY_NOT_MET);
	assert_string_equal(under(v13)->unmet[0], "minimum_tls=TLS 1.3");
	f->text = "SSL 3.0, unknown suite";
	assert_int_equal(result_under(v12), POLICY_NOT_MET);
	f->text = "an unknown version of TLS, unknown suite";
	assert_int_equal(result_under(v12), POLICY_CANNOT_TELL);
	f->text = "TLS 1.3, TLS_AES_128_GCM_SHA256";
	f->leg = 3;
	assert_int_equal(result_under(v12), POLICY_CANNOT_TELL);
	callmake_begin(&m, CALL_OPAQUE);
	callmake_line(&m, PROFILE_RTP_SAVP, KEYING_UNKNOWN);
	assert_int_equal(result_under(v12), POLICY_CANNOT_TELL);
}

static void suites_must_be_among_those_allowed(void **state)
{
	static const char *const said =
		"\"parameters\":{\"allowed_suites\":[\"TLS_AES_256_GCM_SHA384\","
		"\"AEAD_AES_256_GCM\"]}";

	(void)state;
	tls_call("TLS 1.3, TLS_AES_256_GCM_SHA384");
	assert_int_equal(result_under(said), POLICY_MET);
	struct fact *f = callmake_fact_on(&m, FACT_key_readable, 0);
	f->text = "AEAD_AES_256_GCM";
	assert_int_equal(result_under("\"gate\":{\"classes\":[]}"), POLICY_MET);
	m.media[0].keying = KEYING_DTLS;
	f->kind = FACT_dtls_seen;
	assert_int_equal(result_under(said), POLICY_CANNOT_TELL);
	tls_call("TLS 1.3, TLS_AES_128_GCM_SHA256");
	assert_int_equal(result_under(said), POLICY_NOT_MET);
	tls_call("TLS 1.3, unknown suite");
	assert_int_equal(result_under(said), POLICY_CANNOT_TELL);
}

static void what_the_command_line_requires_comes_beside(void **state)
{
	const char *const wants[] = { "media=pass", "score>=10", NULL };
	const enum policy_result *results;
	const char *const *texts;
	struct judge *j;
	char *why;

	(void)state;
	struct judge_options o = { .policy = "e2ee", .fail_on = SEVERITY_LOW, .requires = wants };
	assert_int_equal(judge_new(&j, o, &why), ERR_OK);
	assert_int_equal(judge_requires(j, &texts, &results), 5);
	assert_string_equal(texts[3], "minimum_tls=TLS 1.2");
	assert_string_equal(texts[4], "score>=10");
	assert_int_equal(judge_fail_on(j), SEVERITY_LOW);
	assert_string_equal(judge_policy(j)->name, "e2ee");
	judge_free(j);
}

static int end(void **state)
{
	(void)state;
	judge_free(judge);
	policy_free(policy);
	return 0;
}

/* Whether SRTP-005 is told under a policy that asks for these profiles. */
static bool told(const char *strength, unsigned lacking)
{
	char said[120];

	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	callmake_line(&m, PROFILE_RTP_SAVP, KEYING_SDES);
	callmake_fact_on(&m, FACT_srtp_cipher, 0)->value = lacking;
	(void)snprintf(said, sizeof said, "\"parameters\":{\"strength\":[%s]}", strength);
	const struct finding *f = callmake_violated(under(said), "SRTP-005");
	assert_true(!f || (f->severity == SEVERITY_INFO && !f->gates));
	return f != NULL;
}

static void nobody_is_told_of_strength_who_did_not_ask(void **state)
{
	const unsigned both = SHORT_OF_CNSA | SHORT_OF_FIPS;

	(void)state;
	assert_false(told("", both));
	assert_false(told("\"cnsa\"", SHORT_OF_FIPS));
	assert_false(told("\"fips\"", SHORT_OF_CNSA));
	assert_true(told("\"cnsa\"", SHORT_OF_CNSA));
	assert_true(told("\"fips\"", both));
	assert_true(told("\"cnsa\",\"fips\"", SHORT_OF_CNSA));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_makes_a_call_weak_gates_where_the_policy_names_it),
		cmocka_unit_test(any_row_is_made_weak_and_worse_ones_stay_so),
		cmocka_unit_test(no_policy_changes_verdict_label_or_score),
		cmocka_unit_test(a_severity_is_what_the_policy_says),
		cmocka_unit_test(an_occurrence_keeps_what_is_particular_to_it),
		cmocka_unit_test(recording_is_forbidden_allowed_or_mandated),
		cmocka_unit_test(a_clear_start_is_tolerated_as_long_as_the_policy_says),
		cmocka_unit_test(gates_on_classes_and_on_rules),
		cmocka_unit_test(tls_may_not_be_older_than_the_policy_says),
		cmocka_unit_test(suites_must_be_among_those_allowed),
		cmocka_unit_test(what_the_command_line_requires_comes_beside),
		cmocka_unit_test(nobody_is_told_of_strength_who_did_not_ask),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
