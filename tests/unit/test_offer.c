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
		m->zrtp_hash = SLICE("1.10 fe30");
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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
