/* test_join.c - rows that are one call, and rows that only look so, through the room's door. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "analyzer/track/join.h"
#include "tests/lib/scene.h"

/* One hop of a call: who to whom, signaling and speech. */
struct hop {
	const char *from, *to, *call_id;
	unsigned port; /* of the caller's media; the callee's is 1000 higher */
	double at, bye;
	const char *from_user, *to_user, *session_id;
	uint64_t cipher;
	uint32_t ssrc;
	uint64_t offer_key, answer_key; /* 0: new ones */
	bool clear, mute;		/* mute: signaling only */
	double zero; /* where the stream's numbers begin; 0: at the hop's start */
};

static char texts[4][32];

static const char *place(unsigned slot, const char *host, unsigned port)
{
	snprintf(texts[slot], sizeof texts[slot], "%s:%u", host, port);
	return texts[slot];
}

static struct sdp_seen *described(struct scene *s, const char *at, const struct hop *h,
				  uint64_t key)
{
	struct sdp_seen *sdp = scene_sdp(s, at, h->clear ? PROFILE_RTP_AVP : PROFILE_RTP_SAVP);

	if (!h->clear && key)
		scene_key(s, scene_line(sdp, 0), key);
	else if (!h->clear)
		scene_crypto(s, scene_line(sdp, 0));
	return sdp;
}

static void speech(struct scene *s, const struct hop *h)
{
	const char *a = place(0, h->from, h->port), *b = place(1, h->to, h->port + 1000);
	double end = h->bye > 0 ? h->bye : h->at + 20;

	s->prints =
		(struct scene_prints){ .cipher = h->cipher, .zero = h->zero > 0 ? h->zero : h->at };
	for (double at = h->at + 1; at < end; at += 10) {
		double to = at + 10 < end ? at + 10 : end;
		scene_talk(s, (struct scene_media){ at, to, a, b, h->ssrc, 0, h->clear, 0, 0 });
		scene_talk(s, (struct scene_media){ at, to, b, a, h->ssrc + 1, 0, h->clear, 0, 0 });
	}
}

static void hop(struct scene *s, struct hop h)
{
	const char *a = place(0, h.from, h.port), *b = place(1, h.to, h.port + 1000);
	struct sdp_seen *offer = described(s, a, &h, h.offer_key);
	struct sdp_seen *answer = described(s, b, &h, h.answer_key);

	scene_dialog(s, (struct scene_leg){ .at = h.at,
					    .bye = h.bye,
					    .src = place(2, h.from, 5060),
					    .dst = place(3, h.to, 5060),
					    .call_id = h.call_id,
					    .from_user = h.from_user,
					    .to_user = h.to_user,
					    .session_id = h.session_id,
					    .offer = h.mute ? NULL : offer,
					    .answer = h.mute ? NULL : answer });
	if (!h.mute)
		speech(s, &h);
}

static const char A[] = "10.0.0.1", S[] = "10.0.0.9", B[] = "10.0.0.2", T[] = "10.0.0.8",
		  C[] = "10.0.0.3";

static const struct call *first_joined(const struct scene *s)
{
	for (unsigned i = 0; i < s->row_count; i++)
		if (scene_has(&s->rows[i], FACT_legs_joined))
			return &s->rows[i];
	return NULL;
}

static unsigned count_with(const struct scene *s, enum fact_kind kind)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->row_count; i++)
		n += scene_has(&s->rows[i], kind);
	return n;
}

static void expect_apart(struct scene *s, unsigned rows)
{
	scene_end(s, 2000);
	assert_int_equal(s->row_count, rows);
	assert_null(first_joined(s));
	assert_int_equal(count_with(s, FACT_media_rekeyed), 0);
	assert_int_equal(count_with(s, FACT_media_relayed), 0);
	scene_free(s);
}

/* ---- one call -------------------------------------------------------------------------- */

static void outer_and_inner(struct scene *s, double at, double bye, bool inner_first)
{
	struct hop out = { A, S, "out", 4000, at, bye, .cipher = 1, .ssrc = 10 };
	struct hop in = { S, B, "in", 6000, at + 0.1, bye + 0.1, .cipher = 2, .ssrc = 20 };

	hop(s, inner_first ? in : out);
	hop(s, inner_first ? out : in);
}

