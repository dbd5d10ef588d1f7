/* test_dialog.c - forks, re-INVITEs, hops and hosts of one Call-ID. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/scene.h"

static const char A[] = "10.0.0.1:5060", B[] = "10.0.0.2:5060", P[] = "10.0.0.9:5060",
		  C[] = "10.0.0.3:5060";

static void follows_a_fork_to_the_branch_that_answers(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	struct sdp_seen *o = scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_AVP);

	scene_say(s,
		  (struct scene_sip){
			  .src = A, .dst = P, .method = "INVITE", .branch = "z9hG4bKa", .sdp = o });
	scene_say(s, (struct scene_sip){ .at = 0.1,
					 .src = P,
					 .dst = B,
					 .method = "INVITE",
					 .branch = "z9hG4bKb",
					 .vias = { P, A },
					 .sdp = o });
	scene_say(s, (struct scene_sip){ .at = 0.1,
					 .src = P,
					 .dst = C,
					 .method = "INVITE",
					 .branch = "z9hG4bKc",
					 .vias = { P, A },
					 .sdp = o });
	scene_say(s, (struct scene_sip){ .at = 1,
					 .src = B,
					 .dst = P,
					 .method = "INVITE",
					 .status = 200,
					 .to_tag = "b",
					 .branch = "z9hG4bKb",
					 .vias = { P, A },
					 .sdp = scene_sdp(s, "10.0.0.2:5000", PROFILE_RTP_AVP) });
	scene_say(s, (struct scene_sip){ .at = 1.1,
					 .src = C,
					 .dst = P,
					 .method = "INVITE",
					 .status = 487,
					 .to_tag = "c",
					 .branch = "z9hG4bKc",
					 .vias = { P, A } });
	scene_end(s, 5);
	const struct call *c = scene_row(s, CALL_CALL, 0);
	assert_non_null(c);
	assert_int_equal(c->leg_count, 3);
	assert_int_equal(c->media_count, 1);
	assert_true(c->media[0].answered);
	assert_int_equal(call_fact(c, FACT_via_elements, NULL)->value, 2);
	scene_free(s);
}

static void types_hold_and_resume(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	struct sdp_seen *o = scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_AVP);
	struct sdp_seen *n = scene_sdp(s, "10.0.0.2:5000", PROFILE_RTP_AVP);
	struct sdp_seen *hold = scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_AVP);
	struct sdp_seen *held = scene_sdp(s, "10.0.0.2:5000", PROFILE_RTP_AVP);

	scene_line(hold, 0)->direction = SDP_SENDONLY;
	scene_line(held, 0)->direction = SDP_RECVONLY;
	scene_call(s, o, n);
	for (unsigned i = 0; i < 3; i++) { /* hold, a refresh that changes nothing, resume */
		scene_say(s, (struct scene_sip){ .at = 10 + 10 * i,
						 .src = A,
						 .dst = B,
						 .method = "INVITE",
						 .cseq = 2 + i,
						 .to_tag = "b",
						 .sdp = i < 2 ? hold : o });
		scene_say(s, (struct scene_sip){ .at = 11 + 10 * i,
						 .src = B,
						 .dst = A,
						 .method = "INVITE",
						 .cseq = 2 + i,
						 .status = 200,
						 .to_tag = "b",
						 .sdp = i < 2 ? held : n });
	}
	scene_voices(s, 2, 11, true);
	scene_end(s, 50);
	const struct call *c = scene_row(s, CALL_CALL, 0);
	assert_int_equal(c->epoch_count, 3);
	assert_int_equal(c->epochs[0].type, EPOCH_TALK);
	assert_int_equal(c->epochs[1].type, EPOCH_HOLD);
	assert_true(c->epochs[1].end_ns == scene_ns(31));
	assert_int_equal(c->epochs[2].type, EPOCH_TALK);
	assert_int_equal(c->media_count, 1);
	assert_int_equal(c->media[0].segments[0].epoch, 0);
	scene_free(s);
}

static void keeps_a_call_whose_2xx_was_missed(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){ .src = A, .dst = B, .method = "INVITE" });
	scene_say(s, (struct scene_sip){ .at = 2,
					 .src = A,
					 .dst = B,
					 .method = "ACK",
					 .to_tag = "b",
					 .branch = "z9hG4bKother" });
	scene_end(s, 5);
	assert_non_null(scene_row(s, CALL_CALL, 0));
	scene_free(s);
}

