/* test_rules_dtls.c - the rules on DTLS, and KEY-011, on calls made by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"

enum { CLIENT = 1, SERVER = 2, CLIENT_SIGNED = 4, SERVER_SIGNED = 8, FULL = 16, WHOLE = 31 };

static struct callmake m;

static enum shown keys(const struct judgement *j)
{
	return j->conditions[CONDITION_KEYS].shown;
}

static enum shown media(const struct judgement *j)
{
	return j->conditions[CONDITION_MEDIA].shown;
}

/* A call over TLS that was keyed by DTLS, with `bits` of its proof and media behind it. */
static void keyed(uint64_t bits)
{
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false);
	callmake_line(&m, PROFILE_DTLS_SAVP, KEYING_DTLS)->dtls = true;
	for (int from = 0; from < 2; from++)
		callmake_segment(&m, 0, from, 0)->protection = PROTECTION_NONE_FOUND;
	callmake_fact_on(&m, FACT_dtls_seen, 0);
	callmake_fact_on(&m, FACT_dtls_complete, 0);
	callmake_fact_on(&m, FACT_media_no_plaintext, 0)->grade = 1;
	if (bits) {
		struct fact *f = callmake_fact_on(&m, FACT_dtls_matched, 0);
		f->value = bits;
		f->grade = 4;
	}
}

static struct fact * and (enum fact_kind kind, uint64_t value, const char *text)
{
	struct fact *f = callmake_fact_on(&m, kind, 0);

	f->value = value;
	f->text = text;
	return f;
}

static void seen_twice(void)
{
	and(FACT_dtls_same, 2, NULL)->grade = 4;
}

/* As an inventory says it, at the addresses that the media has. */
static void assert_ends(void)
{
	for (unsigned i = 0; i < 2; i++) {
		m.c.ends[i].role = ROLE_ENDPOINT;
		m.c.ends[i].role_from = ROLE_ASSERTED;
	}
}

/* ---- what each rule does to its condition ------------------------------------------------------
 */

