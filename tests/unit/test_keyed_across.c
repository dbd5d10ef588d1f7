/* test_keyed_across.c - keys on two hops of a call and over several calls, from scenes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/lib/callmake.h"
#include "tests/lib/keyscene.h"

#define ALICE KEYSCENE_ALICE
#define BOB   KEYSCENE_BOB
#define NEAR  "10.0.0.9:6000" /* the box, as Alice sees it */
#define FAR   "10.0.0.9:7000" /* the box, as Bob sees it */

enum { A = 1, B = 2, BOX_NEAR = 5, BOX_FAR = 6 }; /* certificates, or sides of ZRTP */

/* ---- a box between Alice and Bob ------------------------------------------------------------- */

static void hop(struct scene *s, double at, bool far, unsigned status, const char *tag,
		const struct sdp_seen *sdp)
{
	const char *box = "10.0.0.9:5060", *end = far ? "10.0.0.2:5060" : "10.0.0.1:5060";
	bool to_box = far == (status != 0);

	scene_say(s, (struct scene_sip){ .at = at,
					 .src = to_box ? end : box,
					 .dst = to_box ? box : end,
					 .method = "INVITE",
					 .status = status,
					 .branch = far ? "z9hG4bK-far" : "z9hG4bK-near",
					 .to_tag = tag,
					 .sdp = sdp });
}

/* What Alice offers and is answered; what Bob is offered and answers. */
static void over_two_hops(struct scene *s, const struct sdp_seen *const sdp[4])
{
	hop(s, 0, false, 0, NULL, sdp[0]);
	hop(s, 0.1, true, 0, NULL, sdp[2]);
	hop(s, 1, true, 200, "b", sdp[3]);
	hop(s, 1.1, false, 200, "b", sdp[1]);
}

static void talk(struct scene *s, const char *x, const char *y, uint64_t print)
{
	for (unsigned i = 0; i < 2; i++)
		keyscene_srtp(s, (struct keyscene_stream){ .from = 2,
							   .to = 20,
							   .src = i ? y : x,
							   .dst = i ? x : y,
							   .ssrc = i + 1,
							   .print = print });
}

static void dtls_over(struct scene *s, uint8_t near, uint8_t far, bool media)
{
	const struct sdp_seen *sdp[4] = { keyscene_sdp(s, ALICE, A, SETUP_ACTPASS),
					  keyscene_sdp(s, NEAR, near, SETUP_ACTIVE),
					  keyscene_sdp(s, FAR, far, SETUP_ACTPASS),
					  keyscene_sdp(s, BOB, B, SETUP_ACTIVE) };
	struct dtls_seen at_alice = keyscene_shake(near, A), at_bob = keyscene_shake(B, far);

	over_two_hops(s, sdp);
	keyscene_dtls(s, NEAR, ALICE, 1.2, &at_alice);
	keyscene_dtls(s, BOB, FAR, 1.2, &at_bob);
	if (!media)
		return;
	talk(s, ALICE, NEAR, 0x1111);
	talk(s, FAR, BOB, near == B ? 0x1111 : 0x2222);
}

static void passed_through(struct scene *s)
{
	dtls_over(s, B, A, true);
}

static void ended_in_the_box(struct scene *s)
{
	dtls_over(s, BOX_NEAR, BOX_FAR, true);
}

static void ended_in_the_box_and_no_media_seen(struct scene *s)
{
	dtls_over(s, BOX_NEAR, BOX_FAR, false);
}

/* What the box makes of the ICE user fragment of the offer; NULL: there was none. */
static bool with_fragments(const char *in, const char *out, enum fact_kind kind)
{
	struct scene *s = scene_new();
	struct sdp_seen *sdp[4] = { keyscene_sdp(s, ALICE, A, SETUP_ACTPASS),
				    keyscene_sdp(s, NEAR, B, SETUP_ACTIVE),
				    keyscene_sdp(s, FAR, A, SETUP_ACTPASS),
				    keyscene_sdp(s, BOB, B, SETUP_ACTIVE) };

	scene_line(sdp[0], 0)->ufrag = slice_of(in);
	scene_line(sdp[2], 0)->ufrag = slice_of(out);
	over_two_hops(s, (const struct sdp_seen *const *)sdp);
	scene_end(s, 400);
	bool has = s->row_count == 1 && call_fact(&s->rows[0], kind, NULL);
	scene_free(s);
	return has;
}

