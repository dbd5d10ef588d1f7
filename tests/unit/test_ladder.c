/* test_ladder.c - messages, handshakes and media of a call in order, bounded, each once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/track/ladder.h"
#include "tests/lib/scene.h"

static const char A[] = "10.0.0.1:5060", B[] = "10.0.0.2:5060", P[] = "10.0.0.9:5060";

static const struct step *nth(const struct call *c, enum step_kind kind, unsigned n)
{
	for (uint16_t i = 0; i < c->step_count; i++)
		if (c->steps[i].kind == kind && n-- == 0)
			return &c->steps[i];
	return NULL;
}

static unsigned count(const struct call *c, enum step_kind kind)
{
	unsigned n = 0;

	for (uint16_t i = 0; i < c->step_count; i++)
		n += c->steps[i].kind == kind;
	return n;
}

static void in_order(const struct call *c)
{
	for (uint16_t i = 1; i < c->step_count; i++)
		assert_true(c->steps[i - 1].at.ts_ns <= c->steps[i].at.ts_ns);
}

static void follows_a_call_from_offer_to_goodbye(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	struct sdp_seen *offer = scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_SAVP);

	scene_crypto(s, scene_line(offer, 0));
	scene_call(s, offer, scene_sdp(s, "10.0.0.2:5000", PROFILE_RTP_AVP));
	scene_voices(s, 1.2, 20, true);
	scene_bye(s, 21);
	scene_end(s, 60);
	const struct call *c = scene_row(s, CALL_CALL, 0);
	in_order(c);
	const struct step *invite = &c->steps[0], *ok = nth(c, STEP_RESPONSE, 0);
	assert_int_equal(invite->verb, SIP_VERB_INVITE);
	assert_int_equal(invite->sdp, STEP_SDP_OFFER);
	assert_int_equal(invite->profile, PROFILE_RTP_SAVP);
	assert_int_equal(invite->keys, STEP_KEY_SDES);
	assert_int_equal(invite->leg, 0);
	assert_true(addr_endpoint_eq(&invite->from, &c->legs[0].a));
	assert_int_equal(ok->status, 200);
	assert_int_equal(ok->sdp, STEP_SDP_ANSWER);
	assert_int_equal(ok->keys, 0);
	assert_true(addr_endpoint_eq(&ok->from, &c->legs[0].b));
	assert_int_equal(c->steps_left_out, 0);
	scene_free(s);
}

static void draws_both_directions_of_media_as_one(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_call(s, scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_AVP),
		   scene_sdp(s, "10.0.0.2:5000", PROFILE_RTP_AVP));
	scene_voices(s, 1.2, 20, true);
	scene_bye(s, 21);
	scene_end(s, 60);
	const struct call *c = scene_row(s, CALL_CALL, 0);
	assert_int_equal(count(c, STEP_MEDIA), 1);
	const struct step *media = nth(c, STEP_MEDIA, 0);
	assert_true(media->both);
	assert_int_equal(media->protection, PROTECTION_CLEAR);
	assert_int_equal(media->media, 0);
	assert_true(media->at.frame != 0);
	assert_true(media->until_ns > media->ts_ns);
	scene_free(s);
}

static void takes_a_message_heard_at_two_points_once(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	for (unsigned i = 0; i < 3; i++) {
		s->point = (uint16_t)i % 2;
		scene_say(s, (struct scene_sip){ .at = 0.001 * i,
						 .src = A,
						 .dst = B,
						 .method = "INVITE",
						 .hash = 77 });
	}
	scene_end(s, 5);
	const struct call *c = scene_row(s, CALL_ATTEMPT, 0);
	assert_int_equal(count(c, STEP_REQUEST), 1);
	assert_int_equal(c->messages, 3);
	scene_free(s);
}

/* The later hop's response is read before its request: who calls is known at the end only. */
static void knows_the_direction_when_the_response_came_first(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){ .at = 0.2,
					 .src = B,
					 .dst = P,
					 .method = "INVITE",
					 .status = 180,
					 .to_tag = "b" });
	scene_say(s, (struct scene_sip){ .at = 0.3, .src = P, .dst = B, .method = "INVITE" });
	scene_end(s, 5);
	const struct call *c = scene_row(s, CALL_ATTEMPT, 0);
	const struct step *ringing = nth(c, STEP_RESPONSE, 0), *invite = nth(c, STEP_REQUEST, 0);
	struct endpoint b = scene_endpoint(B), p = scene_endpoint(P);
	assert_true(addr_endpoint_eq(&ringing->from, &b) && addr_endpoint_eq(&ringing->to, &p));
	assert_true(addr_endpoint_eq(&invite->from, &p) && addr_endpoint_eq(&invite->to, &b));
	scene_free(s);
}

static void keeps_the_first_and_the_last_of_a_long_call(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	unsigned all = 200;

	for (unsigned i = 0; i < all; i++)
		scene_say(s, (struct scene_sip){ .at = 0.01 * i,
						 .src = i % 2 ? B : A,
						 .dst = i % 2 ? A : B,
						 .method = "INVITE",
						 .cseq = 1 + i / 2,
						 .status = i % 2 ? 180 : 0,
						 .to_tag = "b" });
	scene_bye(s, 10);
	scene_end(s, 60);
	const struct call *c = scene_row(s, CALL_CALL, 0);
	assert_non_null(c);
	assert_int_equal(c->step_count, LADDER_FIRST + LADDER_LAST);
	assert_int_equal(c->step_count + c->steps_left_out, c->messages);
	in_order(c);
	assert_int_equal(c->steps[0].at.frame, 1);
	assert_int_equal(c->steps[LADDER_FIRST - 1].at.frame, LADDER_FIRST);
	assert_int_equal(c->steps[c->step_count - 1].at.frame, c->messages);
	scene_free(s);
}

static void shows_handshakes_between_their_hosts(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	struct sdp_seen *offer = scene_sdp(s, "10.0.0.1:4000", PROFILE_DTLS_SAVPF);
	struct sdp_seen *answer = scene_sdp(s, "10.0.0.2:5000", PROFILE_DTLS_SAVPF);

	scene_fingerprint(s, scene_line(offer, 0));
	scene_fingerprint(s, scene_line(answer, 0));
	scene_call(s, offer, answer);
	scene_dtls(s, "10.0.0.1:4000", "10.0.0.2:5000", 1.2, 7);
	s->point = 1;
	scene_dtls(s, "10.0.0.1:4000", "10.0.0.2:5000", 1.2, 7);
	scene_voices(s, 1.5, 20, false);
	scene_bye(s, 21);
	scene_end(s, 60);
	const struct call *c = scene_row(s, CALL_CALL, 0);
	assert_int_equal(count(c, STEP_DTLS), 1);
	const struct step *shake = nth(c, STEP_DTLS, 0);
	assert_true(shake->done && shake->both);
	assert_int_equal(shake->also_count, 1);
	assert_int_equal(shake->media, 0);
	assert_int_equal(c->steps[0].keys, STEP_KEY_FINGERPRINT);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_a_call_from_offer_to_goodbye),
		cmocka_unit_test(draws_both_directions_of_media_as_one),
		cmocka_unit_test(takes_a_message_heard_at_two_points_once),
		cmocka_unit_test(knows_the_direction_when_the_response_came_first),
		cmocka_unit_test(keeps_the_first_and_the_last_of_a_long_call),
		cmocka_unit_test(shows_handshakes_between_their_hosts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