static void legs_with_call_ids_of_their_own_are_one_call_through_a_box(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	outer_and_inner(s, 0, 30, false);
	scene_end(s, 200);
	assert_int_equal(s->row_count, 1);
	const struct call *c = &s->rows[0];
	assert_int_equal(c->leg_count, 2);
	assert_int_equal(c->media_count, 2);
	assert_true(scene_has(c, FACT_legs_joined) && scene_has(c, FACT_b2bua));
	assert_true(scene_has(c, FACT_media_rekeyed));
	assert_false(scene_has(c, FACT_media_relayed) || scene_has(c, FACT_media_decrypted));
	const struct endpoint a = scene_endpoint("10.0.0.1:1"), b = scene_endpoint("10.0.0.2:1");
	assert_true(addr_eq(&c->ends[0].at.addr, &a.addr));
	assert_true(addr_eq(&c->ends[1].at.addr, &b.addr));
	scene_free(s);
}

static void three_legs_through_two_boxes_are_one_call(void **state)
{
	(void)state;
	for (int same = 0; same < 2; same++) {
		struct scene *s = scene_new();
		uint64_t cipher[] = { 1, same ? 1 : 2, same ? 1 : 3 };
		uint32_t ssrc[] = { 10, same ? 10 : 20, same ? 10 : 30 };
		hop(s,
		    (struct hop){ A, S, "out", 4000, 0, 30, .cipher = cipher[0], .ssrc = ssrc[0] });
		hop(s, (struct hop){ S, T, "mid", 6000, 0.1, 30.1, .cipher = cipher[1],
				     .ssrc = ssrc[1] });
		hop(s, (struct hop){ T, B, "in", 8000, 0.2, 30.2, .cipher = cipher[2],
				     .ssrc = ssrc[2] });
		scene_end(s, 200);
		assert_int_equal(s->row_count, 1);
		assert_int_equal(s->rows[0].leg_count, 3);
		assert_int_equal(scene_count(&s->rows[0], FACT_b2bua), 2);
		scene_free(s);
	}
}

static void the_same_ciphertext_at_two_points_is_one_call_whoever_the_parties_are(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	hop(s, (struct hop){ A, S, "out", 4000, 0, 30, .cipher = 1, .ssrc = 10 });
	s->point = 1;
	hop(s, (struct hop){ T, B, "in", 6000, 0.1, 30, .from_user = "+1", .to_user = "+2",
			     .cipher = 1, .ssrc = 10, .zero = 0.001 });
	scene_end(s, 200);
	assert_int_equal(s->row_count, 1);
	assert_true(scene_has(&s->rows[0], FACT_media_relayed));
	assert_false(scene_has(&s->rows[0], FACT_media_rekeyed));
	assert_int_equal(s->rows[0].points, 2);
	scene_free(s);
}

/* From Alice to the box, and from one host to another, both with this Session-ID. */
static struct scene *sessions(const char *id, const char *from, const char *to)
{
	struct scene *s = scene_new();

	hop(s, (struct hop){ A, S, "out", 4000, 0, 30, .from_user = "a", .to_user = "b",
			     .session_id = id, .cipher = 1, .ssrc = 10 });
	hop(s, (struct hop){ from, to, "in", 6000, 0.1, 30, .from_user = "c", .to_user = "d",
			     .session_id = id, .cipher = 2, .ssrc = 20 });
	return s;
}

static void a_session_id_pair_joins_rows_of_different_hops(void **state)
{
	(void)state;
	static const char pair[] = "ab30317f1a784dc48ff824d0d3715d86;"
				   "remote=47755a9de7794ba387653f2099600ef2";
	static const char one[] = "ab30317f1a784dc48ff824d0d3715d86;"
				  "remote=00000000000000000000000000000000";
	struct scene *s = sessions(pair, T, B);

	scene_end(s, 200);
	assert_int_equal(s->row_count, 1);
	scene_free(s);
	expect_apart(sessions(one, T, B), 2);
	expect_apart(sessions(pair, A, S), 2);
}

static void keys_of_both_sides_passed_on_join_rows(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	hop(s, (struct hop){ A, S, "out", 4000, 0, 30, .from_user = "a", .to_user = "b",
			     .cipher = 1, .ssrc = 10, .offer_key = 501, .answer_key = 502 });
	hop(s, (struct hop){ S, B, "in", 6000, 0.1, 30, .from_user = "c", .to_user = "d",
			     .cipher = 2, .ssrc = 20, .offer_key = 501, .answer_key = 502 });
	scene_end(s, 200);
	assert_int_equal(s->row_count, 1);
	scene_free(s);
}

/* ---- two calls --------------------------------------------------------------------------- */

