/* test_keyed_quality.c - what keys and suites in SDP are worth, from scenes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"
#include "tests/lib/keyscene.h"

#define ALICE KEYSCENE_ALICE
#define BOB   KEYSCENE_BOB

enum { OF_ALICE = 77, OF_BOB = 78, OTHER = 79 }; /* keys */

static const struct proof_seen unproved;
static const struct proof_seen by_alice = { .key_name = OF_ALICE, .tried = 40, .verified = 40 };

/* An offer of two key lines, of which Bob takes the first or the second. */
struct two {
	struct sdp_seen *offer, *answer;
	struct crypto_seen *first, *second, *taken;
};

static struct two two_lines_of_keys(struct scene *s, uint32_t taken)
{
	struct two t = { .offer = scene_sdp(s, ALICE, PROFILE_RTP_SAVP),
			 .answer = scene_sdp(s, BOB, PROFILE_RTP_SAVP) };
	struct line_seen *o = scene_line(t.offer, 0);

	keyscene_crypto(s, o, OF_ALICE);
	t.second = keyscene_crypto(s, o, OTHER);
	t.first = t.second - 1;
	t.taken = keyscene_crypto(s, scene_line(t.answer, 0), OF_BOB);
	t.taken->tag = taken;
	return t;
}

static void play(struct scene *s, const struct two *t, struct proof_seen proof)
{
	scene_call(s, t->offer, t->answer);
	keyscene_srtp(s, (struct keyscene_stream){ .from = 1.5,
						   .to = 21,
						   .src = ALICE,
						   .dst = BOB,
						   .ssrc = 1,
						   .proof = proof });
	scene_bye(s, 22);
}

static void ordinary(struct scene *s)
{
	struct two t = two_lines_of_keys(s, 1);

	play(s, &t, by_alice);
}

/* ---- KEY-006, KEY-007 ---------------------------------------------------------------------------
 */

static void a_weak_key(struct scene *s, uint8_t pattern, uint32_t taken)
{
	struct two t = two_lines_of_keys(s, taken);

	t.second->pattern = pattern;
	play(s, &t, unproved);
}

static void a_zero_key_taken(struct scene *s)
{
	a_weak_key(s, KEY_ZERO, 2);
}

static void a_text_key_taken(struct scene *s)
{
	a_weak_key(s, KEY_TEXT, 2);
}

static void a_weak_key_not_taken(struct scene *s)
{
	a_weak_key(s, KEY_SEQUENTIAL, 1);
}

static void a_line_that_breaks_its_standard(struct scene *s)
{
	struct two t = two_lines_of_keys(s, 1);

	t.second->wrong = "the key has a wrong length";
	t.second->valid = false;
	play(s, &t, unproved);
}

static void tolerated_spellings(struct scene *s)
{
	struct two t = two_lines_of_keys(s, 1);

	t.first->alias = t.first->unpadded = t.second->unknown_suite = true;
	play(s, &t, unproved);
}

static void a_tag_that_nobody_offered(struct scene *s)
{
	struct two t = two_lines_of_keys(s, 9);

	play(s, &t, unproved);
}

