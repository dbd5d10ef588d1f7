/* test_offer.c - offers and answers, and how the media they agree is keyed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/lib/scene.h"

static const char A[] = "10.0.0.1:5060", B[] = "10.0.0.2:5060";

enum keys { NO_KEYS, CRYPTO, FINGERPRINT, HASH, MIKEY };

static struct sdp_seen *body(struct scene *s, const char *at, enum media_profile p, enum keys k)
{
	struct sdp_seen *sdp = scene_sdp(s, at, p);
	struct line_seen *m = scene_line(sdp, 0);

	if (k == CRYPTO)
		scene_crypto(s, m);
	if (k == FINGERPRINT)
		scene_fingerprint(s, m);
	if (k == HASH)
		scene_hello_hash(s, m);
	m->key_mgmt = k == MIKEY;
	return sdp;
}

static void reads_the_keying_from_the_answer(void **state)
{
	static const struct {
		enum media_profile offered, answered;
		enum keys offer, answer;
		enum keying keying;
		enum fact_kind fact;
	} rows[] = {
		{ PROFILE_RTP_AVP, PROFILE_RTP_AVP, NO_KEYS, NO_KEYS, KEYING_NONE, FACT_no_keys },
		{ PROFILE_RTP_SAVP, PROFILE_RTP_SAVP, CRYPTO, CRYPTO, KEYING_SDES,
		  FACT_key_readable },
		{ PROFILE_RTP_AVP, PROFILE_RTP_AVP, CRYPTO, CRYPTO, KEYING_SDES,
		  FACT_key_readable },
		{ PROFILE_RTP_AVP, PROFILE_RTP_AVP, CRYPTO, NO_KEYS, KEYING_NONE,
		  FACT_optional_declined },
		{ PROFILE_RTP_AVP, PROFILE_RTP_AVP, CRYPTO, NO_KEYS, KEYING_NONE, FACT_key_unused },
		{ PROFILE_RTP_SAVP, PROFILE_RTP_AVP, CRYPTO, NO_KEYS, KEYING_NONE, FACT_downgrade },
		{ PROFILE_DTLS_SAVP, PROFILE_DTLS_SAVP, FINGERPRINT, FINGERPRINT, KEYING_DTLS,
		  FACT_sip_readable },
		{ PROFILE_RTP_AVP, PROFILE_RTP_AVP, HASH, HASH, KEYING_ZRTP, FACT_sip_readable },
		{ PROFILE_RTP_SAVP, PROFILE_RTP_SAVP, MIKEY, MIKEY, KEYING_MIKEY,
		  FACT_sip_readable },
		{ PROFILE_RTP_SAVP, PROFILE_RTP_SAVP, NO_KEYS, NO_KEYS, KEYING_UNKNOWN,
		  FACT_keying_unseen },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene *s = scene_new();
		scene_call(s, body(s, "10.0.0.1:4000", rows[i].offered, rows[i].offer),
			   body(s, "10.0.0.2:5000", rows[i].answered, rows[i].answer));
		scene_end(s, 5);
		assert_int_equal(s->rows[0].media_count, 1);
		assert_int_equal(s->rows[0].media[0].keying, rows[i].keying);
		assert_true(scene_has(&s->rows[0], rows[i].fact));
		scene_free(s);
	}
}

static void names_the_suite_and_never_the_key(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_call(s, body(s, "10.0.0.1:4000", PROFILE_RTP_SAVP, CRYPTO),
		   body(s, "10.0.0.2:5000", PROFILE_RTP_SAVP, CRYPTO));
	scene_end(s, 5);
	const struct fact *f = call_fact(&s->rows[0], FACT_key_readable, NULL);
	assert_int_equal(f->value, 30);
	assert_string_equal(f->text, "AES_CM_128_HMAC_SHA1_80");
	assert_int_equal(f->at_count, 2);
	assert_true(s->rows[0].elements[0].keys);
	scene_free(s);
}

static void matches_a_delayed_offer_with_the_ack(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){ .src = A, .dst = B, .method = "INVITE" });
	scene_say(s,
		  (struct scene_sip){ .at = 1,
				      .src = B,
				      .dst = A,
				      .method = "INVITE",
				      .status = 200,
				      .to_tag = "b",
				      .sdp = body(s, "10.0.0.2:5000", PROFILE_RTP_AVP, NO_KEYS) });
	scene_say(s,
		  (struct scene_sip){ .at = 1.1,
				      .src = A,
				      .dst = B,
				      .method = "ACK",
				      .to_tag = "b",
				      .sdp = body(s, "10.0.0.1:4000", PROFILE_RTP_AVP, NO_KEYS) });
	scene_end(s, 5);
	const struct media *m = s->rows[0].media;
	assert_int_equal(s->rows[0].media_count, 1);
	assert_true(m->answered);
	assert_int_equal(m->offerer.port, 5000);
	assert_int_equal(m->answerer.port, 4000);
	assert_int_equal(m->keying, KEYING_NONE);
	scene_free(s);
}

static void takes_port_zero_for_a_refusal(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	struct sdp_seen *o = body(s, "10.0.0.1:4000", PROFILE_RTP_SAVP, CRYPTO);
	struct sdp_seen *n = body(s, "10.0.0.2:5000", PROFILE_RTP_SAVP, CRYPTO);

	scene_add_line(s, o, "10.0.0.1:4002", MEDIA_VIDEO, PROFILE_RTP_AVP);
	scene_add_line(s, n, "10.0.0.2:0", MEDIA_VIDEO, PROFILE_RTP_AVP);
	scene_call(s, o, n);
	scene_end(s, 5);
	assert_int_equal(s->rows[0].media_count, 2);
	assert_true(s->rows[0].media[1].rejected && !s->rows[0].media[1].answered);
	assert_false(scene_has(&s->rows[0], FACT_sibling_clear));
	scene_free(s);
}

static void sees_an_open_line_beside_a_guarded_one(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	struct sdp_seen *o = body(s, "10.0.0.1:4000", PROFILE_RTP_SAVP, CRYPTO);
	struct sdp_seen *n = body(s, "10.0.0.2:5000", PROFILE_RTP_SAVP, CRYPTO);

	scene_add_line(s, o, "10.0.0.1:4002", MEDIA_IMAGE, PROFILE_UDPTL);
	scene_add_line(s, n, "10.0.0.2:5002", MEDIA_IMAGE, PROFILE_UDPTL);
	scene_call(s, o, n);
	scene_flow(s, "10.0.0.1:4002", "10.0.0.2:5002", 2, FLOW_UDPTL);
	scene_end(s, 5);
	assert_int_equal(call_fact(&s->rows[0], FACT_sibling_clear, NULL)->media, 1);
	assert_int_equal(call_fact(&s->rows[0], FACT_fax_readable, NULL)->value, 10);
	scene_free(s);
}

/* An offer with keys refused, and a second INVITE without any. */
static struct scene *retry(const char *second_id, double second_at)
{
	struct scene *s = scene_new();
	uint32_t cseq = second_id ? 1 : 2;

