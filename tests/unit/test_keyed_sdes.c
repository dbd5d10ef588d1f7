/* test_keyed_sdes.c - the rules on keys in SDP, from scenes: what sets them off, and what must not.
 */
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

static void say(struct scene *s, double at, bool from_bob, const char *method, unsigned status,
		uint32_t cseq, const struct sdp_seen *sdp)
{
	const char *a = "10.0.0.1:5060", *b = "10.0.0.2:5060";

	scene_say(s, (struct scene_sip){ .at = at,
					 .src = from_bob ? b : a,
					 .dst = from_bob ? a : b,
					 .method = method,
					 .status = status,
					 .cseq = cseq,
					 .to_tag = status || cseq > 1 ? "b" : NULL,
					 .sdp = sdp });
}

static void call_with(struct scene *s, const struct sdp_seen *offer, const struct sdp_seen *answer)
{
	scene_call(s, offer, answer);
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

static struct sdp_seen *offer(struct scene *s)
{
	return keyscene_sdes(s, ALICE, OF_ALICE);
}

static struct sdp_seen *answer(struct scene *s)
{
	return keyscene_sdes(s, BOB, OF_BOB);
}

static void ordinary(struct scene *s)
{
	call_with(s, offer(s), answer(s));
}

/* ---- KEY-001, KEY-008: is the key in use? ------------------------------------------------------
 */

static void dtls_taken(struct scene *s)
{
	struct sdp_seen *o = keyscene_sdp(s, ALICE, 1, SETUP_ACTPASS);
	struct dtls_seen shake = keyscene_shake(2, 1);

	keyscene_crypto(s, scene_line(o, 0), OF_ALICE);
	scene_call(s, o, keyscene_sdp(s, BOB, 2, SETUP_ACTIVE));
	keyscene_dtls(s, BOB, ALICE, 1.2, &shake);
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

static void two_methods_in_the_answer(struct scene *s)
{
	struct sdp_seen *o = keyscene_sdp(s, ALICE, 1, SETUP_ACTPASS);
	struct sdp_seen *n = keyscene_sdp(s, BOB, 2, SETUP_ACTIVE);
	struct dtls_seen shake = keyscene_shake(2, 1);

	keyscene_crypto(s, scene_line(o, 0), OF_ALICE);
	keyscene_crypto(s, scene_line(n, 0), OF_BOB);
	scene_call(s, o, n);
	keyscene_dtls(s, BOB, ALICE, 1.2, &shake);
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

static void line_refused(struct scene *s)
{
	struct sdp_seen *o = offer(s), *n = answer(s);

	for (unsigned i = 0; i < 2; i++)
		scene_add_line(s, i ? n : o, i ? BOB : ALICE, MEDIA_VIDEO, PROFILE_RTP_AVP);
	scene_line(n, 0)->at.port = 0;
	scene_line(n, 0)->crypto_count = 0;
	call_with(s, o, n);
}

static const struct proof_seen by_alice = { .key_name = OF_ALICE, .tried = 40, .verified = 40 };

/* OSRTP (RFC 8643): keys on an open line; whether they are taken, the answer would say. */
static void optional(struct scene *s, const struct sdp_seen *n, struct proof_seen proof)
{
	struct sdp_seen *o = offer(s);

	scene_line(o, 0)->profile = PROFILE_RTP_AVP;
	say(s, 0, false, "INVITE", 0, 1, o);
	if (n)
		say(s, 1, true, "INVITE", 200, 1, n);
	say(s, 1.1, false, "ACK", 0, 1, NULL);
	keyscene_srtp(s, (struct keyscene_stream){ .from = 1.5,
						   .to = 21,
						   .src = ALICE,
						   .dst = BOB,
						   .ssrc = 1,
						   .proof = proof });
	scene_bye(s, 22);
}

static void optional_and_accepted(struct scene *s)
{
	struct sdp_seen *n = answer(s);

	scene_line(n, 0)->profile = PROFILE_RTP_AVP;
	optional(s, n, unproved);
}

static void optional_and_declined(struct scene *s)
{
	optional(s, scene_sdp(s, BOB, PROFILE_RTP_AVP), unproved);
}

static void optional_and_not_known(struct scene *s)
{
	optional(s, NULL, unproved);
}

static void optional_and_proved(struct scene *s)
{
	optional(s, NULL, by_alice);
}

static void a_key_counts_as_far_as_it_was_taken(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "taken", ordinary, "KEY-001", KEYSCENE_VIOLATED, SEVERITY_CRITICAL, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "DTLS taken", dtls_taken, "KEY-001", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "DTLS taken", dtls_taken, "KEY-008", KEYSCENE_VIOLATED, SEVERITY_LOW,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "two methods answered", two_methods_in_the_answer, "KEY-008", KEYSCENE_VIOLATED,
		  SEVERITY_MEDIUM, SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "port 0", line_refused, "KEY-008", KEYSCENE_VIOLATED, SEVERITY_LOW, SHOWN_SUSPECT,
		  SHOWN_NOT_OBSERVABLE },
		{ "alone", ordinary, "KEY-008", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "OSRTP accepted", optional_and_accepted, "KEY-001", KEYSCENE_VIOLATED,
		  SEVERITY_CRITICAL, SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "OSRTP declined", optional_and_declined, "KEY-001", KEYSCENE_VIOLATED,
		  SEVERITY_MEDIUM, SHOWN_SUSPECT, SHOWN_NOT_OBSERVABLE },
		{ "OSRTP, not known", optional_and_not_known, "KEY-001", KEYSCENE_VIOLATED,
		  SEVERITY_MEDIUM, SHOWN_NOT_OBSERVABLE, SHOWN_NOT_OBSERVABLE },
		{ "OSRTP, proved", optional_and_proved, "KEY-001", KEYSCENE_VIOLATED,
		  SEVERITY_CRITICAL, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "OSRTP, proved", optional_and_proved, "KEY-003", KEYSCENE_VIOLATED,
		  SEVERITY_CRITICAL, SHOWN_FAIL, SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- KEY-002, KEY-003
 * ---------------------------------------------------------------------------- */

static void proved_with(struct scene *s, struct proof_seen proof, enum sip_transport carrier,
			const char *more)
{
	const char *a = "10.0.0.1:5060", *b = "10.0.0.2:5060";

	for (unsigned answered = 0; answered < 2; answered++)
		scene_say(s, (struct scene_sip){ .at = answered,
						 .src = answered ? b : a,
						 .dst = answered ? a : b,
						 .method = "INVITE",
						 .status = answered ? 200 : 0,
						 .to_tag = answered ? "b" : NULL,
						 .vias = { "10.0.0.1", more },
						 .carrier = carrier,
						 .sdp = answered ? answer(s) : offer(s) });
	keyscene_srtp(s, (struct keyscene_stream){ .from = 1.5,
						   .to = 21,
						   .src = ALICE,
						   .dst = BOB,
						   .ssrc = 1,
						   .proof = proof });
}

static void proved_in_clear(struct scene *s)
{
	proved_with(s, by_alice, SIP_TRANSPORT_UDP, NULL);
}

static void proved_behind_tls_and_a_proxy(struct scene *s)
{
	proved_with(s, by_alice, SIP_TRANSPORT_TLS, "10.0.0.7");
}

static void proved_behind_tls_alone(struct scene *s)
{
	proved_with(s, by_alice, SIP_TRANSPORT_TLS, NULL);
}

/* A masked Via shows that there is an element, and names none (B.4). */
static void proved_behind_a_masked_via(struct scene *s)
{
	proved_with(s, by_alice, SIP_TRANSPORT_TLS, "127.0.0.1");
}

static void proved_the_wrong_way(struct scene *s)
{
	struct proof_seen proof = by_alice;

	proof.key_name = OF_BOB;
	proof.wrong_way = true;
	proved_with(s, proof, SIP_TRANSPORT_UDP, NULL);
}

static void nothing_fits(struct scene *s)
{
	proved_with(s, (struct proof_seen){ .tried = 40 }, SIP_TRANSPORT_UDP, NULL);
}

static void few_were_tried(struct scene *s)
{
	proved_with(s, (struct proof_seen){ .tried = 10 }, SIP_TRANSPORT_UDP, NULL);
}

/* Of another call that had the same ports. */
static void a_key_of_another_call(struct scene *s)
{
	struct proof_seen proof = by_alice;

	proof.key_name = 4711;
	proved_with(s, proof, SIP_TRANSPORT_UDP, NULL);
}

static void tags_show_whose_key_is_in_use(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "in clear", proved_in_clear, "KEY-003", KEYSCENE_VIOLATED, SEVERITY_CRITICAL,
		  SHOWN_FAIL, SHOWN_PARTIAL },
		{ "TLS, proxy", proved_behind_tls_and_a_proxy, "KEY-003", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "TLS, proxy", proved_behind_tls_and_a_proxy, "KEY-002", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "TLS", proved_behind_tls_alone, "KEY-003", KEYSCENE_NOTED, 0,
		  SHOWN_NOT_OBSERVABLE, SHOWN_PARTIAL },
		{ "TLS", proved_behind_tls_alone, "KEY-002", KEYSCENE_UNKNOWN, 0,
		  SHOWN_NOT_OBSERVABLE, SHOWN_PARTIAL },
		{ "masked", proved_behind_a_masked_via, "KEY-002", KEYSCENE_UNKNOWN, 0,
		  SHOWN_NOT_OBSERVABLE, SHOWN_PARTIAL },
		{ "wrong way", proved_the_wrong_way, "KEY-003", KEYSCENE_VIOLATED,
		  SEVERITY_CRITICAL, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "wrong way", proved_the_wrong_way, "KEY-007", KEYSCENE_VIOLATED, SEVERITY_MEDIUM,
		  SHOWN_FAIL, SHOWN_PARTIAL },
		{ "nothing fits", nothing_fits, "KEY-003", KEYSCENE_UNKNOWN, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "few", few_were_tried, "KEY-003", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "another call", a_key_of_another_call, "KEY-003", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- KEY-004: to how many
 * --------------------------------------------------------------------------- */

static void branches(struct scene *s, uint64_t second_key, uint32_t second_cseq, const char *second)
{
	const char *a = "10.0.0.1:5060", *b = "10.0.0.2:5060";

	say(s, 0, false, "INVITE", 0, 1, offer(s));
	scene_say(s, (struct scene_sip){ .at = 0.1,
					 .src = a,
					 .dst = second,
					 .method = "INVITE",
					 .cseq = second_cseq,
					 .sdp = keyscene_sdes(s, ALICE, second_key) });
	bool by_second = second_cseq > 1;
	scene_say(s, (struct scene_sip){ .at = 1,
					 .src = by_second ? second : b,
					 .dst = a,
					 .method = "INVITE",
					 .cseq = by_second ? second_cseq : 1,
					 .status = 200,
					 .to_tag = "b",
					 .sdp = answer(s) });
}

static void one_key_for_two(struct scene *s)
{
	branches(s, OF_ALICE, 1, "10.0.0.3:5060");
}

static void a_key_for_each(struct scene *s)
{
	branches(s, OTHER, 1, "10.0.0.3:5060");
}

static void the_same_target_again(struct scene *s)
{
	branches(s, OF_ALICE, 2, "10.0.0.2:5060");
}

/* 302, 503: the next target gets the offer that the first one has. */
static void another_target_afterwards(struct scene *s)
{
	branches(s, OF_ALICE, 2, "10.0.0.3:5060");
}

static void another_target_with_another_key(struct scene *s)
{
	branches(s, OTHER, 2, "10.0.0.3:5060");
}

static void a_key_is_given_away_to_whoever_got_the_offer(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "one for two", one_key_for_two, "KEY-004", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "one each", a_key_for_each, "KEY-004", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "the same again", the_same_target_again, "KEY-004", KEYSCENE_SILENT, 0,
		  SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "afterwards", another_target_afterwards, "KEY-004", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "afterwards, another key", another_target_with_another_key, "KEY-004",
		  KEYSCENE_SILENT, 0, SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "one target", ordinary, "KEY-004", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- KEY-005: how often
 * -------------------------------------------------------------------------------- */

static void the_key_comes_back(struct scene *s)
{
	call_with(s, offer(s), keyscene_sdes(s, BOB, OF_ALICE));
}

static void two_lines(struct scene *s, uint64_t second, bool bundled)
{
	struct sdp_seen *both[] = { offer(s), answer(s) };

	for (unsigned i = 0; i < 2; i++) {
		scene_add_line(s, both[i], i ? "10.0.0.2:5002" : "10.0.0.1:4002", MEDIA_VIDEO,
			       PROFILE_RTP_SAVP);
		keyscene_crypto(s, scene_line(both[i], 1), i ? OTHER + 1 : second);
		for (unsigned k = 0; k < 2; k++)
			scene_line(both[i], k)->bundled = bundled;
	}
	call_with(s, both[0], both[1]);
}

static void one_key_on_two_lines(struct scene *s)
{
	two_lines(s, OF_ALICE, false);
}

static void one_key_on_bundled_lines(struct scene *s)
{
	two_lines(s, OF_ALICE, true);
}

static void a_key_for_each_line(struct scene *s)
{
	two_lines(s, OTHER, false);
}

static void offered_again(struct scene *s, const char *at, uint64_t key)
{
	scene_call(s, offer(s), answer(s));
	say(s, 10, false, "INVITE", 0, 2, keyscene_sdes(s, at, key));
	say(s, 10.2, true, "INVITE", 200, 2, answer(s));
	say(s, 22, false, "BYE", 0, 3, NULL);
}

static void offered_again_unchanged(struct scene *s)
{
	offered_again(s, ALICE, OF_ALICE);
}

static void offered_again_from_elsewhere(struct scene *s)
{
	offered_again(s, "10.0.0.4:4000", OF_ALICE);
}

static void offered_again_from_elsewhere_anew(struct scene *s)
{
	offered_again(s, "10.0.0.4:4000", OTHER);
}

static void sent_twice(struct scene *s)
{
	const struct sdp_seen *o = offer(s);

	say(s, 0, false, "INVITE", 0, 1, o);
	say(s, 0.5, false, "INVITE", 0, 1, o);
	say(s, 1, true, "INVITE", 200, 1, answer(s));
}

static void a_key_serves_once(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "it comes back", the_key_comes_back, "KEY-005", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "two lines", one_key_on_two_lines, "KEY-005", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "BUNDLE", one_key_on_bundled_lines, "KEY-005", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "one each", a_key_for_each_line, "KEY-005", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "again", offered_again_unchanged, "KEY-005", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "from elsewhere", offered_again_from_elsewhere, "KEY-005", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "anew", offered_again_from_elsewhere_anew, "KEY-005", KEYSCENE_SILENT, 0,
		  SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "sent twice", sent_twice, "KEY-005", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "copies to branches", one_key_for_two, "KEY-005", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_counts_as_far_as_it_was_taken),
		cmocka_unit_test(tags_show_whose_key_is_in_use),
		cmocka_unit_test(a_key_is_given_away_to_whoever_got_the_offer),
		cmocka_unit_test(a_key_serves_once),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	callmake_end();
	return failed;
}
