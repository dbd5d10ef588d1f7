/* test_keyed_line.c - what an offer and answer owe to DTLS, from scenes: roles, a handshake. */
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

enum { A = 1, B = 2 }; /* certificates */

static const struct proof_seen unproved;

/* Bob takes the active part: he is the client. */
static void shaken(struct scene *s, const struct dtls_seen *shake)
{
	keyscene_dtls(s, BOB, ALICE, 1.2, shake);
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

static void call_with(struct scene *s, const struct sdp_seen *offer, const struct sdp_seen *answer,
		      const struct dtls_seen *shake)
{
	scene_call(s, offer, answer);
	shaken(s, shake);
}

static struct sdp_seen *offer(struct scene *s)
{
	return keyscene_sdp(s, ALICE, A, SETUP_ACTPASS);
}

static struct sdp_seen *answer(struct scene *s)
{
	return keyscene_sdp(s, BOB, B, SETUP_ACTIVE);
}

static void ordinary_with(struct scene *s, const struct dtls_seen *shake)
{
	call_with(s, offer(s), answer(s), shake);
}

static void ordinary(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	ordinary_with(s, &shake);
}

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
					 .to_tag = "b",
					 .sdp = sdp });
}

static void an_answer_that_was_not_captured(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	say(s, 0, false, "INVITE", 0, 1, offer(s));
	say(s, 1.1, false, "ACK", 0, 1, NULL);
	shaken(s, &shake);
}