	scene_say(s,
		  (struct scene_sip){ .src = A,
				      .dst = B,
				      .method = "INVITE",
				      .sdp = body(s, "10.0.0.1:4000", PROFILE_RTP_SAVP, CRYPTO) });
	scene_say(s, (struct scene_sip){ .at = 1,
					 .src = B,
					 .dst = A,
					 .method = "INVITE",
					 .status = 488,
					 .to_tag = "b" });
	scene_say(s,
		  (struct scene_sip){ .at = second_at,
				      .src = A,
				      .dst = B,
				      .method = "INVITE",
				      .call_id = second_id,
				      .cseq = cseq,
				      .sdp = body(s, "10.0.0.1:4004", PROFILE_RTP_AVP, NO_KEYS) });
	scene_say(s,
		  (struct scene_sip){ .at = second_at + 1,
				      .src = B,
				      .dst = A,
				      .method = "INVITE",
				      .call_id = second_id,
				      .cseq = cseq,
				      .status = 200,
				      .to_tag = "b",
				      .sdp = body(s, "10.0.0.2:5004", PROFILE_RTP_AVP, NO_KEYS) });
	scene_end(s, second_at + 5);
	return s;
}

static void sees_a_downgrade_after_488_within_32_s(void **state)
{
	static const struct {
		const char *id;
		double at;
		bool downgrade;
	} rows[] = {
		{ NULL, 2, true }, { "two", 2, true }, { "two", 32.9, true }, { "two", 34, false }
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene *s = retry(rows[i].id, rows[i].at);
		const struct call *c = scene_row(s, CALL_CALL, 0);
		assert_int_equal(scene_has(c, FACT_downgrade), rows[i].downgrade);
		scene_free(s);
	}
}

