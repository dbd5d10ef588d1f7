/* test_track.c - the track room through its door: observations in, rows out. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "analyzer/base/when.h"
#include "tests/lib/scene.h"

static const char A[] = "10.0.0.1:5060", B[] = "10.0.0.2:5060";

static struct scene *clear_call_with(struct track_options options)
{
	struct scene *s = scene_with(options);

	scene_call(s, scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_AVP),
		   scene_sdp(s, "10.0.0.2:5000", PROFILE_RTP_AVP));
	scene_voices(s, 1, 61, true);
	scene_bye(s, 61);
	return s;
}

static struct scene *clear_call(void)
{
	return clear_call_with(track_defaults());
}

static void sees_a_clear_call_whole(void **state)
{
	(void)state;
	struct scene *s = clear_call();

	scene_end(s, 200);
	const struct call *c = scene_row(s, CALL_CALL, 0);
	assert_non_null(c);
	assert_int_equal(s->row_count, 1);
	assert_int_equal(c->leg_count, 1);
	assert_true(c->legs[0].readable);
	assert_int_equal(c->messages, 5);
	assert_int_equal(c->media_count, 1);
	assert_int_equal(c->media[0].keying, KEYING_NONE);
	assert_int_equal(c->media[0].segment_count, 2);
	assert_int_equal(c->media[0].segments[0].protection, PROTECTION_CLEAR);
	assert_int_equal(c->media[0].segments[0].packets, 3000);
	assert_string_equal(c->media[0].segments[0].codec, "PCMU");
	assert_int_equal(scene_count(c, FACT_media_clear), 2);
	assert_int_equal(call_fact(c, FACT_no_keys, NULL)->grade, 3);
	assert_true(scene_has(c, FACT_sip_readable) && scene_has(c, FACT_identity_readable));
	assert_true(c->complete_start && c->complete_end && !c->cut_off);
	assert_false(scene_has(c, FACT_media_unseen));
	scene_free(s);
}

static void closes_a_call_32_s_after_bye_and_not_before(void **state)
{
	(void)state;
	struct track_options options = track_defaults();
	options.hold_ns = 0;
	struct scene *s = clear_call_with(options);

	track_tick(s->track, scene_ns(93));
	assert_int_equal(s->row_count, 0);
	track_tick(s->track, scene_ns(93.2));
	assert_int_equal(s->row_count, 1);
	scene_free(s);
}

static void holds_a_closed_call_until_60_s_after_its_end(void **state)
{
	(void)state;
	struct scene *s = clear_call();

	track_tick(s->track, scene_ns(121));
	assert_int_equal(s->row_count, 0);
	track_tick(s->track, scene_ns(121.2));
	assert_int_equal(s->row_count, 1);
	scene_free(s);
}

static void keeps_an_answered_call_while_media_flows(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_call(s, scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_AVP),
		   scene_sdp(s, "10.0.0.2:5000", PROFILE_RTP_AVP));
	for (int i = 0; i < 20; i++) {
		scene_voices(s, 1 + 30 * i, 31 + 30 * i, true);
		track_tick(s->track, scene_ns(32 + 30 * i));
	}
	assert_int_equal(s->row_count, 0);
	track_tick(s->track, scene_ns(902));
	assert_int_equal(s->row_count, 1);
	assert_true(s->rows[0].media[0].segments[0].packets == 30000);
	assert_true(scene_has(&s->rows[0], FACT_end_missing));
	scene_free(s);
}

static void tells_the_kinds_of_rows_apart(void **state)
{
	static const struct {
		const char *method;
		unsigned status;
		enum call_kind kind;
		const char *what;
	} rows[] = { { "REGISTER", 200, CALL_REGISTRATION, NULL },
		     { "MESSAGE", 202, CALL_MESSAGE, "MESSAGE" },
		     { "OPTIONS", 200, CALL_MESSAGE, "OPTIONS" },
		     { "SUBSCRIBE", 200, CALL_MESSAGE, "SUBSCRIBE" },
		     { "INVITE", 486, CALL_ATTEMPT, "486" },
		     { "INVITE", 200, CALL_CALL, NULL } };

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene *s = scene_new();
		scene_say(s, (struct scene_sip){ .src = A, .dst = B, .method = rows[i].method });
		scene_say(s, (struct scene_sip){ .at = 1,
						 .src = B,
						 .dst = A,
						 .method = rows[i].method,
						 .status = rows[i].status,
						 .to_tag = "b" });
		scene_end(s, 2);
		const struct call *c = scene_row(s, rows[i].kind, 0);
		assert_non_null(c);
		if (rows[i].what)
			assert_string_equal(c->what, rows[i].what);
		scene_free(s);
	}
}

static void makes_a_call_of_a_lone_bye(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_bye(s, 5);
	scene_end(s, 10);
	const struct call *c = scene_row(s, CALL_CALL, 0);
	assert_non_null(c);
	assert_true(scene_has(c, FACT_start_missing));
	assert_false(scene_has(c, FACT_end_missing));
	scene_free(s);
}

static void gives_late_windows_to_the_call_and_none_to_the_next(void **state)
{
	(void)state;
	struct scene *s = clear_call();
	const struct sdp_seen *o = scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_AVP);
	const struct sdp_seen *n = scene_sdp(s, "10.0.0.2:5000", PROFILE_RTP_AVP);

	scene_say(s, (struct scene_sip){ .at = 70,
					 .src = A,
					 .dst = B,
					 .method = "INVITE",
					 .call_id = "two",
					 .sdp = o });
	scene_say(s, (struct scene_sip){ .at = 71,
					 .src = B,
					 .dst = A,
					 .method = "INVITE",
					 .call_id = "two",
					 .status = 200,
					 .to_tag = "b",
					 .sdp = n });
	scene_talk(s, (struct scene_media){ 71, 81, "10.0.0.1:4000", "10.0.0.2:5000", 9, 0, true, 0,
					    0 });
	scene_end(s, 82);
	assert_int_equal(s->row_count, 2);
	assert_int_equal(s->rows[0].media[0].segments[0].packets, 3000);
	assert_int_equal(s->rows[1].media[0].segments[0].packets, 500);
	assert_true(s->rows[1].cut_off && !s->rows[0].cut_off);
	scene_free(s);
}

static void gives_a_window_across_two_calls_to_neither(void **state)
{
	(void)state;
	struct scene *s = clear_call();

	scene_say(s, (struct scene_sip){ .at = 70,
					 .src = A,
					 .dst = B,
					 .method = "INVITE",
					 .call_id = "two",
					 .sdp = scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_AVP) });
	scene_talk(s, (struct scene_media){ 55, 75, "10.0.0.1:4000", "10.0.0.2:5000", 9, 0, true,
					    20, 0 });
	scene_end(s, 82);
	assert_int_equal(track_counters(s->track)->media_unowned, 1);
	assert_int_equal(s->row_count, 2);
	for (unsigned i = 0; i < 2; i++)
		for (unsigned k = 0; k < s->rows[i].media[0].segment_count; k++)
			assert_true(s->rows[i].media[0].segments[k].ssrcs[0] != 9);
	scene_free(s);
}

static void finds_media_by_user_fragment_alone(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	struct sdp_seen *o = scene_sdp(s, "0.0.0.0:9", PROFILE_DTLS_SAVPF);
	struct sdp_seen *n = scene_sdp(s, "0.0.0.0:9", PROFILE_DTLS_SAVPF);

	scene_line(o, 0)->ufrag = SLICE("left");
	scene_line(n, 0)->ufrag = SLICE("right");
	scene_fingerprint(s, scene_line(o, 0));
	scene_fingerprint(s, scene_line(n, 0));
	scene_call(s, o, n);
	scene_stun(s, "10.0.0.1:7000", "10.0.0.2:7001", 1, "left");
	scene_talk(s, (struct scene_media){ 2, 32, "10.0.0.1:7000", "10.0.0.2:7001", 1, 0, false, 0,
					    0 });
	scene_bye(s, 32);
	scene_end(s, 200);
	assert_int_equal(s->row_count, 1);
	assert_int_equal(s->rows[0].media[0].keying, KEYING_DTLS);
	assert_int_equal(s->rows[0].media[0].segment_count, 1);
	assert_int_equal(s->rows[0].media[0].segments[0].protection, PROTECTION_NONE_FOUND);
	scene_free(s);
}

static void makes_opaque_rows_with_their_connections(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_tls(s, "10.0.0.1:33000", "10.0.0.9:5061", 0, 40);
	scene_tls(s, "10.0.0.1:33001", "10.8.8.8:443", 0, 40); /* a web page */
	scene_voices(s, 1, 31, false);
	track_tick(s->track, scene_ns(100));
	const struct call *c = scene_row(s, CALL_OPAQUE, 0);
	assert_non_null(c);
	assert_int_equal(c->leg_count, 1);
	assert_true(c->legs[0].encrypted);
	assert_int_equal(c->legs[0].b.port, 5061);
	assert_int_equal(c->media_count, 1);
	assert_int_equal(c->media[0].segment_count, 2);
	assert_true(scene_has(c, FACT_signaling_opaque) && !scene_has(c, FACT_media_unowned));
	scene_end(s, 200);
	assert_int_equal(s->row_count, 1);
	scene_free(s);
}