static void a_delayed_offer(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(A, B);

	say(s, 0, false, "INVITE", 0, 1, NULL);
	say(s, 1, true, "INVITE", 200, 1, keyscene_sdp(s, BOB, B, SETUP_ACTPASS));
	say(s, 1.1, false, "ACK", 0, 1, keyscene_sdp(s, ALICE, A, SETUP_ACTIVE));
	keyscene_dtls(s, ALICE, BOB, 1.2, &shake);
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

/* ---- DTLS-008: roles ---------------------------------------------------------------------------
 */

static void roles(struct scene *s, enum sdp_setup offered, enum sdp_setup answered, bool bob_begins)
{
	struct dtls_seen shake = bob_begins ? keyscene_shake(B, A) : keyscene_shake(A, B);

	scene_call(s, keyscene_sdp(s, ALICE, A, offered), keyscene_sdp(s, BOB, B, answered));
	keyscene_dtls(s, bob_begins ? BOB : ALICE, bob_begins ? ALICE : BOB, 1.2, &shake);
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

static void actpass_in_the_answer(struct scene *s)
{
	roles(s, SETUP_ACTPASS, SETUP_ACTPASS, true);
}

static void holdconn_in_the_offer(struct scene *s)
{
	roles(s, SETUP_HOLDCONN, SETUP_PASSIVE, false);
}

static void both_active(struct scene *s)
{
	roles(s, SETUP_ACTIVE, SETUP_ACTIVE, true);
}

static void both_passive_and_no_handshake(struct scene *s)
{
	scene_call(s, keyscene_sdp(s, ALICE, A, SETUP_PASSIVE),
		   keyscene_sdp(s, BOB, B, SETUP_PASSIVE));
	scene_bye(s, 22);
}

static void the_passive_side_begins(struct scene *s)
{
	roles(s, SETUP_ACTPASS, SETUP_PASSIVE, true);
}

static void the_answer_is_passive(struct scene *s)
{
	roles(s, SETUP_ACTPASS, SETUP_PASSIVE, false);
}

/* RFC 8842 5.3: a later offer says actpass again, its answer keeps the role. */
static void reoffered(struct scene *s, bool by_bob)
{
	struct dtls_seen shake = keyscene_shake(B, A);
	struct sdp_seen *again =
		keyscene_sdp(s, by_bob ? BOB : ALICE, by_bob ? B : A, SETUP_ACTPASS);
	struct sdp_seen *kept = keyscene_sdp(s, by_bob ? ALICE : BOB, by_bob ? A : B,
					     by_bob ? SETUP_PASSIVE : SETUP_ACTIVE);

	scene_call(s, offer(s), answer(s));
	say(s, 10, by_bob, "INVITE", 0, 2, again);
	say(s, 10.2, !by_bob, "INVITE", 200, 2, kept);
	say(s, 10.3, by_bob, "ACK", 0, 2, NULL);
	shaken(s, &shake);
}

static void reoffered_by_the_caller(struct scene *s)
{
	reoffered(s, false);
}

static void reoffered_by_the_callee(struct scene *s)
{
	const char *a = "10.0.0.1:5060", *b = "10.0.0.2:5060";
	struct dtls_seen shake = keyscene_shake(B, A);

	scene_call(s, offer(s), answer(s));
	scene_say(s, (struct scene_sip){ .at = 10,
					 .src = b,
					 .dst = a,
					 .method = "INVITE",
					 .from_tag = "b",
					 .to_tag = "a",
					 .from_user = "bob",
					 .to_user = "alice",
					 .branch = "z9hG4bK-re",
					 .sdp = keyscene_sdp(s, BOB, B, SETUP_ACTPASS) });
	scene_say(s, (struct scene_sip){ .at = 10.2,
					 .src = a,
					 .dst = b,
					 .method = "INVITE",
					 .status = 200,
					 .from_tag = "b",
					 .to_tag = "a",
					 .from_user = "bob",
					 .to_user = "alice",
					 .branch = "z9hG4bK-re",
					 .sdp = keyscene_sdp(s, ALICE, A, SETUP_PASSIVE) });
	shaken(s, &shake);
}

static void roles_are_settled_by_each_answer(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		void (*play)(struct scene *s);
		bool fires, seen;
	} list[] = {
		{ "as offered", ordinary, false, true },
		{ "passive", the_answer_is_passive, false, true },
		{ "actpass in the answer", actpass_in_the_answer, true, true },
		{ "holdconn", holdconn_in_the_offer, true, true },
		{ "both active", both_active, true, true },
		{ "both passive", both_passive_and_no_handshake, true, false },
		{ "begun by the passive", the_passive_side_begins, true, true },
		{ "a delayed offer", a_delayed_offer, false, true },
		{ "an offer again", reoffered_by_the_caller, false, true },
		{ "an offer back", reoffered_by_the_callee, false, true },
		{ "no answer here", an_answer_that_was_not_captured, false, true },
	};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		struct scene *s = scene_new();
		list[i].play(s);
		const struct judgement *j = keyscene_judge(s, CALL_CALL);
		const struct finding *f = callmake_violated(j, "DTLS-008");
		if (!f != !list[i].fires || (f && f->severity != SEVERITY_MEDIUM))
			fail_msg("%s", list[i].name);
		scene_free(s);
	}
}

/* ---- DTLS-009: no handshake, and media
 * ------------------------------------------------------------ */

static void media_only(struct scene *s)
{
	scene_call(s, offer(s), answer(s));
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

static struct dtls_seen unfinished(bool refused)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	shake.shake.client_done = shake.shake.server_done = false;
	shake.shake.alert_fatal = refused;
	return shake;
}

static void refused(struct scene *s)
{
	struct dtls_seen shake = unfinished(true);

	ordinary_with(s, &shake);
}

static void timed_out(struct scene *s)
{
	struct dtls_seen shake = unfinished(false);

	shake.shake.server_hello = false;
	shake.shake.certs[0] = shake.shake.certs[1] = (struct cert_seen){ .sent = false };
	ordinary_with(s, &shake);
}

static void one_way_tap(struct scene *s)
{
	scene_call(s, offer(s), answer(s));
	keyscene_srtp(s, (struct keyscene_stream){
				 .from = 1.5, .to = 21, .src = ALICE, .dst = BOB, .ssrc = 1 });
	scene_bye(s, 22);
}