static void takes_the_ack_of_a_refusal_for_no_answer(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){
			     .src = A, .dst = B, .method = "INVITE", .branch = "z9hG4bKx" });
	scene_say(s, (struct scene_sip){ .at = 1,
					 .src = B,
					 .dst = A,
					 .method = "INVITE",
					 .status = 486,
					 .to_tag = "b",
					 .branch = "z9hG4bKx" });
	scene_say(s, (struct scene_sip){ .at = 2,
					 .src = A,
					 .dst = B,
					 .method = "ACK",
					 .to_tag = "b",
					 .branch = "z9hG4bKx" });
	scene_end(s, 5);
	const struct call *c = scene_row(s, CALL_ATTEMPT, 0);
	assert_non_null(c);
	assert_string_equal(c->what, "486");
	scene_free(s);
}

static void cancels_without_an_outcome(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){ .src = A, .dst = B, .method = "INVITE" });
	scene_say(s, (struct scene_sip){ .at = 1, .src = A, .dst = B, .method = "CANCEL" });
	scene_end(s, 5);
	assert_string_equal(scene_row(s, CALL_ATTEMPT, 0)->what, "cancelled");
	scene_free(s);
}

/* One call, seen at two points in either order of arrival. */
static struct scene *two_points(unsigned first)
{
	struct scene *s = scene_new();
	struct sdp_seen *o = scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_AVP);
	struct sdp_seen *n = scene_sdp(s, "10.0.0.2:5000", PROFILE_RTP_AVP);

	for (unsigned i = 0; i < 4; i++)
		for (unsigned k = 0; k < 2; k++) {
			s->point = (uint16_t)(k ^ first);
			s->frames = 10 * i;
			bool reply = i == 1;
			scene_say(s, (struct scene_sip){ .at = i,
							 .src = reply ? B : A,
							 .dst = reply ? A : B,
							 .method = i == 3   ? "BYE"
								   : i == 2 ? "ACK"
									    : "INVITE",
							 .cseq = i == 3 ? 2 : 1,
							 .status = reply ? 200 : 0,
							 .to_tag = i ? "b" : NULL,
							 .hash = i + 1,
							 .sdp = i == 0	 ? o
								: i == 1 ? n
									 : NULL });
		}
	for (unsigned k = 0; k < 2; k++) {
		s->point = (uint16_t)(k ^ first);
		s->frames = 100;
		scene_voices(s, 1, 3, true);
	}
	scene_end(s, 50);
	return s;
}

/* By field: what pads a struct is not copied by every compiler. */
static void same_place(const struct evidence *a, const struct evidence *b)
{
	assert_true(a->frame == b->frame && a->ts_ns == b->ts_ns && a->input == b->input);
}

static void gives_the_same_call_whatever_point_speaks_first(void **state)
{
	(void)state;
	struct scene *s = two_points(0), *t = two_points(1);
	const struct call *c = &s->rows[0], *d = &t->rows[0];

	assert_int_equal(s->row_count, 1);
	assert_int_equal(c->points, 2);
	assert_string_equal(c->id, d->id);
	assert_int_equal(c->leg_count, 1);
	assert_int_equal(c->legs[0].messages, 8);
	same_place(&c->legs[0].first, &d->legs[0].first);
	assert_int_equal(c->media[0].segment_count, 4);
	assert_int_equal(c->fact_count, d->fact_count);
	for (unsigned i = 0; i < c->fact_count; i++) {
		assert_int_equal(c->facts[i].kind, d->facts[i].kind);
		assert_true(c->facts[i].value == d->facts[i].value);
		for (unsigned k = 0; k < FACT_EVIDENCE; k++)
			same_place(&c->facts[i].at[k], &d->facts[i].at[k]);
	}
	scene_free(s);
	scene_free(t);
}

/* ---- hops --------------------------------------------------------------------- */