static void fragments_that_pass_are_told_from_new_ones(void **state)
{
	(void)state;
	assert_true(with_fragments("abcd", "abcd", FACT_ice_same));
	assert_false(with_fragments("abcd", "abcd", FACT_ice_changed));
	assert_true(with_fragments("abcd", "wxyz", FACT_ice_changed));
	assert_false(with_fragments("abcd", "wxyz", FACT_ice_same));
	assert_false(with_fragments("", "", FACT_ice_same));
}

/* The same certificates, by other hashes, more of them, in another order. */
static void rewritten_without_effect(struct scene *s)
{
	struct sdp_seen *near = keyscene_sdp(s, NEAR, 0, SETUP_ACTIVE);
	struct sdp_seen *far = keyscene_sdp(s, FAR, 0, SETUP_ACTPASS);

	keyscene_print(s, scene_line(near, 0), "sha-512", B);
	keyscene_print(s, scene_line(far, 0), "sha-1", A);
	keyscene_print(s, scene_line(far, 0), "sha-256", A);
	const struct sdp_seen *sdp[4] = { keyscene_sdp(s, ALICE, A, SETUP_ACTPASS), near, far,
					  keyscene_sdp(s, BOB, B, SETUP_ACTIVE) };
	struct dtls_seen shake = keyscene_shake(B, A);
	over_two_hops(s, sdp);
	keyscene_dtls(s, NEAR, ALICE, 1.2, &shake);
	keyscene_dtls(s, BOB, FAR, 1.2, &shake);
	talk(s, ALICE, NEAR, 0x1111);
	talk(s, FAR, BOB, 0x1111);
}