static void concurrent_calls_of_the_same_parties_through_one_box_stay_apart(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	for (unsigned i = 0; i < 2; i++) {
		static const char *const ids[2][2] = { { "out1", "in1" }, { "out2", "in2" } };
		hop(s, (struct hop){ A, S, ids[i][0], 4000 + 10 * i, 0.5 * i, 30, .cipher = 1 + i,
				     .ssrc = 10 + 2 * i });
		hop(s, (struct hop){ S, B, ids[i][1], 6000 + 10 * i, 0.5 * i + 0.1, 30,
				     .cipher = 3 + i, .ssrc = 20 + 2 * i });
	}
	scene_end(s, 200);
	assert_int_equal(s->row_count, 4);
	assert_int_equal(count_with(s, FACT_legs_ambiguous), 4);
	assert_null(first_joined(s));
	scene_free(s);
}

static void concurrent_calls_are_told_apart_by_their_packets(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	for (unsigned i = 0; i < 2; i++) {
		static const char *const ids[2][2] = { { "out1", "in1" }, { "out2", "in2" } };
		struct hop out = { A,	    S,	ids[i][0],	 4000 + 10 * i,
				   0.5 * i, 30, .cipher = 1 + i, .ssrc = 10 + 2 * i };
		struct hop in = out;
		in.from = S;
		in.to = B;
		in.call_id = ids[i][1];
		in.port += 2000;
		in.zero = out.at + 0.001;
		hop(s, out);
		hop(s, in);
	}
	scene_end(s, 200);
	assert_int_equal(s->row_count, 2);
	assert_int_equal(count_with(s, FACT_legs_joined), 2);
	assert_int_equal(count_with(s, FACT_media_rekeyed), 0);
	scene_free(s);
}

/* What a test tool does: one recording, SSRC and all, in every call. */
static void play(struct scene *s, unsigned calls, bool clear, bool through_box, double apart)
{
	static const char *const outer[] = { "o0", "o1", "o2", "o3" };
	static const char *const inner[] = { "i0", "i1", "i2", "i3" };

	for (unsigned i = 0; i < calls; i++) {
		struct hop h = { A,	     S, outer[i], 4000 + 10 * i, apart * i, 30 + apart * i,
				 .cipher = 7 };
		h.ssrc = 5;
		h.clear = clear;
		h.zero = h.at + 0.001;
		hop(s, h);
		h.from = S;
		h.to = B;
		h.call_id = inner[i];
		h.port += 2000;
		h.at += 0.1;
		if (through_box)
			hop(s, h);
	}
}

static void one_recording_in_many_calls_joins_none_of_them(void **state)
{
	(void)state;
	static const double apart[] = { 0.05, 0.4, 1.5 };

	for (unsigned i = 0; i < 12; i++)
		for (unsigned calls = 2; calls <= 4; calls += 2) {
			struct scene *s = scene_new();
			bool box = i & 2;
			play(s, calls, i & 1, box, apart[i / 4]);
			expect_apart(s, box ? 2 * calls : calls);
		}
}

static void one_key_for_all_calls_of_a_device_joins_none_of_them(void **state)
{
	(void)state;
	for (unsigned calls = 2; calls <= 3; calls++) {
		static const char *const to[] = { B, C, T };
		static const char *const ids[] = { "1", "2", "3" };
		struct scene *s = scene_new();
		for (unsigned i = 0; i < calls; i++)
			hop(s, (struct hop){ A, to[i], ids[i], 4000 + 10 * i, i, 30,
					     .from_user = "a", .to_user = ids[i], .cipher = 1 + i,
					     .ssrc = 10 + 2 * i, .offer_key = 501 });
		expect_apart(s, calls);
	}
}

static void calls_of_nobody_are_not_joined_by_their_parties(void **state)
{
	(void)state;
	static const char *const names[] = { "anonymous", "Anonymous", "" };

	for (unsigned i = 0; i < 3; i++) {
		struct scene *s = scene_new();
		hop(s, (struct hop){ A, S, "out", 4000, 0, 30, .from_user = names[i],
				     .to_user = "bob", .cipher = 1, .ssrc = 10 });
		hop(s, (struct hop){ S, B, "in", 6000, 0.1, 30, .from_user = names[i],
				     .to_user = "bob", .cipher = 2, .ssrc = 20 });
		expect_apart(s, 2);
	}
}