static void each_fact_has_its_severity_and_effect(void **state)
{
	(void)state;
	static const struct {
		enum fact_kind kind;
		uint64_t value;
		const char *text, *rule;
		enum severity severity;
		enum shown keys, media;
	} rows[] = {
		{ FACT_dtls_mismatch, 0, "the client's", "DTLS-001", SEVERITY_CRITICAL, SHOWN_FAIL,
		  SHOWN_PARTIAL },
		{ FACT_dtls_mismatch, 1, "the client's", "DTLS-001", SEVERITY_HIGH, SHOWN_SUSPECT,
		  SHOWN_PARTIAL },
		{ FACT_dtls_no_fingerprint, 1, NULL, "DTLS-002", SEVERITY_HIGH, SHOWN_SUSPECT,
		  SHOWN_PARTIAL },
		{ FACT_dtls_weak_fingerprint, 1, "SHA-1", "DTLS-003", SEVERITY_MEDIUM,
		  SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ FACT_dtls_weak_fingerprint, 1, "MD5", "DTLS-003", SEVERITY_HIGH, SHOWN_SUSPECT,
		  SHOWN_PARTIAL },
		{ FACT_dtls_old, 1, NULL, "DTLS-004", SEVERITY_HIGH, SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ FACT_dtls_weak_suite, 3, "TLS_RSA_WITH_NULL_SHA", "DTLS-005", SEVERITY_CRITICAL,
		  SHOWN_FAIL, SHOWN_PARTIAL },
		{ FACT_dtls_weak_suite, 3, "TLS_SHA256_SHA256", "DTLS-005", SEVERITY_CRITICAL,
		  SHOWN_FAIL, SHOWN_PARTIAL },
		{ FACT_dtls_weak_suite, 3, "TLS_RSA_WITH_RC4_128_SHA", "DTLS-005",
		  SEVERITY_CRITICAL, SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ FACT_dtls_weak_suite, 2, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "DTLS-005",
		  SEVERITY_MEDIUM, SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ FACT_keys_rewritten, 1, "fingerprints", "DTLS-006", SEVERITY_HIGH, SHOWN_FAIL,
		  SHOWN_SUSPECT },
		{ FACT_dtls_shared, 3, NULL, "DTLS-007", SEVERITY_HIGH, SHOWN_SUSPECT,
		  SHOWN_PARTIAL },
		{ FACT_dtls_role, 1, "the answer settles no role", "DTLS-008", SEVERITY_MEDIUM,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ FACT_dtls_one_sided, 1, NULL, "DTLS-010", SEVERITY_HIGH, SHOWN_SUSPECT,
		  SHOWN_PARTIAL },
		{ FACT_dtls_profile, 3, "SRTP_NULL_HMAC_SHA1_80", "DTLS-011", SEVERITY_CRITICAL,
		  SHOWN_PARTIAL, SHOWN_FAIL },
		{ FACT_dtls_profile, 2, "none", "DTLS-011", SEVERITY_HIGH, SHOWN_PARTIAL,
		  SHOWN_NOT_OBSERVABLE },
		{ FACT_dtls_profile, 1, "SRTP_AES128_CM_HMAC_SHA1_32", "SRTP-004", SEVERITY_LOW,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		keyed(0);
		and(rows[i].kind, rows[i].value, rows[i].text);
		const struct judgement *j = callmake_judge(&m);
		const struct finding *f = callmake_violated(j, rows[i].rule);
		if (!f || f->severity != rows[i].severity || keys(j) != rows[i].keys ||
		    media(j) != rows[i].media)
			fail_msg("row %zu: %s", i, rows[i].rule);
		assert_int_equal(f->at[0].frame, m.c.fact_count);
	}
}

static void an_ordinary_handshake_sets_no_rule_off(void **state)
{
	(void)state;
	keyed(WHOLE);
	const struct judgement *j = callmake_judge(&m);
	for (uint32_t i = 0; i < j->finding_count; i++)
		if (!strncmp(j->findings[i].rule->id, "DTLS", 4))
			fail_msg("%s", j->findings[i].rule->id);
	assert_int_equal(keys(j), SHOWN_PARTIAL);
	assert_int_equal(j->conditions[CONDITION_KEYS].v.grade, 4);
	assert_int_equal(media(j), SHOWN_PARTIAL);
}

static void silence_about_dtls_is_not_observable(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false);
	callmake_line(&m, PROFILE_DTLS_SAVP, KEYING_DTLS);
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(keys(j), SHOWN_NOT_OBSERVABLE);
	for (uint32_t i = 0; i < j->finding_count; i++)
		assert_true(strncmp(j->findings[i].rule->id, "DTLS", 4) != 0);
	assert_null(callmake_finding(j, "KEY-011", OUTCOME_NOTED));
}

/* ---- what discharges a suspicion
 * ----------------------------------------------------------------- */

static const enum fact_kind doubts[] = { FACT_dtls_mismatch, FACT_dtls_no_fingerprint,
					 FACT_dtls_weak_fingerprint, FACT_dtls_one_sided,
					 FACT_dtls_shared };

/* What one place shows, or two places of which none is an end, says nothing of who is behind it. */
static void a_doubt_about_who_stands_until_both_ends_show_one_handshake(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof doubts / sizeof *doubts; i++)
		for (unsigned asserted = 0; asserted < 2; asserted++) {
			keyed(WHOLE);
			seen_twice();
			and(FACT_key_proved_dtls, 40, NULL)->grade = 4;
			and(doubts[i], 3, "SHA-1");
			if (asserted)
				assert_ends();
			const struct judgement *j = callmake_judge(&m);
			if (keys(j) != (asserted ? SHOWN_PARTIAL : SHOWN_SUSPECT))
				fail_msg("doubt %zu, ends asserted: %u", i, asserted);
		}
}