static void lacks(struct scene *s, const char *src, const char *dst, uint8_t protocol,
		  enum loss_kind kind, uint64_t count)
{
	struct observation o = scene_between(s, OBSERVATION_LOSS, src, dst, 5, 5);

	o.flow = addr_flow_key(scene_endpoint(src), scene_endpoint(dst), protocol);
	o.as.loss = (struct loss_seen){ kind, count };
	track_observe(s->track, &o);
}

/* OBS-003 and OBS-004, where signaling could not be read. */
static void opaque_rows_tell_what_the_capture_lacks(void **state)
{
	(void)state;
	for (int hurt = 0; hurt < 2; hurt++) {
		struct scene *s = scene_new();
		scene_tls(s, "10.0.0.1:33000", "10.0.0.9:5061", 0, 40);
		scene_voices(s, 1, 31, false);
		if (hurt) {
			lacks(s, "10.0.0.1:33000", "10.0.0.9:5061", 6, LOSS_TCP_GAP, 2);
			lacks(s, "10.0.0.1:33000", "10.0.0.9:5061", 6, LOSS_SNAPLEN, 3);
			lacks(s, "10.0.0.1:4000", "10.0.0.2:5000", 17, LOSS_SNAPLEN, 4);
		}
		scene_end(s, 200);
		const struct call *c = scene_row(s, CALL_OPAQUE, 0);
		const struct fact *loss = call_fact(c, FACT_loss, NULL);
		const struct fact *cut = call_fact(c, FACT_truncated, NULL);
		assert_true(hurt == (loss != NULL) && hurt == (cut != NULL));
		assert_true(!loss || (loss->value == 2 && loss->leg == 0));
		assert_true(!cut || cut->value == 7);
		scene_free(s);
	}
}

