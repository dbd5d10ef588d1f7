/* test_bind.c - flows to m-lines: late stints, clear starts, early media, reused ports. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/lib/scene.h"

static const char A[] = "10.0.0.1:5060", B[] = "10.0.0.2:5060";
static const char AM[] = "10.0.0.1:4000", BM[] = "10.0.0.2:5000";

static struct scene *open_call(void)
{
	struct scene *s = scene_new();

	scene_call(s, scene_sdp(s, AM, PROFILE_RTP_AVP), scene_sdp(s, BM, PROFILE_RTP_AVP));
	return s;
}

/* Answered at 1 s; clear until `done`, protected after. */
static struct scene *zrtp_call(double start, double done, uint32_t rate)
{
	struct scene *s = open_call();

	scene_zrtp(s, AM, BM, start, done);
	scene_talk(s, (struct scene_media){ start, done, AM, BM, 1, 0, true, 0, rate });
	scene_talk(s, (struct scene_media){ done + 0.1, done + 30, AM, BM, 1, 0, false, 0, 0 });
	scene_bye(s, done + 30);
	scene_end(s, done + 100);
	return s;
}

static void tolerates_a_clear_start_of_one_second_and_fifty_packets(void **state)
{
	static const struct {
		double start, done;
		uint32_t rate;
		bool tolerated;
	} rows[] = { { 1.1, 1.2, 50, true },
		     { 1.1, 2.0, 50, true },
		     { 1.1, 2.1, 50, false },
		     { 1.1, 2.0, 55, true },
		     { 1.1, 2.0, 60, false } };

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene *s = zrtp_call(rows[i].start, rows[i].done, rows[i].rate);
		const struct call *c = &s->rows[0];
		assert_int_equal(c->media[0].keying, KEYING_ZRTP);
		assert_int_equal(scene_has(c, FACT_media_clear_start), rows[i].tolerated);
		assert_int_equal(scene_has(c, FACT_media_clear), !rows[i].tolerated);
		assert_false(scene_has(c, FACT_no_keys));
		scene_free(s);
	}
}

/* All that two points saw of one call; the second's clock is `off` seconds before the first's. */
static struct scene *two_clocks(double off, double done)
{
	struct scene *s = scene_new();
	struct sdp_seen *offer = scene_sdp(s, AM, PROFILE_RTP_AVP);
	struct sdp_seen *answer = scene_sdp(s, BM, PROFILE_RTP_AVP);

	for (unsigned i = 2; i-- > 0;) {
		double at = 10 - (i ? off : 0);
		s->point = (uint16_t)i;
		scene_say(s, (struct scene_sip){ .at = at,
						 .src = A,
						 .dst = B,
						 .method = "INVITE",
						 .hash = 1,
						 .sdp = offer });
		scene_say(s, (struct scene_sip){ .at = at + 1,
						 .src = B,
						 .dst = A,
						 .method = "INVITE",
						 .status = 200,
						 .to_tag = "b",
						 .hash = 2,
						 .sdp = answer });
		scene_zrtp(s, AM, BM, at + 1.1, at + done);
		scene_talk(s,
			   (struct scene_media){ at + 1.1, at + done, AM, BM, 1, 0, true, 0, 0 });
		scene_talk(s, (struct scene_media){ at + done + 0.1, at + 30, AM, BM, 1, 0, false,
						    0, 0 });
	}
	scene_end(s, 100);
	return s;
}

/* Each point goes by the answer that it saw itself. */
static void a_clear_start_is_measured_by_the_clock_that_saw_it(void **state)
{
	static const double offs[] = { 0, 0.3, 2, 5, -0.3, -5 };

	(void)state;
	for (unsigned i = 0; i < sizeof offs / sizeof offs[0]; i++)
		for (unsigned late = 0; late < 2; late++) {
			struct scene *s = two_clocks(offs[i], late ? 2.2 : 1.6);
			unsigned clear = 0, start = 0;
			for (unsigned k = 0; k < s->row_count; k++) {
				clear += scene_count(&s->rows[k], FACT_media_clear);
				start += scene_count(&s->rows[k], FACT_media_clear_start);
			}
			assert_int_equal(clear != 0, late);
			assert_int_equal(start != 0, !late);
			scene_free(s);
		}
}