static void ends_that_the_media_does_not_have_assert_nothing(void **state)
{
	(void)state;
	keyed(WHOLE);
	seen_twice();
	and(FACT_dtls_one_sided, 1, NULL);
	assert_ends();
	m.c.ends[1].at = callmake_at("10.0.0.77", 5060);
	assert_int_equal(keys(callmake_judge(&m)), SHOWN_SUSPECT);
}

static void media_without_a_handshake_is_answered_by_tags_or_a_handshake(void **state)
{
	(void)state;
	for (unsigned answer = 0; answer < 3; answer++) {
		callmake_begin(&m, CALL_CALL);
		callmake_leg(&m, false);
		callmake_line(&m, PROFILE_DTLS_SAVP, KEYING_DTLS)->dtls = true;
		and(FACT_dtls_incomplete, 1, "it was refused")->grade = 1;
		if (answer == 1)
			and(FACT_key_proved_dtls, 40, NULL)->grade = 4;
		if (answer == 2)
			and(FACT_dtls_complete, 1, NULL);
		const struct judgement *j = callmake_judge(&m);
		assert_int_equal(callmake_violated(j, "DTLS-009")->severity, SEVERITY_HIGH);
		assert_int_equal(keys(j), answer ? SHOWN_PARTIAL : SHOWN_SUSPECT);
	}
}

static void a_mismatch_is_tampering_only_without_doubt(void **state)
{
	(void)state;
	for (unsigned doubt = 0; doubt < 2; doubt++) {
		keyed(CLIENT | FULL);
		and(FACT_dtls_mismatch, doubt, "the server's");
		assert_int_equal(callmake_judge(&m)->label,
				 doubt ? LABEL_UNDETERMINED : LABEL_TAMPERING);
	}
}

/* SRTP tags of one side do not show that the box between two hops left the media alone. */
static void an_element_with_keys_of_both_sides_may_hear(void **state)
{
	(void)state;
	keyed(WHOLE);
	and(FACT_keys_rewritten, 1, "SDES keys");
	and(FACT_media_verified, 40, NULL)->grade = 4;
	const struct judgement *j = callmake_judge(&m);
	assert_non_null(callmake_violated(j, "KEY-002"));
	assert_int_equal(keys(j), SHOWN_FAIL);
	assert_int_equal(media(j), SHOWN_SUSPECT);
}

static void readable_fingerprints_are_told_and_fail_nothing(void **state)
{
	(void)state;
	for (unsigned clear = 0; clear < 2; clear++) {
		keyed(WHOLE);
		if (clear)
			callmake_leg(&m, true);
		and(FACT_dtls_fingerprint_readable, 1, NULL)->leg = (int16_t)clear;
		const struct judgement *j = callmake_judge(&m);
		const struct finding *f = callmake_violated(j, "DTLS-012");
		assert_int_equal(f != NULL, clear);
		assert_true(!f || (f->severity == SEVERITY_MEDIUM && f->caused_by != NULL));
		assert_int_equal(keys(j), SHOWN_PARTIAL);
	}
}

/* ---- KEY-011
 * ---------------------------------------------------------------------------------------- */

static const struct finding *proof(enum outcome o)
{
	return callmake_finding(callmake_judge(&m), "KEY-011", o);
}

static void a_leg_that_is_proved_says_that_it_is_only_a_leg(void **state)
{
	(void)state;
	keyed(WHOLE);
	const struct finding *f = proof(OUTCOME_NOTED);
	assert_int_equal(f->severity, SEVERITY_INFO);
	assert_non_null(strstr(f->detail, "only this leg is proved"));
	assert_true(f->at_count > 0);
	assert_int_equal(keys(callmake_judge(&m)), SHOWN_PARTIAL);
}

static void a_signed_identity_is_worth_its_signer(void **state)
{
	(void)state;
	for (unsigned validated = 0; validated < 2; validated++) {
		keyed(WHOLE);
		callmake_fact(&m, FACT_identity_signed)->value = validated;
		const struct finding *f = proof(OUTCOME_NOTED);
		assert_int_equal(strstr(f->detail, "the signer vouches for") != NULL, validated);
	}
}