static void only_a_key_in_use_can_be_guessed_to_effect(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "zero", a_zero_key_taken, "KEY-006", KEYSCENE_VIOLATED, SEVERITY_CRITICAL,
		  SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "text", a_text_key_taken, "KEY-006", KEYSCENE_VIOLATED, SEVERITY_CRITICAL,
		  SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "not taken", a_weak_key_not_taken, "KEY-006", KEYSCENE_VIOLATED, SEVERITY_MEDIUM,
		  SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "random", ordinary, "KEY-006", KEYSCENE_SILENT, 0, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "length", a_line_that_breaks_its_standard, "KEY-007", KEYSCENE_VIOLATED,
		  SEVERITY_MEDIUM, SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "tolerated", tolerated_spellings, "KEY-007", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "tag", a_tag_that_nobody_offered, "KEY-007", KEYSCENE_VIOLATED, SEVERITY_MEDIUM,
		  SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "taken as offered", ordinary, "KEY-007", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* In TLS without a holder known, what a weak key does to keys is not hidden by KEY-001. */
static void a_weak_key_behind_tls_fails_keys_only_when_taken(void **state)
{
	(void)state;
	for (uint32_t taken = 1; taken <= 2; taken++) {
		struct scene *s = scene_new();
		struct two t = two_lines_of_keys(s, taken);
		t.second->pattern = KEY_ZERO;
		for (unsigned answer = 0; answer < 2; answer++)
			scene_say(s, (struct scene_sip){
					     .at = answer,
					     .src = answer ? "10.0.0.2:5061" : "10.0.0.1:5061",
					     .dst = answer ? "10.0.0.1:5061" : "10.0.0.2:5061",
					     .method = "INVITE",
					     .status = answer ? 200 : 0,
					     .to_tag = answer ? "b" : NULL,
					     .carrier = SIP_TRANSPORT_TLS,
					     .sdp = answer ? t.answer : t.offer });
		const struct judgement *j = keyscene_judge(s, CALL_CALL);
		assert_int_equal(j->conditions[CONDITION_KEYS].shown,
				 taken == 2 ? SHOWN_FAIL : SHOWN_NOT_OBSERVABLE);
		scene_free(s);
	}
}

/* ---- KEY-009
 * -------------------------------------------------------------------------------------- */

static void mikey_with(struct scene *s, uint8_t type, bool taken)
{
	struct sdp_seen *o = keyscene_sdp(s, ALICE, 1, SETUP_ACTPASS);
	struct sdp_seen *n = keyscene_sdp(s, BOB, taken ? 0 : 2, SETUP_ACTIVE);
	struct dtls_seen shake = keyscene_shake(2, 1);

	scene_line(o, 0)->profile = scene_line(n, 0)->profile = PROFILE_RTP_SAVP;
	scene_line(o, 0)->mikey = type;
	scene_line(o, 0)->key_mgmt = true;
	scene_line(n, 0)->key_mgmt = taken;
	scene_call(s, o, n);
	if (!taken)
		keyscene_dtls(s, BOB, ALICE, 1.2, &shake);
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

static void mikey_preshared(struct scene *s)
{
	mikey_with(s, 0, true);
}

static void mikey_escrow(struct scene *s)
{
	mikey_with(s, 26, true);
}

static void mikey_diffie_hellman(struct scene *s)
{
	mikey_with(s, 4, true);
}

static void mikey_not_taken(struct scene *s)
{
	mikey_with(s, 0, false);
}

static void mikey_counts_by_what_it_carries(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "pre-shared", mikey_preshared, "KEY-009", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "escrow", mikey_escrow, "KEY-009", KEYSCENE_VIOLATED, SEVERITY_HIGH, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "Diffie-Hellman", mikey_diffie_hellman, "KEY-009", KEYSCENE_NOTED, 0,
		  SHOWN_NOT_OBSERVABLE, SHOWN_NOT_OBSERVABLE },
		{ "not taken", mikey_not_taken, "KEY-009", KEYSCENE_VIOLATED, SEVERITY_LOW,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "none", ordinary, "KEY-009", KEYSCENE_SILENT, 0, SHOWN_FAIL, SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- SRTP-001 to SRTP-004
 * ----------------------------------------------------------------------------- */

static void null_suite_taken(struct scene *s)
{
	struct two t = two_lines_of_keys(s, 2);

	t.second->null_cipher = t.taken->null_cipher = true;
	play(s, &t, by_alice);
}

static void null_suite_offered(struct scene *s)
{
	struct two t = two_lines_of_keys(s, 1);

	t.second->null_cipher = true;
	play(s, &t, by_alice);
}

static void unencrypted_taken(struct scene *s)
{
	struct two t = two_lines_of_keys(s, 2);

	t.second->unencrypted_srtp = t.taken->unencrypted_srtp = true;
	play(s, &t, by_alice);
}

static void unencrypted_offered(struct scene *s)
{
	struct two t = two_lines_of_keys(s, 1);

	t.second->unencrypted_srtp = true;
	play(s, &t, by_alice);
}

static void unauthenticated(struct scene *s, uint32_t taken, struct proof_seen proof)
{
	struct two t = two_lines_of_keys(s, taken);

	t.second->unauthenticated_srtp = true;
	t.taken->unauthenticated_srtp = taken == 2;
	play(s, &t, proof);
}

static void unauthenticated_taken(struct scene *s)
{
	unauthenticated(s, 2, unproved);
}

static void unauthenticated_and_tags_fit(struct scene *s)
{
	unauthenticated(s, 2, by_alice);
}

static void unauthenticated_offered(struct scene *s)
{
	unauthenticated(s, 1, by_alice);
}

static void unencrypted_rtcp(struct scene *s, uint32_t taken, const struct rtcp_seen *rtcp)
{
	struct two t = two_lines_of_keys(s, taken);

	t.second->unencrypted_srtcp = true;
	t.taken->unencrypted_srtcp = taken == 2;
	if (rtcp)
		keyscene_rtcp(s, "10.0.0.1:4001", "10.0.0.2:5001", 5, *rtcp);
	play(s, &t, by_alice);
}

static void unencrypted_rtcp_taken(struct scene *s)
{
	unencrypted_rtcp(s, 2, NULL);
}

static void unencrypted_rtcp_taken_and_sent(struct scene *s)
{
	struct rtcp_seen r = { .packets = 4, .clear = 4, .e_zero = 4, .verified = 4 };

	r.clear_beyond_app = true;
	unencrypted_rtcp(s, 2, &r);
}

static void unencrypted_rtcp_taken_and_encrypted(struct scene *s)
{
	struct rtcp_seen r = { .packets = 4, .encrypted = 4, .verified = 4 };

	unencrypted_rtcp(s, 2, &r);
}

static void unencrypted_rtcp_offered(struct scene *s)
{
	unencrypted_rtcp(s, 1, NULL);
}

static void a_short_tag_taken(struct scene *s)
{
	struct two t = two_lines_of_keys(s, 2);

	t.second->tag_bits = t.taken->tag_bits = 32;
	play(s, &t, by_alice);
}

static void a_short_tag_offered(struct scene *s)
{
	struct two t = two_lines_of_keys(s, 1);

	t.second->tag_bits = 32;
	play(s, &t, by_alice);
}

static void what_was_taken_counts_and_what_was_offered_is_low(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "NULL", null_suite_taken, "SRTP-001", KEYSCENE_VIOLATED, SEVERITY_CRITICAL,
		  SHOWN_FAIL, SHOWN_FAIL },
		{ "NULL offered", null_suite_offered, "SRTP-001", KEYSCENE_VIOLATED, SEVERITY_LOW,
		  SHOWN_FAIL, SHOWN_PARTIAL },
		{ "no NULL", ordinary, "SRTP-001", KEYSCENE_SILENT, 0, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "unencrypted", unencrypted_taken, "SRTP-002", KEYSCENE_VIOLATED,
		  SEVERITY_CRITICAL, SHOWN_FAIL, SHOWN_FAIL },
		{ "unencrypted offered", unencrypted_offered, "SRTP-002", KEYSCENE_VIOLATED,
		  SEVERITY_LOW, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "encrypted", ordinary, "SRTP-002", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_PARTIAL },
		{ "no tags", unauthenticated_taken, "SRTP-003", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_FAIL, SHOWN_SUSPECT },
		{ "tags all the same", unauthenticated_and_tags_fit, "SRTP-003", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "no tags, offered", unauthenticated_offered, "SRTP-003", KEYSCENE_VIOLATED,
		  SEVERITY_LOW, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "RTCP", unencrypted_rtcp_taken, "SRTP-003", KEYSCENE_VIOLATED, SEVERITY_MEDIUM,
		  SHOWN_FAIL, SHOWN_SUSPECT },
		{ "RTCP sent", unencrypted_rtcp_taken_and_sent, "SRTP-003", KEYSCENE_VIOLATED,
		  SEVERITY_MEDIUM, SHOWN_FAIL, SHOWN_SUSPECT },
		{ "RTCP encrypted", unencrypted_rtcp_taken_and_encrypted, "SRTP-003",
		  KEYSCENE_VIOLATED, SEVERITY_MEDIUM, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "RTCP offered", unencrypted_rtcp_offered, "SRTP-003", KEYSCENE_VIOLATED,
		  SEVERITY_LOW, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "neither", ordinary, "SRTP-003", KEYSCENE_SILENT, 0, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "32 bits", a_short_tag_taken, "SRTP-004", KEYSCENE_VIOLATED, SEVERITY_LOW,
		  SHOWN_FAIL, SHOWN_PARTIAL },
		{ "32 bits offered", a_short_tag_offered, "SRTP-004", KEYSCENE_SILENT, 0,
		  SHOWN_FAIL, SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_key_in_use_can_be_guessed_to_effect),
		cmocka_unit_test(a_weak_key_behind_tls_fails_keys_only_when_taken),
		cmocka_unit_test(mikey_counts_by_what_it_carries),
		cmocka_unit_test(what_was_taken_counts_and_what_was_offered_is_low),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	callmake_end();
	return failed;
}