static void tells_decrypted_text_from_readable(void **state)
{
	static const struct {
		enum sip_transport carrier, via;
		bool handshake, readable;
	} rows[] = {
		{ SIP_TRANSPORT_UDP, SIP_TRANSPORT_UDP, false, true },
		{ SIP_TRANSPORT_UDP, SIP_TRANSPORT_TLS, false, false },
		{ SIP_TRANSPORT_TCP, SIP_TRANSPORT_TLS, false, false },
		{ SIP_TRANSPORT_TCP, SIP_TRANSPORT_TLS, true,
		  true }, /* an offloader stands in front */
		{ SIP_TRANSPORT_WS, SIP_TRANSPORT_WSS, true, true },
		{ SIP_TRANSPORT_TLS, SIP_TRANSPORT_TLS, false, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene *s = scene_new();
		scene_say(s, (struct scene_sip){ .src = A,
						 .dst = B,
						 .method = "INVITE",
						 .carrier = rows[i].carrier,
						 .via = rows[i].via,
						 .handshake = rows[i].handshake });
		scene_end(s, 5);
		const struct call *c = &s->rows[0];
		assert_int_equal(c->legs[0].readable, rows[i].readable);
		assert_int_equal(scene_has(c, FACT_sip_readable), rows[i].readable);
		assert_int_equal(scene_has(c, FACT_sip_decrypted), !rows[i].readable);
		assert_int_equal(scene_has(c, FACT_identity_readable), rows[i].readable);
		scene_free(s);
	}
}

static void believes_the_carrier_when_the_other_direction_agrees(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){
			     .src = A, .dst = B, .method = "INVITE", .via = SIP_TRANSPORT_TLS });
	scene_say(s, (struct scene_sip){ .at = 1,
					 .src = B,
					 .dst = A,
					 .method = "BYE",
					 .from_tag = "b",
					 .to_tag = "a",
					 .cseq = 9 });
	scene_end(s, 5);
	assert_true(s->rows[0].legs[0].readable);
	scene_free(s);
}

static void counts_elements_and_not_vias(void **state)
{
	static const struct {
		const char *vias[4];
		unsigned elements;
		bool hidden;
	} rows[] = {
		{ { A }, 0, false },
		{ { P, A }, 2, false },
		{ { P, C, P, A }, 3, false }, /* a spiral */
		{ { P, "127.0.0.8:5060", A }, 2, true },
		{ { "127.0.0.8:5060" },
		  0,
		  false }, /* the sender masks itself: it is in plain sight */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene *s = scene_new();
		struct scene_sip m = { .src = P, .dst = B, .method = "INVITE" };
		memcpy(m.vias, rows[i].vias, sizeof m.vias);
		scene_say(s, m);
		scene_end(s, 5);
		const struct fact *f = call_fact(&s->rows[0], FACT_via_elements, NULL);
		assert_int_equal(f ? f->value : 0, rows[i].elements);
		assert_int_equal(scene_has(&s->rows[0], FACT_hidden_element), rows[i].hidden);
		scene_free(s);
	}
}

static void knows_a_preload_from_a_route_through_others(void **state)
{
	static const struct {
		enum route_kind kind;
		const char *host[2];
		bool other;
	} rows[] = { { ROUTE_ROUTE, { B, NULL }, false },
		     { ROUTE_ROUTE, { B, C }, true },
		     { ROUTE_RECORD, { A, NULL }, true },
		     { ROUTE_PATH, { P, NULL }, true } };

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene *s = scene_new();
		struct route_seen r[2] = { { .kind = rows[i].kind }, { .kind = rows[i].kind } };
		uint16_t n = 0;
		for (; n < 2 && rows[i].host[n]; n++)
			r[n].addr = scene_endpoint(rows[i].host[n]).addr;
		scene_say(s, (struct scene_sip){ .src = A,
						 .dst = B,
						 .method = "INVITE",
						 .routes = r,
						 .route_count = n });
		scene_end(s, 5);
		assert_int_equal(scene_has(&s->rows[0], FACT_route_other), rows[i].other);
		scene_free(s);
	}
}

static void sees_a_proxy_answer_for_another(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){
			     .src = A, .dst = P, .method = "INVITE", .branch = "z9hG4bKa" });
	scene_say(s, (struct scene_sip){ .at = 0.1,
					 .src = P,
					 .dst = A,
					 .method = "INVITE",
					 .status = 100,
					 .branch = "z9hG4bKa" });
	scene_say(s, (struct scene_sip){ .at = 0.2,
					 .src = P,
					 .dst = B,
					 .method = "INVITE",
					 .branch = "z9hG4bKb",
					 .vias = { P, A } });
	scene_end(s, 5);
	assert_true(scene_has(&s->rows[0], FACT_proxy_response));
	assert_int_equal(s->rows[0].elements[0].role, ROLE_PROXY);
	scene_free(s);
}