static void refused_and_silent_after_it(struct scene *s)
{
	struct dtls_seen shake = unfinished(true);

	scene_call(s, offer(s), answer(s));
	keyscene_dtls(s, BOB, ALICE, 1.2, &shake);
	keyscene_both(s, 1.3, 2, unproved); /* reordered: within a second */
	scene_bye(s, 22);
}

static void media_joined_late(struct scene *s)
{
	scene_call(s, offer(s), answer(s));
	keyscene_both(s, 30, 60, unproved);
	scene_bye(s, 61);
}

static void tried_again_after_a_refusal(struct scene *s)
{
	struct dtls_seen bad = unfinished(true), good = keyscene_shake(B, A);

	good.association = 1;
	scene_call(s, offer(s), answer(s));
	keyscene_dtls(s, BOB, ALICE, 1.2, &bad);
	keyscene_dtls(s, BOB, ALICE, 1.6, &good);
	keyscene_both(s, 2, 21, unproved);
	scene_bye(s, 22);
}

static void shaken_on_another_pair(struct scene *s)
{
	struct sdp_seen *o = offer(s), *n = answer(s);
	struct dtls_seen shake = keyscene_shake(B, A);
	static struct candidate_seen relayed;

	relayed = (struct candidate_seen){ .at = scene_endpoint("10.0.0.9:6000"), .type = 3 };
	scene_line(n, 0)->candidates = &relayed;
	scene_line(n, 0)->candidate_count = 1;
	scene_call(s, o, n);
	keyscene_dtls(s, "10.0.0.9:6000", ALICE, 1.2, &shake);
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

/* Some stacks carry the handshake inside their connectivity checks. */
static void shaken_inside_stun(struct scene *s)
{
	struct sdp_seen *both[] = { offer(s), answer(s) };

	for (unsigned i = 0; i < 2; i++)
		scene_line(both[i], 0)->ufrag = slice_of(i ? "bbbb" : "aaaa");
	scene_call(s, both[0], both[1]);
	scene_stun(s, ALICE, BOB, 1.2, "bbbb");
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

static void shaken_for_a_call_before(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	keyscene_dtls(s, BOB, ALICE, -60, &shake);
	media_only(s);
}

static void media_needs_a_handshake_that_ended(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "one that ended", ordinary, "DTLS-009", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "refused", refused, "DTLS-009", KEYSCENE_VIOLATED, SEVERITY_HIGH, SHOWN_SUSPECT,
		  SHOWN_NOT_OBSERVABLE },
		{ "timed out", timed_out, "DTLS-009", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_SUSPECT, SHOWN_NOT_OBSERVABLE },
		{ "none", media_only, "DTLS-009", KEYSCENE_VIOLATED, SEVERITY_HIGH, SHOWN_SUSPECT,
		  SHOWN_NOT_OBSERVABLE },
		{ "one direction seen", one_way_tap, "DTLS-009", KEYSCENE_SILENT, 0,
		  SHOWN_NOT_OBSERVABLE, SHOWN_NOT_OBSERVABLE },
		{ "no more media", refused_and_silent_after_it, "DTLS-009", KEYSCENE_SILENT, 0,
		  SHOWN_NOT_OBSERVABLE, SHOWN_NOT_OBSERVABLE },
		{ "joined late", media_joined_late, "DTLS-009", KEYSCENE_SILENT, 0,
		  SHOWN_NOT_OBSERVABLE, SHOWN_NOT_OBSERVABLE },
		{ "tried again", tried_again_after_a_refusal, "DTLS-009", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "another pair", shaken_on_another_pair, "DTLS-009", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "inside STUN", shaken_inside_stun, "DTLS-009", KEYSCENE_SILENT, 0,
		  SHOWN_NOT_OBSERVABLE, SHOWN_NOT_OBSERVABLE },
		{ "an association of before", shaken_for_a_call_before, "DTLS-009", KEYSCENE_SILENT,
		  0, SHOWN_NOT_OBSERVABLE, SHOWN_NOT_OBSERVABLE },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles_are_settled_by_each_answer),
		cmocka_unit_test(media_needs_a_handshake_that_ended),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	callmake_end();
	return failed;
}