static void parties_alone_or_a_box_alone_join_nothing(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	hop(s, (struct hop){ A, S, "out", 4000, 0, 30, .cipher = 1, .ssrc = 10 });
	hop(s, (struct hop){ T, B, "in", 6000, 0.1, 30, .cipher = 2, .ssrc = 20 });
	expect_apart(s, 2);
	s = scene_new();
	hop(s, (struct hop){ A, S, "out", 4000, 0, 30, .from_user = "alice", .to_user = "bob",
			     .cipher = 1, .ssrc = 10 });
	hop(s, (struct hop){ S, B, "in", 6000, 0.1, 30, .from_user = "carol", .to_user = "bob",
			     .cipher = 2, .ssrc = 20 });
	expect_apart(s, 2);
	s = scene_new();
	hop(s, (struct hop){ A, S, "out", 4000, 0, 30, .cipher = 1, .ssrc = 10 });
	hop(s, (struct hop){ S, B, "in", 6000, 9, 40, .cipher = 2, .ssrc = 20 });
	expect_apart(s, 2);
}

/* ---- rows without signaling ------------------------------------------------------------------ */

static void one_call(struct scene *s, unsigned i)
{
	static const char *const ids[] = { "1", "2" };
	static const char *const hosts[] = { A, C };

	hop(s, (struct hop){ hosts[i], S, ids[i], 4000 + 10 * i, i, 30 + i, .from_user = "a",
			     .to_user = ids[i], .cipher = 1 + i, .ssrc = 10 + 2 * i });
}

/* The same packets further on, between two relays whose signaling is not seen. */
static void trunk(struct scene *s, unsigned i, double to)
{
	char a[32], b[32];

	snprintf(a, sizeof a, "10.9.0.1:%u", 20000 + 10 * i);
	snprintf(b, sizeof b, "10.9.0.2:%u", 30000 + 10 * i);
	s->prints = (struct scene_prints){ .cipher = 1 + i, .zero = i };
	scene_speech(s, a, b, 1.0 + i, to, 10 + 2 * i);
}

static void media_seen_further_on_without_signaling_belongs_to_the_call(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	one_call(s, 0);
	trunk(s, 0, 30);
	scene_end(s, 300);
	assert_int_equal(s->row_count, 1);
	assert_int_equal(s->rows[0].kind, CALL_CALL);
	assert_true(scene_has(&s->rows[0], FACT_media_relayed));
	scene_free(s);
}

static void a_trunk_with_the_media_of_two_calls_joins_neither(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	one_call(s, 0);
	one_call(s, 1);
	trunk(s, 0, 30);
	trunk(s, 1, 31);
	expect_apart(s, 3);
}

static void a_trunk_with_media_of_calls_not_seen_does_not_join_the_one_that_is(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	one_call(s, 0);
	trunk(s, 0, 30);
	trunk(s, 1, 31);
	expect_apart(s, 2);
}

static void media_that_goes_on_long_after_the_call_is_not_its_own(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	one_call(s, 0);
	trunk(s, 0, 60);
	expect_apart(s, 2);
}

/* ---- order and time ------------------------------------------------------------------------- */

static void assert_same_calls(const struct scene *x, const struct scene *y)
{
	assert_int_equal(x->row_count, y->row_count);
	for (unsigned i = 0; i < x->row_count; i++) {
		assert_string_equal(x->rows[i].id, y->rows[i].id);
		assert_int_equal(x->rows[i].leg_count, y->rows[i].leg_count);
		/* Time that runs backwards is a fact of its own. */
		for (int k = 0; k < FACT_KINDS; k++)
			if (k != FACT_clock)
				assert_int_equal(scene_count(&x->rows[i], (enum fact_kind)k),
						 scene_count(&y->rows[i], (enum fact_kind)k));
	}
}

static void the_order_of_arrival_and_of_points_changes_nothing(void **state)
{
	(void)state;
	struct scene *all[2];

	for (int turned = 0; turned < 2; turned++) {
		struct scene *s = all[turned] = scene_new();
		static const char *const ids[3][2] = { { "a", "b" }, { "c", "d" }, { "e", "f" } };
		for (unsigned n = 0; n < 6; n++) {
			unsigned k = turned ? 5 - n : n, i = k / 2;
			bool in = k & 1;
			s->point = (uint16_t)(in != turned);
			hop(s, (struct hop){ in ? S : A, in ? B : S, ids[i][in],
					     (in ? 6000 : 4000) + 10 * i, 20 * i + 0.1 * in,
					     20 * i + 15, .cipher = 1 + k, .ssrc = 10 + 2 * k });
		}
		scene_end(s, 300);
		assert_int_equal(s->row_count, 3);
	}
	assert_same_calls(all[0], all[1]);
	scene_free(all[0]);
	scene_free(all[1]);
}