static void tells_the_media_of_a_relay_apart(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	const char *P = "10.0.0.9:5060";

	scene_say(s,
		  (struct scene_sip){ .src = A,
				      .dst = P,
				      .method = "INVITE",
				      .branch = "z9hG4bKa",
				      .sdp = body(s, "10.0.0.1:4000", PROFILE_RTP_AVP, NO_KEYS) });
	scene_say(s,
		  (struct scene_sip){ .at = 0.1,
				      .src = P,
				      .dst = B,
				      .method = "INVITE",
				      .branch = "z9hG4bKb",
				      .vias = { P, A },
				      .sdp = body(s, "10.0.0.9:9002", PROFILE_RTP_AVP, NO_KEYS) });
	scene_say(s,
		  (struct scene_sip){ .at = 1,
				      .src = B,
				      .dst = P,
				      .method = "INVITE",
				      .branch = "z9hG4bKb",
				      .status = 200,
				      .to_tag = "b",
				      .vias = { P, A },
				      .sdp = body(s, "10.0.0.2:5000", PROFILE_RTP_AVP, NO_KEYS) });
	scene_say(s,
		  (struct scene_sip){ .at = 1.1,
				      .src = P,
				      .dst = A,
				      .method = "INVITE",
				      .branch = "z9hG4bKa",
				      .status = 200,
				      .to_tag = "b",
				      .sdp = body(s, "10.0.0.9:9000", PROFILE_RTP_AVP, NO_KEYS) });
	scene_talk(s, (struct scene_media){ 2, 32, "10.0.0.1:4000", "10.0.0.9:9000", 1, 0, true, 0,
					    0 });
	scene_talk(s, (struct scene_media){ 2, 32, "10.0.0.9:9002", "10.0.0.2:5000", 1, 0, true, 0,
					    0 });
	scene_end(s, 50);
	const struct call *c = &s->rows[0];
	assert_int_equal(c->media_count, 2);
	assert_int_equal(c->media[0].segment_count, 1);
	assert_int_equal(c->media[1].segment_count, 1);
	assert_int_equal(c->epoch_count, 1);
	assert_true(c->elements[0].media && c->elements[0].signaling && !c->elements[0].name);
	scene_free(s);
}

/* A clear call in which the callee proposes T.38 at 10 s; `status` 200 accepts it. */
static struct scene *fax_call(bool from_the_start, unsigned status)
{
	struct scene *s = scene_new();
	struct sdp_seen *offer = body(s, "10.0.0.1:4000", PROFILE_RTP_AVP, NO_KEYS),
			*answer = body(s, "10.0.0.2:5000", PROFILE_RTP_AVP, NO_KEYS),
			*fax = scene_sdp(s, "10.0.0.2:5000", PROFILE_UDPTL),
			*taken = scene_sdp(s, "10.0.0.1:4000", PROFILE_UDPTL);
	if (from_the_start) {
		scene_add_line(s, offer, "10.0.0.1:4002", MEDIA_IMAGE, PROFILE_UDPTL);
		scene_add_line(s, answer, "10.0.0.2:0", MEDIA_IMAGE, PROFILE_UDPTL);
	}
	scene_line(fax, 0)->kind = scene_line(taken, 0)->kind = MEDIA_IMAGE;
	scene_call(s, offer, answer);
	struct scene_sip m = { .at = 10,
			       .src = B,
			       .dst = A,
			       .method = "INVITE",
			       .cseq = 7,
			       .from_tag = "b",
			       .to_tag = "a",
			       .branch = "z9hG4bKfax",
			       .sdp = fax };
	if (status)
		scene_say(s, m);
	m = (struct scene_sip){ .at = 10.1,
				.src = A,
				.dst = B,
				.method = "INVITE",
				.cseq = 7,
				.from_tag = "b",
				.to_tag = "a",
				.branch = "z9hG4bKfax",
				.status = status,
				.sdp = status == 200 ? taken : NULL };
	if (status > 100)
		scene_say(s, m);
	scene_voices(s, 1, 31, true);
	if (status == 200)
		scene_flow(s, "10.0.0.1:4000", "10.0.0.2:5000", 12, FLOW_UDPTL);
	scene_bye(s, 40);
	scene_end(s, 200);
	return s;
}