static void two_places_are_no_ends(void **state)
{
	(void)state;
	keyed(WHOLE);
	seen_twice();
	const struct finding *f = proof(OUTCOME_NOTED);
	assert_non_null(strstr(f->detail, "none of them known to be the other end"));
	assert_null(proof(OUTCOME_SATISFIED));
}

/* Even then the condition is completed by nothing but the asserted path itself (B.3). */
static void both_asserted_ends_satisfy_and_complete_nothing(void **state)
{
	(void)state;
	keyed(WHOLE);
	seen_twice();
	assert_ends();
	assert_non_null(strstr(proof(OUTCOME_SATISFIED)->detail, "both asserted ends"));
	assert_int_equal(keys(callmake_judge(&m)), SHOWN_PARTIAL);
	assert_int_equal(media(callmake_judge(&m)), SHOWN_PARTIAL);
}

static void each_missing_check_leaves_it_unknown(void **state)
{
	(void)state;
	static const struct {
		uint64_t bits;
		const char *missing;
	} rows[] = {
		{ WHOLE & ~FULL, "the whole exchange" },
		{ WHOLE & ~CLIENT, "does not announce both sides" },
		{ WHOLE & ~SERVER, "does not announce both sides" },
		{ WHOLE & ~CLIENT_SIGNED, "signatures" },
		{ WHOLE & ~SERVER_SIGNED, "signatures" },
		{ 0, "does not announce both sides" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		keyed(rows[i].bits);
		const struct finding *f = proof(OUTCOME_NOT_ASSESSABLE);
		assert_non_null(strstr(f->detail, rows[i].missing));
		assert_null(proof(OUTCOME_NOTED));
	}
	keyed(WHOLE);
	m.facts[3].kind = FACT_media_insufficient;
	assert_non_null(strstr(proof(OUTCOME_NOT_ASSESSABLE)->detail, "media behind it"));
}

static void what_is_contradicted_is_not_proved(void **state)
{
	(void)state;
	static const enum fact_kind kinds[] = {
		FACT_dtls_mismatch,  FACT_dtls_no_fingerprint, FACT_dtls_weak_fingerprint,
		FACT_dtls_one_sided, FACT_dtls_weak_suite,     FACT_dtls_shared,
		FACT_keys_rewritten, FACT_media_rekeyed,       FACT_key_proved,
		FACT_key_wrong_way,
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		keyed(WHOLE);
		seen_twice();
		assert_ends();
		and(kinds[i], 1, NULL);
		assert_null(proof(OUTCOME_SATISFIED));
		assert_null(proof(OUTCOME_NOTED));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fact_has_its_severity_and_effect),
		cmocka_unit_test(an_ordinary_handshake_sets_no_rule_off),
		cmocka_unit_test(silence_about_dtls_is_not_observable),
		cmocka_unit_test(a_doubt_about_who_stands_until_both_ends_show_one_handshake),
		cmocka_unit_test(ends_that_the_media_does_not_have_assert_nothing),
		cmocka_unit_test(media_without_a_handshake_is_answered_by_tags_or_a_handshake),
		cmocka_unit_test(a_mismatch_is_tampering_only_without_doubt),
		cmocka_unit_test(an_element_with_keys_of_both_sides_may_hear),
		cmocka_unit_test(readable_fingerprints_are_told_and_fail_nothing),
		cmocka_unit_test(a_leg_that_is_proved_says_that_it_is_only_a_leg),
		cmocka_unit_test(a_signed_identity_is_worth_its_signer),
		cmocka_unit_test(two_places_are_no_ends),
		cmocka_unit_test(both_asserted_ends_satisfy_and_complete_nothing),
		cmocka_unit_test(each_missing_check_leaves_it_unknown),
		cmocka_unit_test(what_is_contradicted_is_not_proved),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	callmake_end();
	return failed;
}