static void calls_media_clear_when_zrtp_never_completes(void **state)
{
	(void)state;
	struct scene *s = open_call();

	scene_zrtp(s, AM, BM, 1.1, 0);
	scene_voices(s, 1.1, 31, true);
	scene_end(s, 40);
	assert_int_equal(scene_count(&s->rows[0], FACT_media_clear), 2);
	scene_free(s);
}

static void takes_stints_that_come_before_the_offer(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_voices(s, 1, 31, true);
	scene_call(s, scene_sdp(s, AM, PROFILE_RTP_AVP), scene_sdp(s, BM, PROFILE_RTP_AVP));
	scene_bye(s, 31);
	scene_end(s, 200);
	assert_int_equal(s->row_count, 1);
	assert_int_equal(s->rows[0].media[0].segment_count, 2);
	scene_free(s);
}

static void takes_stints_that_come_after_the_bye(void **state)
{
	(void)state;
	struct scene *s = open_call();

	scene_bye(s, 31);
	track_tick(s->track, scene_ns(45));
	scene_voices(s, 1, 31, true);
	track_tick(s->track, scene_ns(100));
	assert_int_equal(s->row_count, 1);
	assert_int_equal(s->rows[0].media[0].segment_count, 2);
	scene_free(s);
}

static void follows_a_source_that_latching_moved(void **state)
{
	(void)state;
	struct scene *s = open_call();

	scene_talk(s, (struct scene_media){ 1, 31, "192.0.2.9:1234", BM, 1, 0, true, 0, 0 });
	scene_talk(s, (struct scene_media){ 1, 31, BM, "192.0.2.9:1234", 2, 0, true, 0, 0 });
	scene_end(s, 40);
	assert_int_equal(s->row_count, 1);
	assert_int_equal(s->rows[0].media[0].segment_count, 2);
	scene_free(s);
}

static void leaves_media_before_the_call_to_nobody(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){ .at = 100,
					 .src = A,
					 .dst = B,
					 .method = "INVITE",
					 .sdp = scene_sdp(s, AM, PROFILE_RTP_AVP) });
	scene_talk(s, (struct scene_media){ 50, 90, AM, BM, 1, 0, true, 0, 0 });
	scene_end(s, 200);
	assert_int_equal(s->row_count, 2);
	const struct call *c = scene_row(s, CALL_OPAQUE, 0);
	assert_non_null(c);
	assert_true(scene_has(c, FACT_media_unowned));
	scene_free(s);
}

static struct scene *early(bool from_caller, bool talk)
{
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){ .src = A,
					 .dst = B,
					 .method = "INVITE",
					 .branch = "z9hG4bKq",
					 .sdp = scene_sdp(s, AM, PROFILE_RTP_AVP) });
	scene_say(s, (struct scene_sip){ .at = 1,
					 .src = B,
					 .dst = A,
					 .method = "INVITE",
					 .status = 183,
					 .branch = "z9hG4bKq",
					 .to_tag = "b",
					 .sdp = scene_sdp(s, BM, PROFILE_RTP_AVP) });
	scene_talk(s, (struct scene_media){ 1, 9, from_caller ? AM : BM, from_caller ? BM : AM, 1,
					    0, true, 0, 0 });
	scene_say(s, (struct scene_sip){ .at = 10,
					 .src = B,
					 .dst = A,
					 .method = "INVITE",
					 .branch = "z9hG4bKq",
					 .status = talk ? 200 : 486,
					 .to_tag = "b" });
	if (talk)
		scene_voices(s, 11, 41, true);
	scene_end(s, 50);
	return s;
}