/* SIP without a Call-ID is in no row: the media beside it says so, unless it passed long before. */
static void opaque_rows_tell_of_sip_that_was_cut(void **state)
{
	(void)state;
	static const struct {
		const char *from;
		unsigned start;
		bool told;
	} rows[] = { { "10.0.0.1:5060", 1, true },
		     { "10.0.0.1:5060", 60, true },
		     { "10.0.0.1:5060", 400, false },
		     { "10.0.0.7:5060", 1, false } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene *s = scene_new();
		lacks(s, rows[i].from, "10.0.0.9:5060", 17, LOSS_SIP_CUT, 1);
		for (unsigned t = 40; t < rows[i].start; t += 40)
			track_tick(s->track, scene_ns(t));
		scene_voices(s, rows[i].start, rows[i].start + 30, false);
		scene_end(s, rows[i].start + 80);
		const struct call *c = scene_row(s, CALL_OPAQUE, 0);
		const struct fact *cut = call_fact(c, FACT_signaling_cut, NULL);
		assert_true(scene_has(c, FACT_signaling_opaque));
		assert_true(rows[i].told == (cut != NULL));
		scene_free(s);
	}
}

static void finds_the_connections_of_media_that_ends_with_the_capture(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_tls(s, "10.0.0.1:33000", "10.0.0.9:5061", 0, 40);
	scene_voices(s, 1, 31, false);
	scene_end(s, 40);
	assert_int_equal(s->row_count, 1);
	assert_int_equal(s->rows[0].leg_count, 1);
	assert_int_equal(s->rows[0].media_count, 1);
	scene_free(s);
}

static void makes_no_call_of_a_web_connection(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_tls(s, "10.0.0.1:33001", "10.8.8.8:443", 0, 40);
	scene_tls(s, "10.0.0.1:33002", "10.0.0.9:5061", 0, 40);
	scene_end(s, 400);
	assert_int_equal(s->row_count, 1);
	assert_int_equal(s->rows[0].media_count, 0);
	assert_int_equal(s->rows[0].legs[0].b.port, 5061);
	scene_free(s);
}

static void calls_a_clear_multicast_a_page(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_talk(s, (struct scene_media){ 1, 31, "10.0.0.1:4000", "239.1.1.1:5000", 1, 0, true, 0,
					    0 });
	scene_end(s, 100);
	const struct call *c = scene_row(s, CALL_PAGE, 0);
	assert_non_null(c);
	assert_true(scene_has(c, FACT_page_clear) && scene_has(c, FACT_media_clear));
	scene_free(s);
}