static void notes_credentials_and_bodies_but_keeps_none(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	struct auth_seen basic = { .scheme = AUTH_BASIC };
	struct auth_seen digest = { .scheme = AUTH_DIGEST, .md5 = true, .has_response = true };
	struct auth_seen challenge = { .scheme = AUTH_DIGEST, .md5 = true, .challenge = true };

	scene_say(s, (struct scene_sip){ .src = A,
					 .dst = B,
					 .method = "REGISTER",
					 .contact = true,
					 .auths = &basic,
					 .auth_count = 1 });
	scene_say(s, (struct scene_sip){ .at = 1,
					 .src = B,
					 .dst = A,
					 .method = "REGISTER",
					 .status = 401,
					 .auths = &challenge,
					 .auth_count = 1 });
	scene_say(s, (struct scene_sip){ .at = 2,
					 .src = A,
					 .dst = B,
					 .method = "REGISTER",
					 .cseq = 2,
					 .auths = &digest,
					 .auth_count = 1 });
	for (unsigned i = 0; i < 2; i++) /* the second is a retransmission */
		scene_say(s, (struct scene_sip){ .at = 3,
						 .src = A,
						 .dst = B,
						 .method = "MESSAGE",
						 .call_id = "m",
						 .body = BODY_TEXT,
						 .body_bytes = 12,
						 .hash = 5 });
	scene_end(s, 5);
	const struct call *c = scene_row(s, CALL_REGISTRATION, 0);
	assert_string_equal(call_fact(c, FACT_credential_readable, NULL)->text, "Basic");
	assert_int_equal(call_fact(c, FACT_digest_md5, NULL)->value, 1);
	assert_true(scene_has(c, FACT_registration_readable));
	c = scene_row(s, CALL_MESSAGE, 0);
	assert_int_equal(call_fact(c, FACT_body_readable, NULL)->value, 12);
	scene_free(s);
}

static void believes_no_transport_of_a_masked_via(void **state)
{
	(void)state;
	for (unsigned masked = 0; masked < 2; masked++) {
		struct scene *s = scene_new();
		scene_say(s, (struct scene_sip){
				     .src = A,
				     .dst = B,
				     .method = "INVITE",
				     .carrier = SIP_TRANSPORT_TCP,
				     .handshake = true,
				     .via = SIP_TRANSPORT_UDP,
				     .vias = { "10.0.0.1", masked ? "127.0.0.8" : "10.0.0.7" } });
		scene_end(s, 5);
		assert_int_equal(scene_has(&s->rows[0], FACT_hop_declared_clear), !masked);
		assert_int_equal(scene_has(&s->rows[0], FACT_hidden_element), masked);
		scene_free(s);
	}
}

static void hears_the_carrier_contradicted_by_responses_alone(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){ .src = B,
					 .dst = A,
					 .method = "INVITE",
					 .status = 200,
					 .to_tag = "b",
					 .via = SIP_TRANSPORT_TLS });
	scene_end(s, 5);
	assert_true(scene_has(&s->rows[0], FACT_sip_decrypted));
	assert_false(s->rows[0].legs[0].readable);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_a_fork_to_the_branch_that_answers),
		cmocka_unit_test(types_hold_and_resume),
		cmocka_unit_test(keeps_a_call_whose_2xx_was_missed),
		cmocka_unit_test(takes_the_ack_of_a_refusal_for_no_answer),
		cmocka_unit_test(cancels_without_an_outcome),
		cmocka_unit_test(gives_the_same_call_whatever_point_speaks_first),
		cmocka_unit_test(tells_decrypted_text_from_readable),
		cmocka_unit_test(believes_the_carrier_when_the_other_direction_agrees),
		cmocka_unit_test(counts_elements_and_not_vias),
		cmocka_unit_test(knows_a_preload_from_a_route_through_others),
		cmocka_unit_test(sees_a_proxy_answer_for_another),
		cmocka_unit_test(notes_credentials_and_bodies_but_keeps_none),
		cmocka_unit_test(believes_no_transport_of_a_masked_via),
		cmocka_unit_test(hears_the_carrier_contradicted_by_responses_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