static void tells_ringback_from_an_open_microphone(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct scene *s = early(i & 1, i & 2);
		const struct call *c = &s->rows[0];
		assert_int_equal(c->epochs[0].type, EPOCH_EARLY);
		assert_int_equal(scene_has(c, FACT_media_early_clear), i == 0);
		assert_int_equal(scene_has(c, FACT_media_microphone_early), i == 1);
		assert_int_equal(scene_count(c, FACT_media_clear), i & 2 ? 2 : 0);
		scene_free(s);
	}
}

static void misses_media_that_was_promised(void **state)
{
	(void)state;
	struct scene *s = open_call();

	scene_bye(s, 31);
	scene_end(s, 100);
	assert_true(scene_has(&s->rows[0], FACT_media_unseen));
	assert_int_equal(call_fact(&s->rows[0], FACT_no_keys, NULL)->grade, 2);
	scene_free(s);
}

static void sees_one_way_media(void **state)
{
	(void)state;
	struct scene *s = open_call();

	scene_talk(s, (struct scene_media){ 1, 31, AM, BM, 1, 0, true, 0, 0 });
	scene_bye(s, 31);
	scene_end(s, 100);
	assert_true(scene_has(&s->rows[0], FACT_media_one_way));
	scene_free(s);
}

static void lets_two_calls_that_announce_the_same_path_both_have_it(void **state)
{
	(void)state;
	struct scene *s = open_call();

	scene_say(s, (struct scene_sip){ .at = 0.5,
					 .src = A,
					 .dst = B,
					 .method = "INVITE",
					 .call_id = "inner",
					 .sdp = scene_sdp(s, AM, PROFILE_RTP_AVP) });
	scene_say(s, (struct scene_sip){ .at = 0.9,
					 .src = B,
					 .dst = A,
					 .method = "INVITE",
					 .call_id = "inner",
					 .status = 200,
					 .to_tag = "x",
					 .sdp = scene_sdp(s, BM, PROFILE_RTP_AVP) });
	scene_voices(s, 1, 31, true);
	scene_end(s, 40);
	assert_int_equal(s->row_count, 2);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(s->rows[i].media[0].segment_count, 2);
	scene_free(s);
}

static void takes_what_rings_for_early_though_no_183_was_seen(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){ .at = 0,
					 .src = A,
					 .dst = B,
					 .method = "INVITE",
					 .sdp = scene_sdp(s, AM, PROFILE_RTP_SAVP) });
	scene_say(s, (struct scene_sip){ .at = 20,
					 .src = B,
					 .dst = A,
					 .method = "INVITE",
					 .status = 200,
					 .to_tag = "b",
					 .sdp = scene_sdp(s, BM, PROFILE_RTP_SAVP) });
	scene_talk(s, (struct scene_media){ 2, 19, BM, AM, 2, 0, true, 0, 0 });
	scene_talk(s, (struct scene_media){ 20, 40, BM, AM, 3, 0, false, 0, 0 });
	scene_end(s, 60);
	const struct call *c = &s->rows[0];
	assert_true(scene_has(c, FACT_media_early_clear));
	assert_false(scene_has(c, FACT_media_clear));
	scene_free(s);
}

static void leaves_a_strangers_stream_after_the_bye_alone(void **state)
{
	(void)state;
	for (unsigned both_ends = 0; both_ends < 2; both_ends++) {
		struct scene *s = open_call();
		const char *from = both_ends ? BM : "192.0.2.77:9000";
		scene_talk(s, (struct scene_media){ 1, 10, BM, AM, 2, 0, false, 0, 0 });
		scene_bye(s, 10);
		scene_talk(s, (struct scene_media){ 15, 30, from, AM, 9, 0, true, 0, 0 });
		scene_end(s, 200);
		const struct call *c = scene_row(s, CALL_CALL, 0);
		assert_int_equal(scene_has(c, FACT_media_clear), both_ends);
		assert_int_equal(scene_row(s, CALL_OPAQUE, 0) != NULL, !both_ends);
		scene_free(s);
	}
}