static void lists_what_is_too_little_for_a_row(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	const struct unexplained *u;

	scene_talk(s, (struct scene_media){ 1, 1.2, "10.0.0.1:4000", "10.0.0.2:5000", 5, 0, false,
					    0, 0 });
	scene_end(s, 100);
	assert_int_equal(s->row_count, 0);
	assert_int_equal(track_unexplained(s->track, &u), 1);
	assert_int_equal(u[0].ssrc, 5);
	assert_int_equal(u[0].packets, 10);
	scene_free(s);
}

static void evicts_the_oldest_unanswered_first(void **state)
{
	(void)state;
	struct track_options options = track_defaults();
	options.calls = 2;
	options.hold_ns = 0;
	struct scene *s = scene_with(options);

	scene_call(s, NULL, NULL);
	scene_say(s, (struct scene_sip){
			     .at = 2, .src = A, .dst = B, .method = "INVITE", .call_id = "two" });
	scene_say(s, (struct scene_sip){
			     .at = 3, .src = A, .dst = B, .method = "INVITE", .call_id = "three" });
	assert_int_equal(s->row_count, 1);
	assert_int_equal(s->rows[0].kind, CALL_ATTEMPT);
	assert_true(s->rows[0].start_ns == scene_ns(2));
	assert_true(scene_has(&s->rows[0], FACT_budget_spent));
	assert_int_equal(track_counters(s->track)->calls_evicted, 1);
	scene_free(s);
}

/* One request, or a reply to it, of some Call-ID. */
static void try(struct scene *s, double when, const char *call_id, int status)
{
	bool reply = status != 0;

	scene_say(s, (struct scene_sip){ .at = when,
					 .src = reply ? B : A,
					 .dst = reply ? A : B,
					 .method = "INVITE",
					 .status = (uint16_t)status,
					 .call_id = call_id });
}

static void forgets_whom_nobody_replied_to_where_rows_would_be_a_flood(void **state)
{
	(void)state;
	struct track_options options = track_defaults();
	options.calls = 2;
	options.forget_silent = true;
	struct scene *s = scene_with(options);

	try(s, 1, "asked", 0);
	try(s, 2, "rings", 0);
	try(s, 3, "rings", 180);
	try(s, 4, "more", 0);
	try(s, 5, "most", 0);
	assert_int_equal(s->row_count, 0);
	assert_int_equal(track_open(s->track), 2);
	assert_int_equal(track_counters(s->track)->attempts_forgotten, 2);
	assert_int_equal(track_counters(s->track)->calls_evicted, 2);
	scene_end(s, 400);
	assert_int_equal(s->row_count, 2); /* the one that rings, and the last */
	scene_free(s);
}

static void a_dialog_seen_from_one_side_is_not_forgotten(void **state)
{
	(void)state;
	struct track_options options = track_defaults();
	options.calls = 1;
	options.forget_silent = true;
	struct scene *s = scene_with(options);

	try(s, 1, "one", 0);
	scene_say(s, (struct scene_sip){ .at = 2,
					 .src = A,
					 .dst = B,
					 .method = "ACK",
					 .call_id = "one",
					 .to_tag = "t" });
	try(s, 3, "two", 0);
	assert_int_equal(track_counters(s->track)->attempts_forgotten, 0);
	assert_int_equal(s->row_count, 1);
	scene_free(s);
}

static void what_is_over_makes_room_before_what_lasts(void **state)
{
	(void)state;
	struct track_options options = track_defaults();
	options.held = 2;
	options.unanswered_ns = WHEN_SECOND;
	struct scene *s = scene_with(options);

	try(s, 1, "over", 0);
	try(s, 2, "over", 486);
	track_tick(s->track, scene_ns(10)); /* closed, and waits for others of its call */
	assert_int_equal(track_open(s->track), 0);
	assert_int_equal(track_held(s->track), 1);
	try(s, 11, "rings", 0);
	try(s, 11.5, "rings", 180);
	assert_int_equal(s->row_count, 0);
	try(s, 12, "third", 0);
	assert_int_equal(s->row_count, 1);
	assert_true(s->rows[0].start_ns == scene_ns(1));
	assert_true(scene_has(&s->rows[0], FACT_budget_spent));
	assert_int_equal(track_counters(s->track)->rows_early, 1);
	assert_int_equal(track_counters(s->track)->calls_evicted, 0);
	scene_free(s);
}