static void sees_fax_fall_back_to_the_audio(void **state)
{
	static const struct {
		bool from_the_start;
		unsigned status; /* 0: never proposed again, 1: no answer seen */
		bool proposed, fax;
	} rows[] = { { false, 488, true, false },
		     { false, 200, false, true },
		     { false, 1, false, false },
		     { true, 0, false, false } };

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene *s = fax_call(rows[i].from_the_start, rows[i].status);
		const struct call *c = scene_row(s, CALL_CALL, 0);
		assert_int_equal(scene_has(c, FACT_fax_proposed), rows[i].proposed);
		assert_int_equal(scene_has(c, FACT_fax_readable), rows[i].fax);
		assert_true(scene_has(c, FACT_media_clear));
		if (rows[i].proposed)
			assert_int_equal(
				c->media[call_fact(c, FACT_fax_proposed, NULL)->media].kind,
				MEDIA_AUDIO);
		scene_free(s);
	}
}

static void knows_the_offer_of_a_200_by_the_ack_that_answers_it(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	for (unsigned i = 0; i < 2; i++) /* the INVITE was missed; the second is a retransmission */
		scene_say(s, (struct scene_sip){ .at = 1 + i,
						 .src = B,
						 .dst = A,
						 .method = "INVITE",
						 .status = 200,
						 .to_tag = "b",
						 .sdp = i ? NULL
							  : body(s, "10.0.0.2:5000",
								 PROFILE_RTP_AVP, CRYPTO) });
	scene_say(s,
		  (struct scene_sip){ .at = 2.1,
				      .src = A,
				      .dst = B,
				      .method = "ACK",
				      .to_tag = "b",
				      .sdp = body(s, "10.0.0.1:4000", PROFILE_RTP_AVP, NO_KEYS) });
	scene_end(s, 5);
	const struct call *c = &s->rows[0];
	assert_int_equal(c->media_count, 1);
	assert_int_equal(c->media[0].keying, KEYING_NONE);
	assert_true(scene_has(c, FACT_key_unused) && !scene_has(c, FACT_key_readable));
	scene_free(s);
}

static void expects_no_media_where_abilities_are_told(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){ .src = A, .dst = B, .method = "OPTIONS" });
	scene_say(s,
		  (struct scene_sip){ .at = 0.1,
				      .src = B,
				      .dst = A,
				      .method = "OPTIONS",
				      .status = 200,
				      .to_tag = "b",
				      .sdp = body(s, "10.0.0.2:5000", PROFILE_RTP_AVP, NO_KEYS) });
	scene_voices(s, 1, 31, true);
	track_tick(s->track, scene_ns(100));
	assert_non_null(scene_row(s, CALL_OPAQUE, 0));
	scene_end(s, 200);
	assert_int_equal(scene_row(s, CALL_MESSAGE, 0)->media_count, 0);
	scene_free(s);
}

static void takes_no_key_of_an_offer_that_may_have_gone_another_way(void **state)
{
	(void)state;
	for (unsigned both = 0; both < 2; both++) {
		struct scene *s = scene_new();
		struct sdp_seen *offer = body(s, "10.0.0.1:4000", PROFILE_RTP_SAVP, CRYPTO);
		if (both)
			scene_fingerprint(s, scene_line(offer, 0));
		scene_call(s, offer, NULL);
		scene_end(s, 5);
		assert_int_equal(scene_has(&s->rows[0], FACT_key_readable), !both);
		assert_int_equal(scene_has(&s->rows[0], FACT_key_unused), both);
		scene_free(s);
	}
}