static void fingerprints_changed_on_the_way_are_keys_of_the_box(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "through", passed_through, "DTLS-006", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "ended", ended_in_the_box, "DTLS-006", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_FAIL, SHOWN_FAIL },
		{ "ended, unseen", ended_in_the_box_and_no_media_seen, "DTLS-006",
		  KEYSCENE_VIOLATED, SEVERITY_HIGH, SHOWN_FAIL, SHOWN_SUSPECT },
		{ "other hashes", rewritten_without_effect, "DTLS-006", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- SDES through a box ------------------------------------------------------------------------
 */

static struct sdp_seen *sdes(struct scene *s, const char *at, uint64_t key)
{
	struct sdp_seen *sdp = scene_sdp(s, at, PROFILE_RTP_SAVP);

	s->keys = key;
	scene_crypto(s, scene_line(sdp, 0));
	return sdp;
}

/* Its tags fit on Alice's side; Bob's side was not captured, only its SDP. */
static void sdes_over(struct scene *s, bool own_keys)
{
	const struct sdp_seen *sdp[4] = { sdes(s, ALICE, 0), sdes(s, NEAR, own_keys ? 10 : 1),
					  sdes(s, FAR, own_keys ? 11 : 0), sdes(s, BOB, 1) };

	over_two_hops(s, sdp);
	keyscene_srtp(s, (struct keyscene_stream){
				 .from = 2,
				 .to = 20,
				 .src = ALICE,
				 .dst = NEAR,
				 .ssrc = 1,
				 .proof = { .key_name = 77, .tried = 40, .verified = 40 } });
}

static void own_keys(struct scene *s)
{
	sdes_over(s, true);
}

static void keys_passed_on(struct scene *s)
{
	sdes_over(s, false);
}

/* ---- ZRTP through a box ------------------------------------------------------------------------
 */

static void zrtp_over(struct scene *s, const struct zrtp_seen *near, const struct zrtp_seen *far,
		      double far_at)
{
	const struct sdp_seen *sdp[4] = { keyscene_zrtp_sdp(s, ALICE, 0),
					  keyscene_zrtp_sdp(s, NEAR, 0),
					  keyscene_zrtp_sdp(s, FAR, 0),
					  keyscene_zrtp_sdp(s, BOB, 0) };

	over_two_hops(s, sdp);
	keyscene_zrtp(s, ALICE, NEAR, 1.2, near);
	keyscene_zrtp(s, FAR, BOB, far_at, far);
}

static void zrtp_passed_through(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(A, B);

	zrtp_over(s, &z, &z, 1.2);
}

static void zrtp_ended_in_the_box(struct scene *s)
{
	struct zrtp_seen near = keyscene_exchange(A, BOX_NEAR),
			 far = keyscene_exchange(BOX_NEAR, B);

	zrtp_over(s, &near, &far, 1.2);
}

/* The box took over both ZIDs: its public values give it away. */
static void zrtp_under_borrowed_names(struct scene *s)
{
	struct zrtp_seen near = keyscene_exchange(A, B), far = keyscene_exchange(A, B);

	for (unsigned i = 0; i < 2; i++) {
		memset(far.side[i].public_name, 0x70 + (int)i, sizeof far.side[i].public_name);
		memset(far.side[i].hello_hash, 0x70 + (int)i, sizeof far.side[i].hello_hash);
	}
	zrtp_over(s, &near, &far, 1.2);
}

/* Of two exchanges each side shows another one: nothing says that they should be one. */
static void zrtp_at_other_times(struct scene *s)
{
	struct zrtp_seen near = keyscene_exchange(A, BOX_NEAR),
			 far = keyscene_exchange(BOX_NEAR, B);

	zrtp_over(s, &near, &far, 12);
}

static void zrtp_unfinished_on_one_side(struct scene *s)
{
	struct zrtp_seen near = keyscene_exchange(A, BOX_NEAR),
			 far = keyscene_exchange(BOX_NEAR, B);

	far.completed = false;
	zrtp_over(s, &near, &far, 1.2);
}

/* One exchange, and one of its Hellos is missing on the far hop. */
static void zrtp_with_a_hello_lost(struct scene *s)
{
	struct zrtp_seen near = keyscene_exchange(A, B), far = near;

	far.side[1].hello = false;
	memset(far.side[1].hello_hash, 0, sizeof far.side[1].hello_hash);
	memset(far.side[1].zid_name, 0, sizeof far.side[1].zid_name);
	zrtp_over(s, &near, &far, 1.2);
}

static void an_exchange_of_its_own_on_each_hop_is_a_party_between(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "own SDES keys", own_keys, "KEY-002", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_FAIL, SHOWN_SUSPECT },
		{ "passed on", keys_passed_on, "KEY-002", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_PARTIAL },
		{ "through", zrtp_passed_through, "ZRTP-006", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_NOT_OBSERVABLE },
		{ "ended", zrtp_ended_in_the_box, "ZRTP-006", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "borrowed names", zrtp_under_borrowed_names, "ZRTP-006", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "other times", zrtp_at_other_times, "ZRTP-006", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_NOT_OBSERVABLE },
		{ "Hello lost", zrtp_with_a_hello_lost, "ZRTP-006", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_NOT_OBSERVABLE },
		{ "unfinished", zrtp_unfinished_on_one_side, "ZRTP-006", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_NOT_OBSERVABLE },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- MED-003: keys taken out between hops ------------------------------------------------------
 */

static struct sdp_seen *open_line(struct scene *s, const char *at)
{
	return scene_sdp(s, at, PROFILE_RTP_AVP);
}

/* A tone: nothing but the numbers is there to tell the streams by. `seq`: where the far one begins.
 */
static bool opened_in_the_box(uint16_t seq, bool proved, bool open, uint32_t far)
{
	struct scene *s = scene_new();
	const struct sdp_seen *sdp[4] = { sdes(s, ALICE, 1), sdes(s, NEAR, 2), open_line(s, FAR),
					  open_line(s, BOB) };
	struct keyscene_stream in = {
		.from = 2, .to = 20, .src = ALICE, .dst = NEAR, .ssrc = 7, .first_seq = 900
	};
	struct keyscene_stream out = in;

	if (proved)
		in.proof = (struct proof_seen){ .key_name = 1, .tried = 40, .verified = 40 };
	out.src = FAR;
	out.dst = BOB;
	out.ssrc = far;
	out.first_seq = seq;
	out.clear = open;
	over_two_hops(s, sdp);
	keyscene_srtp(s, in);
	keyscene_srtp(s, out);
	const struct judgement *j = keyscene_judge(s, CALL_CALL);
	bool told = callmake_violated(j, "B2B-003") != NULL;
	scene_free(s);
	return told;
}

static void a_tone_that_left_the_box_readable_was_opened_there(void **state)
{
	(void)state;
	assert_true(opened_in_the_box(900, true, true, 7));
	assert_true(opened_in_the_box(903, true, true, 7));
	assert_false(opened_in_the_box(950, true, true, 7));  /* other numbers */
	assert_false(opened_in_the_box(900, true, true, 8));  /* another stream */
	assert_false(opened_in_the_box(900, false, true, 7)); /* nobody proved it closed */
	assert_false(opened_in_the_box(900, true, false, 7)); /* nothing was readable */
}

static void keys_taken_out(struct scene *s)
{
	const struct sdp_seen *sdp[4] = { sdes(s, ALICE, 0), sdes(s, NEAR, 1), open_line(s, FAR),
					  open_line(s, BOB) };

	over_two_hops(s, sdp);
}

static void keys_put_in(struct scene *s)
{
	const struct sdp_seen *sdp[4] = { open_line(s, ALICE), open_line(s, NEAR), sdes(s, FAR, 0),
					  sdes(s, BOB, 1) };

	over_two_hops(s, sdp);
}

static void keys_taken_out_of_a_line_that_was_refused(struct scene *s)
{
	struct sdp_seen *refused = open_line(s, BOB);
	const struct sdp_seen *sdp[4] = { sdes(s, ALICE, 0), sdes(s, NEAR, 1), open_line(s, FAR),
					  refused };

	scene_line(refused, 0)->at.port = 0;
	over_two_hops(s, sdp);
}

static void keys_that_are_taken_out_are_given_up(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "taken out", keys_taken_out, "MED-003", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_FAIL, SHOWN_SUSPECT },
		{ "put in", keys_put_in, "MED-003", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "refused", keys_taken_out_of_a_line_that_was_refused, "MED-003", KEYSCENE_SILENT,
		  0, SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- DTLS-007 and KEY-006: one for many ---------------------------------------------------------
 */

static void call_of(struct scene *s, unsigned n, const char *user, uint8_t cert)
{
	const char *a = "10.0.0.1:5060", *b = "10.0.0.2:5060";
	double at = 100 * n;
	char id[16];

	snprintf(id, sizeof id, "call-%u", n);
	struct scene_sip m = { .at = at,
			       .src = a,
			       .dst = b,
			       .method = "INVITE",
			       .call_id = id,
			       .to_user = user,
			       .sdp = keyscene_sdp(s, ALICE, A, SETUP_ACTPASS) };
	scene_say(s, m);
	m = (struct scene_sip){ .at = at + 1,
				.src = b,
				.dst = a,
				.method = "INVITE",
				.call_id = id,
				.to_user = user,
				.status = 200,
				.to_tag = "b",
				.sdp = keyscene_sdp(s, BOB, cert, SETUP_ACTIVE) };
	scene_say(s, m);
	struct dtls_seen shake = keyscene_shake(cert, A);
	keyscene_dtls(s, BOB, ALICE, at + 1.2, &shake);
	m = (struct scene_sip){ .at = at + 20,
				.src = a,
				.dst = b,
				.method = "BYE",
				.cseq = 2,
				.call_id = id,
				.to_user = user,
				.to_tag = "b" };
	scene_say(s, m);
}

/* The last of three calls: by then the certificate has answered for all its callees. */
static const struct judgement *third_call(struct scene *s, const char *const users[3],
					  const uint8_t certs[3])
{
	for (unsigned i = 0; i < 3; i++)
		call_of(s, i, users[i], certs[i]);
	scene_end(s, 1000);
	return callmake_judge_call(scene_row(s, CALL_CALL, 2));
}

static void a_certificate_of_many_parties_makes_keys_suspect(void **state)
{
	(void)state;
	static const char *const three[3] = { "bob", "carol", "dave" };
	static const char *const one[3] = { "bob", "bob", "bob" };
	static const struct {
		const char *const *users;
		uint8_t certs[3];
		bool fires;
	} list[] = { { three, { B, B, B }, true },
		     { one, { B, B, B }, false },
		     { three, { B, 12, 13 }, false } };

	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		struct scene *s = scene_new();
		const struct judgement *j = third_call(s, list[i].users, list[i].certs);
		const struct finding *f = callmake_violated(j, "DTLS-007");
		assert_int_equal(f != NULL, list[i].fires);
		assert_true(!f || f->severity == SEVERITY_HIGH);
		assert_int_equal(j->conditions[CONDITION_KEYS].shown,
				 list[i].fires ? SHOWN_SUSPECT : SHOWN_PARTIAL);
		scene_free(s);
	}
}

/* ---- DTLS-012: who can read fingerprints
 * --------------------------------------------------------- */

static const struct judgement *over_carriers(struct scene *s, enum sip_transport near,
					     enum sip_transport far)
{
	const char *hosts[] = { "10.0.0.1:5060", "10.0.0.9:5060", "10.0.0.2:5060" };

	for (unsigned answer = 0; answer < 2; answer++)
		for (unsigned h = 0; h < 2; h++)
			scene_say(s, (struct scene_sip){
					     .at = answer + 0.1 * h,
					     .src = hosts[answer ? h + 1 : h],
					     .dst = hosts[answer ? h : h + 1],
					     .method = "INVITE",
					     .status = answer ? 200 : 0,
					     .branch = h ? "z9hG4bK-far" : "z9hG4bK-near",
					     .to_tag = answer ? "b" : NULL,
					     .carrier = h ? far : near,
					     .sdp = answer ? keyscene_sdp(s, BOB, B, SETUP_ACTIVE)
							   : keyscene_sdp(s, ALICE, A,
									  SETUP_ACTPASS) });
	scene_end(s, 1000);
	return callmake_judge_call(scene_row(s, CALL_CALL, 0));
}

static void fingerprints_on_any_readable_hop_can_be_changed(void **state)
{
	(void)state;
	static const struct {
		enum sip_transport near, far;
		bool fires;
	} list[] = { { SIP_TRANSPORT_UDP, SIP_TRANSPORT_UDP, true },
		     { SIP_TRANSPORT_TLS, SIP_TRANSPORT_UDP, true },
		     { SIP_TRANSPORT_UDP, SIP_TRANSPORT_TLS, true },
		     { SIP_TRANSPORT_TLS, SIP_TRANSPORT_TLS, false } };

	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		struct scene *s = scene_new();
		const struct judgement *j = over_carriers(s, list[i].near, list[i].far);
		const struct finding *f = callmake_violated(j, "DTLS-012");
		if (!f == list[i].fires || (f && f->severity != SEVERITY_MEDIUM))
			fail_msg("carriers %zu", i);
		assert_int_equal(j->conditions[CONDITION_KEYS].shown, SHOWN_NOT_OBSERVABLE);
		scene_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tone_that_left_the_box_readable_was_opened_there),
		cmocka_unit_test(fragments_that_pass_are_told_from_new_ones),
		cmocka_unit_test(fingerprints_changed_on_the_way_are_keys_of_the_box),
		cmocka_unit_test(an_exchange_of_its_own_on_each_hop_is_a_party_between),
		cmocka_unit_test(keys_that_are_taken_out_are_given_up),
		cmocka_unit_test(a_certificate_of_many_parties_makes_keys_suspect),
		cmocka_unit_test(fingerprints_on_any_readable_hop_can_be_changed),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	callmake_end();
	return failed;
}