static void a_row_that_closes_late_is_waited_for_only_so_long(void **state)
{
	(void)state;
	for (int late = 0; late < 2; late++) {
		struct scene *s = scene_new();
		hop(s, (struct hop){ A, S, "out", 4000, 0, 30, .cipher = 1, .ssrc = 10 });
		hop(s,
		    (struct hop){ S, B, "in", 6000, 0.1, late ? 0 : 50, .cipher = 2, .ssrc = 20 });
		for (double at = 60; at < 900; at += 10)
			track_tick(s->track, scene_ns(at));
		assert_int_equal(s->row_count, late ? 2 : 1);
		scene_free(s);
	}
}

static void rows_still_waiting_are_freed_with_the_room(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	outer_and_inner(s, 0, 30, true);
	hop(s, (struct hop){ A, S, "open", 4400, 40, 0, .cipher = 3, .ssrc = 30 });
	track_tick(s->track, scene_ns(64));
	assert_int_equal(s->row_count, 0);
	scene_free(s);
}

/* ---- bounds ---------------------------------------------------------------------------------- */

static void a_value_that_too_many_rows_share_tells_nothing_apart(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	char id[16];

	for (unsigned i = 0; i < JOIN_CROWD + 2; i++) {
		snprintf(id, sizeof id, "%u", i);
		hop(s, (struct hop){ i & 1 ? S : A, i & 1 ? B : S, id, 4000, 0.01 * i, 5,
				     .mute = true });
	}
	scene_end(s, 200);
	assert_int_equal(s->row_count, JOIN_CROWD + 2);
	assert_true(track_counters(s->track)->legs_crowded > 0);
	assert_null(first_joined(s));
	scene_free(s);
}

static void a_call_has_no_more_rows_than_a_group_holds(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	char a[32], b[32];
	unsigned most = 0;

	for (unsigned i = 0; i < JOIN_GROUP + 8; i++) {
		snprintf(a, sizeof a, "10.1.0.%u:4000", i + 1);
		snprintf(b, sizeof b, "10.2.0.%u:4000", i + 1);
		scene_dtls(s, a, b, 1, 9);
		scene_speech(s, a, b, 2, 9, 10 + 2 * i);
	}
	scene_end(s, 300);
	for (unsigned i = 0; i < s->row_count; i++)
		most = s->rows[i].media_count > most ? s->rows[i].media_count : most;
	assert_int_equal(most, JOIN_GROUP);
	assert_int_equal(s->row_count, 2);
	assert_true(track_counters(s->track)->legs_crowded > 0);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(legs_with_call_ids_of_their_own_are_one_call_through_a_box),
		cmocka_unit_test(three_legs_through_two_boxes_are_one_call),
		cmocka_unit_test(
			the_same_ciphertext_at_two_points_is_one_call_whoever_the_parties_are),
		cmocka_unit_test(a_session_id_pair_joins_rows_of_different_hops),
		cmocka_unit_test(keys_of_both_sides_passed_on_join_rows),
		cmocka_unit_test(concurrent_calls_of_the_same_parties_through_one_box_stay_apart),
		cmocka_unit_test(concurrent_calls_are_told_apart_by_their_packets),
		cmocka_unit_test(one_recording_in_many_calls_joins_none_of_them),
		cmocka_unit_test(one_key_for_all_calls_of_a_device_joins_none_of_them),
		cmocka_unit_test(calls_of_nobody_are_not_joined_by_their_parties),
		cmocka_unit_test(parties_alone_or_a_box_alone_join_nothing),
		cmocka_unit_test(media_seen_further_on_without_signaling_belongs_to_the_call),
		cmocka_unit_test(a_trunk_with_the_media_of_two_calls_joins_neither),
		cmocka_unit_test(
			a_trunk_with_media_of_calls_not_seen_does_not_join_the_one_that_is),
		cmocka_unit_test(media_that_goes_on_long_after_the_call_is_not_its_own),
		cmocka_unit_test(the_order_of_arrival_and_of_points_changes_nothing),
		cmocka_unit_test(a_row_that_closes_late_is_waited_for_only_so_long),
		cmocka_unit_test(rows_still_waiting_are_freed_with_the_room),
		cmocka_unit_test(a_value_that_too_many_rows_share_tells_nothing_apart),
		cmocka_unit_test(a_call_has_no_more_rows_than_a_group_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