static void tells_an_answer_with_two_ways_of_keying(void **state)
{
	(void)state;
	for (unsigned both = 0; both < 2; both++) {
		struct scene *s = scene_new();
		struct sdp_seen *offer = body(s, "10.0.0.1:4000", PROFILE_DTLS_SAVP, CRYPTO),
				*answer = body(s, "10.0.0.2:5000", PROFILE_DTLS_SAVP,
					       both ? CRYPTO : NO_KEYS);
		scene_fingerprint(s, scene_line(offer, 0));
		scene_fingerprint(s, scene_line(answer, 0));
		scene_call(s, offer, answer);
		scene_end(s, 5);
		assert_int_equal(scene_has(&s->rows[0], FACT_keys_doubled), both);
		assert_false(scene_has(&s->rows[0], FACT_key_readable));
		scene_free(s);
	}
}

static void blames_no_stranger_for_the_refusal_of_another(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	for (unsigned i = 0; i < 2; i++) {
		struct scene_sip m = { .at = i,
				       .src = i ? "10.0.0.7:5060" : A,
				       .dst = B,
				       .method = "INVITE",
				       .call_id = i ? "two" : "one",
				       .from_user = "anonymous",
				       .sdp = body(s, "10.0.0.1:4000",
						   i ? PROFILE_RTP_AVP : PROFILE_RTP_SAVP,
						   i ? NO_KEYS : CRYPTO) };
		scene_say(s, m);
		m.at = i + 0.1, m.dst = m.src, m.src = B, m.to_tag = "b";
		m.status = i ? 200 : 488;
		m.sdp = i ? body(s, "10.0.0.2:5000", PROFILE_RTP_AVP, NO_KEYS) : NULL;
		scene_say(s, m);
	}
	scene_end(s, 10);
	assert_false(scene_has(scene_row(s, CALL_CALL, 0), FACT_downgrade));
	scene_free(s);
}

static void misses_no_keys_in_an_answer_that_was_cut(void **state)
{
	(void)state;
	for (unsigned cut = 0; cut < 2; cut++) {
		struct scene *s = scene_new();
		struct sdp_seen *answer = body(s, "10.0.0.2:5000", PROFILE_RTP_AVP, NO_KEYS);
		answer->truncated = cut;
		scene_call(s, body(s, "10.0.0.1:4000", PROFILE_RTP_AVP, CRYPTO), answer);
		scene_end(s, 5);
		assert_int_equal(scene_has(&s->rows[0], FACT_no_keys), !cut);
		assert_int_equal(scene_has(&s->rows[0], FACT_optional_declined), !cut);
		assert_int_equal(scene_has(&s->rows[0], FACT_keying_unseen), cut);
		scene_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_keying_from_the_answer),
		cmocka_unit_test(names_the_suite_and_never_the_key),
		cmocka_unit_test(matches_a_delayed_offer_with_the_ack),
		cmocka_unit_test(takes_port_zero_for_a_refusal),
		cmocka_unit_test(sees_an_open_line_beside_a_guarded_one),
		cmocka_unit_test(sees_a_downgrade_after_488_within_32_s),
		cmocka_unit_test(tells_the_media_of_a_relay_apart),
		cmocka_unit_test(sees_fax_fall_back_to_the_audio),
		cmocka_unit_test(knows_the_offer_of_a_200_by_the_ack_that_answers_it),
		cmocka_unit_test(expects_no_media_where_abilities_are_told),
		cmocka_unit_test(takes_no_key_of_an_offer_that_may_have_gone_another_way),
		cmocka_unit_test(tells_an_answer_with_two_ways_of_keying),
		cmocka_unit_test(blames_no_stranger_for_the_refusal_of_another),
		cmocka_unit_test(misses_no_keys_in_an_answer_that_was_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