static void sheds_down_to_nothing_when_asked(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	try(s, 1, "one", 0);
	try(s, 2, "two", 0);
	try(s, 3, "two", 180);
	scene_call(s, NULL, NULL);
	track_shed(s->track, 100);
	assert_int_equal(track_held(s->track), 0);
	assert_int_equal(s->row_count, 3);
	track_shed(s->track, 1);
	scene_free(s);
}

static void in_a_hurry_many_tries_get_no_rows(void **state)
{
	(void)state;
	for (int many = 0; many < 2; many++) {
		struct scene *s = scene_new();
		char id[8];

		for (int i = 0; i < (many ? 1001 : 3); i++) {
			(void)snprintf(id, sizeof id, "%d", i);
			try(s, 1, id, 0);
		}
		try(s, 2, "rings", 0);
		try(s, 2, "rings", 180);
		track_hurry(s->track);
		track_end(s->track, scene_ns(3));
		assert_int_equal(s->row_count, many ? 1 : 4);
		assert_int_equal(track_counters(s->track)->attempts_forgotten, many ? 1001 : 0);
		scene_free(s);
	}
}

static void a_peek_tells_what_lasts_and_passes_over_what_nobody_replied_to(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	try(s, 1, "silent", 0);
	scene_call(s, NULL, NULL);
	track_peek(s->track, scene_ns(5));
	assert_int_equal(s->row_count, 1);
	assert_int_equal(s->rows[0].kind, CALL_CALL);
	assert_true(s->rows[0].cut_off);
	scene_free(s);
}

static void survives_a_call_that_spends_its_budget(void **state)
{
	(void)state;
	struct track_options options = track_defaults();
	options.call_budget = 8192;
	struct scene *s = scene_with(options);

	for (unsigned i = 0; i < 300; i++)
		scene_say(s, (struct scene_sip){
				     .at = i * 0.1,
				     .src = A,
				     .dst = B,
				     .method = "INVITE",
				     .cseq = i + 1,
				     .sdp = scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_AVP) });
	scene_end(s, 40);
	assert_int_equal(s->row_count, 1);
	assert_true(scene_has(&s->rows[0], FACT_budget_spent));
	assert_int_equal(track_counters(s->track)->budget_spent, 1);
	scene_free(s);
}

static void makes_a_row_of_fax_that_nobody_announced(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_flow(s, "10.0.0.1:4000", "10.0.0.2:5000", 1, FLOW_UDPTL);
	scene_flow(s, "10.0.0.2:5000", "10.0.0.1:4000", 1, FLOW_UDPTL);
	scene_flow(s, "10.0.0.3:4000", "10.0.0.4:5000", 1, FLOW_UDPTL); /* ten packets: too few */
	scene_end(s, 200);
	assert_int_equal(s->row_count, 1);
	const struct call *c = scene_row(s, CALL_OPAQUE, 0);
	assert_non_null(c);
	assert_int_equal(c->media_count, 1);
	assert_int_equal(c->media[0].kind, MEDIA_IMAGE);
	assert_int_equal(c->media[0].profile, PROFILE_UDPTL);
	assert_int_equal(c->media[0].keying, KEYING_NONE);
	assert_int_equal(call_fact(c, FACT_fax_readable, NULL)->value, 20);
	assert_true(scene_has(c, FACT_signaling_opaque) && !scene_has(c, FACT_media_unowned));
	assert_int_equal(c->element_count, 1);
	assert_true(c->elements[0].media);
	scene_free(s);
}

static void leaves_fax_to_the_call_that_announced_it(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	struct sdp_seen *offer = scene_sdp(s, "10.0.0.1:4000", PROFILE_UDPTL),
			*answer = scene_sdp(s, "10.0.0.2:5000", PROFILE_UDPTL);

	scene_line(offer, 0)->kind = scene_line(answer, 0)->kind = MEDIA_IMAGE;
	scene_call(s, offer, answer);
	scene_flow(s, "10.0.0.1:4000", "10.0.0.2:5000", 2, FLOW_UDPTL);
	scene_flow(s, "10.0.0.2:5000", "10.0.0.1:4000", 2, FLOW_UDPTL);
	scene_bye(s, 20);
	scene_end(s, 200);
	assert_int_equal(s->row_count, 1);
	assert_int_equal(call_fact(&s->rows[0], FACT_fax_readable, NULL)->value, 20);
	scene_free(s);
}