static void gives_media_to_the_keys_that_were_agreed_then(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	struct sdp_seen *offer = scene_sdp(s, AM, PROFILE_RTP_SAVP),
			*answer = scene_sdp(s, BM, PROFILE_RTP_SAVP);

	scene_crypto(s, scene_line(offer, 0));
	scene_crypto(s, scene_line(answer, 0));
	scene_call(s, scene_sdp(s, AM, PROFILE_RTP_AVP), scene_sdp(s, BM, PROFILE_RTP_AVP));
	scene_say(s, (struct scene_sip){ .at = 10,
					 .src = A,
					 .dst = B,
					 .method = "INVITE",
					 .cseq = 2,
					 .to_tag = "b",
					 .sdp = offer });
	scene_say(s, (struct scene_sip){ .at = 11,
					 .src = B,
					 .dst = A,
					 .method = "INVITE",
					 .cseq = 2,
					 .status = 200,
					 .to_tag = "b",
					 .sdp = answer });
	scene_voices(s, 1.5, 10.5, true);
	scene_voices(s, 11.5, 31.5, false);
	scene_end(s, 40);
	const struct call *c = &s->rows[0];
	assert_int_equal(c->media_count, 2);
	for (unsigned i = 0; i < 2; i++) {
		bool open = c->media[i].keying == KEYING_NONE;
		assert_int_equal(c->media[i].segment_count, 2);
		assert_int_equal(c->media[i].segments[0].protection,
				 open ? PROTECTION_CLEAR : PROTECTION_NONE_FOUND);
	}
	assert_false(scene_has(c, FACT_media_unseen));
	scene_free(s);
}

static void claims_nothing_of_a_few_packets_before_a_later_zrtp(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	/* Joined in the middle: what went before may have had its keys from an exchange not seen.
	 */
	scene_say(s, (struct scene_sip){ .at = 0,
					 .src = A,
					 .dst = B,
					 .method = "INVITE",
					 .cseq = 5,
					 .to_tag = "b",
					 .sdp = scene_sdp(s, AM, PROFILE_RTP_AVP) });
	scene_say(s, (struct scene_sip){ .at = 0.1,
					 .src = B,
					 .dst = A,
					 .method = "INVITE",
					 .cseq = 5,
					 .status = 200,
					 .to_tag = "b",
					 .sdp = scene_sdp(s, BM, PROFILE_RTP_AVP) });
	scene_zrtp(s, AM, BM, 5, 6);
	scene_talk(s, (struct scene_media){ 3, 3.6, AM, BM, 1, 0, false, 0, 0 });
	scene_talk(s, (struct scene_media){ 7, 27, AM, BM, 1, 0, false, 0, 0 });
	scene_end(s, 40);
	assert_false(scene_has(&s->rows[0], FACT_media_clear));
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tolerates_a_clear_start_of_one_second_and_fifty_packets),
		cmocka_unit_test(a_clear_start_is_measured_by_the_clock_that_saw_it),
		cmocka_unit_test(calls_media_clear_when_zrtp_never_completes),
		cmocka_unit_test(takes_stints_that_come_before_the_offer),
		cmocka_unit_test(takes_stints_that_come_after_the_bye),
		cmocka_unit_test(follows_a_source_that_latching_moved),
		cmocka_unit_test(leaves_media_before_the_call_to_nobody),
		cmocka_unit_test(tells_ringback_from_an_open_microphone),
		cmocka_unit_test(misses_media_that_was_promised),
		cmocka_unit_test(sees_one_way_media),
		cmocka_unit_test(lets_two_calls_that_announce_the_same_path_both_have_it),
		cmocka_unit_test(takes_what_rings_for_early_though_no_183_was_seen),
		cmocka_unit_test(leaves_a_strangers_stream_after_the_bye_alone),
		cmocka_unit_test(gives_media_to_the_keys_that_were_agreed_then),
		cmocka_unit_test(claims_nothing_of_a_few_packets_before_a_later_zrtp),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