static void blames_no_media_on_sip_of_strangers(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){
			     .src = "10.5.0.1:5060", .dst = "10.5.0.2:5060", .method = "OPTIONS" });
	scene_voices(s, 1, 31, false);
	scene_end(s, 200);
	assert_false(scene_has(scene_row(s, CALL_OPAQUE, 0), FACT_media_unowned));
	scene_free(s);
}

static void names_the_server_of_a_registration(void **state)
{
	static const struct {
		unsigned status;
		enum role role;
	} rows[] = { { 200, ROLE_PROXY },
		     { 401, ROLE_PROXY },
		     { 405, ROLE_UNKNOWN }, /* a phone that was scanned */
		     { 404, ROLE_UNKNOWN } };

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene *s = scene_new();
		scene_say(s, (struct scene_sip){ .src = A, .dst = B, .method = "REGISTER" });
		scene_say(s, (struct scene_sip){ .at = 1,
						 .src = B,
						 .dst = A,
						 .method = "REGISTER",
						 .status = rows[i].status });
		scene_end(s, 2);
		assert_int_equal(s->rows[0].ends[0].role, ROLE_UNKNOWN);
		assert_int_equal(s->rows[0].ends[1].role, rows[i].role);
		assert_int_equal(s->rows[0].ends[1].role_from, ROLE_INFERRED);
		scene_free(s);
	}
}

static void names_the_proxy_between_the_ends_of_a_message(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){ .src = A, .dst = "10.0.0.9:5060", .method = "MESSAGE" });
	scene_say(s, (struct scene_sip){ .at = 1,
					 .src = "10.0.0.9:5060",
					 .dst = B,
					 .method = "MESSAGE",
					 .branch = "z9hG4bK-2",
					 .vias = { "10.0.0.9", "10.0.0.1" } });
	scene_end(s, 2);
	const struct call *c = scene_row(s, CALL_MESSAGE, 0);
	struct addr proxy = scene_endpoint("10.0.0.9:0").addr;
	bool found = false;
	for (unsigned i = 0; i < c->element_count; i++)
		if (addr_eq(&c->elements[i].at.addr, &proxy))
			found = c->elements[i].role == ROLE_PROXY;
	assert_true(found);
	assert_int_equal(c->ends[1].role, ROLE_UNKNOWN);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sees_a_clear_call_whole),
		cmocka_unit_test(closes_a_call_32_s_after_bye_and_not_before),
		cmocka_unit_test(holds_a_closed_call_until_60_s_after_its_end),
		cmocka_unit_test(keeps_an_answered_call_while_media_flows),
		cmocka_unit_test(tells_the_kinds_of_rows_apart),
		cmocka_unit_test(makes_a_call_of_a_lone_bye),
		cmocka_unit_test(gives_late_windows_to_the_call_and_none_to_the_next),
		cmocka_unit_test(gives_a_window_across_two_calls_to_neither),
		cmocka_unit_test(finds_media_by_user_fragment_alone),
		cmocka_unit_test(makes_opaque_rows_with_their_connections),
		cmocka_unit_test(opaque_rows_tell_what_the_capture_lacks),
		cmocka_unit_test(opaque_rows_tell_of_sip_that_was_cut),
		cmocka_unit_test(finds_the_connections_of_media_that_ends_with_the_capture),
		cmocka_unit_test(makes_no_call_of_a_web_connection),
		cmocka_unit_test(calls_a_clear_multicast_a_page),
		cmocka_unit_test(lists_what_is_too_little_for_a_row),
		cmocka_unit_test(evicts_the_oldest_unanswered_first),
		cmocka_unit_test(forgets_whom_nobody_replied_to_where_rows_would_be_a_flood),
		cmocka_unit_test(a_dialog_seen_from_one_side_is_not_forgotten),
		cmocka_unit_test(what_is_over_makes_room_before_what_lasts),
		cmocka_unit_test(sheds_down_to_nothing_when_asked),
		cmocka_unit_test(in_a_hurry_many_tries_get_no_rows),
		cmocka_unit_test(a_peek_tells_what_lasts_and_passes_over_what_nobody_replied_to),
		cmocka_unit_test(survives_a_call_that_spends_its_budget),
		cmocka_unit_test(makes_a_row_of_fax_that_nobody_announced),
		cmocka_unit_test(leaves_fax_to_the_call_that_announced_it),
		cmocka_unit_test(blames_no_media_on_sip_of_strangers),
		cmocka_unit_test(names_the_server_of_a_registration),
		cmocka_unit_test(names_the_proxy_between_the_ends_of_a_message),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
