/* test_compare.c - media and handshakes of a call at several places: passed on, or begun anew. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/lib/scene.h"

static struct inventory *book;
static struct track_options options;

static int start(void **state)
{
	(void)state;
	book = inventory_new();
	options = track_defaults();
	options.inventory = book;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	inventory_free(book);
	return 0;
}

static void assert_endpoint(const char *text)
{
	struct inventory_entry e = { .prefix = INVENTORY_WHOLE,
				     .roles = INVENTORY_ROLE(ROLE_ENDPOINT) };

	assert_true(addr_parse(slice_of(text), &e.at));
	assert_int_equal(inventory_add(book, &e), ERR_OK);
}

/* Alice's point sees her hop, Bob's point his; a relay with the address R lies between. */
static const char A[] = "10.0.0.1:4000", RA[] = "10.0.0.9:6000", RB[] = "10.0.0.9:7000",
		  B[] = "10.0.0.2:5000";

static struct scene *call_through_relay(enum media_profile profile)
{
	struct scene *s = scene_with(options);
	struct sdp_seen *offer = scene_sdp(s, A, profile), *to_b = scene_sdp(s, RB, profile);
	struct sdp_seen *answer = scene_sdp(s, B, profile), *to_a = scene_sdp(s, RA, profile);

	if (profile == PROFILE_RTP_SAVP) {
		scene_key(s, scene_line(offer, 0), 501);
		scene_key(s, scene_line(to_b, 0), 501);
		scene_key(s, scene_line(answer, 0), 502);
		scene_key(s, scene_line(to_a, 0), 502);
	}
	scene_dialog(s, (struct scene_leg){ .src = "10.0.0.1:5060",
					    .dst = "10.0.0.9:5060",
					    .bye = 41,
					    .offer = offer,
					    .answer = to_a });
	s->point = 1;
	scene_dialog(s, (struct scene_leg){ .at = 0.01,
					    .src = "10.0.0.9:5060",
					    .dst = "10.0.0.2:5060",
					    .bye = 41.01,
					    .offer = to_b,
					    .answer = answer });
	return s;
}

static void speech(struct scene *s, uint16_t point, uint64_t cipher, uint32_t ssrc, double from,
		   double to)
{
	s->point = point;
	s->prints.cipher = cipher;
	for (double at = from; at < to; at += 10)
		scene_speech(s, point ? RB : A, point ? B : RA, at, at + 10, ssrc);
}

static const struct call *ended(struct scene *s)
{
	scene_end(s, 400);
	assert_int_equal(s->row_count, 1);
	return &s->rows[0];
}

static unsigned spans(const struct call *c, enum fact_kind kind)
{
	unsigned n = 0;

	for (const struct fact *f = call_fact(c, kind, NULL); f; f = call_fact(c, kind, f))
		n += f->spans;
	return n;
}

/* ---- passed on --------------------------------------------------------------------------- */

static void what_passed_unchanged_is_relayed_and_without_asserted_ends_spans_nothing(void **state)
{
	(void)state;
	struct scene *s = call_through_relay(PROFILE_RTP_SAVP);

	speech(s, 0, 1, 10, 1, 41);
	speech(s, 1, 1, 10, 1, 41);
	const struct call *c = ended(s);
	assert_true(scene_has(c, FACT_media_relayed));
	assert_null(call_fact(c, FACT_media_relayed, NULL)->text);
	assert_int_equal(call_fact(c, FACT_media_relayed, NULL)->grade, 4);
	assert_false(scene_has(c, FACT_media_rekeyed) || scene_has(c, FACT_media_decrypted));
	assert_false(scene_has(c, FACT_media_spanned));
	scene_free(s);
}

static const struct call *behind_a_router(struct scene *s, unsigned percent, double seconds)
{
	s->routed = percent;
	speech(s, 0, 1, 10, 1, 1 + seconds);
	return ended(s);
}

static void one_point_on_both_sides_of_a_router_relays_and_spans_nothing(void **state)
{
	(void)state;
	options.access = 1;
	assert_endpoint("10.0.0.1");
	struct scene *s = call_through_relay(PROFILE_RTP_SAVP);
	const struct call *c = behind_a_router(s, 96, 40);

	const struct fact *f = call_fact(c, FACT_media_routed, NULL);
	assert_non_null(f);
	assert_int_equal(f->grade, 4);
	assert_int_equal(f->value, 2 * 4 * 480);
	assert_false(scene_has(c, FACT_media_relayed) || scene_has(c, FACT_media_spanned));
	assert_false(scene_has(c, FACT_both_sides));
	scene_free(s);
}

static void a_router_that_let_less_through_or_nothing_protected_proves_nothing(void **state)
{
	(void)state;
	struct scene *s = call_through_relay(PROFILE_RTP_SAVP);

	assert_false(scene_has(behind_a_router(s, 94, 40), FACT_media_routed));
	scene_free(s);
	s = call_through_relay(PROFILE_RTP_AVP);
	assert_false(scene_has(behind_a_router(s, 100, 40), FACT_media_routed));
	scene_free(s);
	s = call_through_relay(PROFILE_RTP_SAVP);
	s->routed = 100;
	scene_talk(s, (struct scene_media){ 1, 11, A, RA, 10, 0, true, 0, 0 });
	assert_false(scene_has(ended(s), FACT_media_routed));
	scene_free(s);
	s = call_through_relay(PROFILE_RTP_SAVP);
	s->routed = 100;
	scene_talk(s, (struct scene_media){ 1, 1.9, A, RA, 10, 0, false, 0, 0 });
	assert_false(scene_has(ended(s), FACT_media_routed));
	scene_free(s);
}

static void between_two_asserted_ends_or_access_links_it_spans(void **state)
{
	(void)state;
	for (int access = 0; access < 2; access++) {
		options.access = access ? 3 : 0;
		if (!access) {
			assert_endpoint("10.0.0.1");
			assert_endpoint("10.0.0.2");
		}
		struct scene *s = call_through_relay(PROFILE_RTP_SAVP);
		speech(s, 0, 1, 10, 1, 41);
		speech(s, 1, 1, 10, 1, 41);
		assert_true(spans(ended(s), FACT_media_spanned));
		scene_free(s);
		stop(NULL);
		start(NULL);
	}
}

static void one_asserted_end_or_one_access_link_is_not_two(void **state)
{
	(void)state;
	for (int access = 0; access < 2; access++) {
		options.access = access ? 1 : 0;
		if (!access)
			assert_endpoint("10.0.0.1");
		struct scene *s = call_through_relay(PROFILE_RTP_SAVP);
		speech(s, 0, 1, 10, 1, 41);
		speech(s, 1, 1, 10, 1, 41);
		assert_int_equal(spans(ended(s), FACT_media_spanned), 0);
		scene_free(s);
	}
}

static void one_direction_alone_spans_nothing(void **state)
{
	(void)state;
	options.access = 3;
	struct scene *s = call_through_relay(PROFILE_RTP_SAVP);

	for (uint16_t p = 0; p < 2; p++) {
		s->point = p;
		s->prints.cipher = 1;
		scene_talk(s, (struct scene_media){ 1, 41, p ? RB : A, p ? B : RA, 10, 0, false, 0,
						    0 });
	}
	const struct call *c = ended(s);
	assert_true(scene_has(c, FACT_media_relayed));
	assert_false(scene_has(c, FACT_media_spanned));
	scene_free(s);
}

static void what_was_lost_or_seen_at_one_end_only_is_not_spanned(void **state)
{
	(void)state;
	options.access = 3;
	for (int lost = 0; lost < 2; lost++) {
		struct scene *s = call_through_relay(PROFILE_RTP_SAVP);
		s->prints.lost = lost ? 10 : 0;
		speech(s, 0, 1, 10, 1, 41);
		s->prints.lost_seed = 7;
		speech(s, 1, 1, 10, lost ? 1 : 11, 41);
		const struct call *c = ended(s);
		assert_true(scene_has(c, FACT_media_relayed));
		assert_false(scene_has(c, FACT_media_spanned));
		scene_free(s);
	}
}

static void too_few_packets_are_relayed_in_part(void **state)
{
	(void)state;
	options.access = 3;
	struct scene *s = call_through_relay(PROFILE_RTP_SAVP);

	for (uint16_t p = 0; p < 2; p++) {
		s->point = p;
		s->prints.cipher = 1;
		scene_speech(s, p ? RB : A, p ? B : RA, 2, 2.9, 10);
	}
	const struct call *c = ended(s);
	assert_true(scene_has(c, FACT_media_relayed));
	assert_string_equal(call_fact(c, FACT_media_relayed, NULL)->text, "in part");
	assert_false(scene_has(c, FACT_media_spanned));
	scene_free(s);
}

static void two_streams_of_one_way_are_relayed_whole(void **state)
{
	(void)state;
	struct scene *s = call_through_relay(PROFILE_RTP_SAVP);

	for (uint16_t p = 0; p < 2; p++)
		for (uint32_t ssrc = 10; ssrc < 13; ssrc++) {
			s->point = p;
			s->prints.cipher = ssrc;
			scene_talk(s, (struct scene_media){ 1, 41, p ? RB : A, p ? B : RA, ssrc, 0,
							    false, 0, 0 });
		}
	const struct call *c = ended(s);
	assert_true(scene_has(c, FACT_media_relayed));
	assert_null(call_fact(c, FACT_media_relayed, NULL)->text);
	scene_free(s);
}

static void talk_at_many_points(struct scene *s, uint16_t points)
{
	for (uint16_t p = 0; p < points; p++) {
		s->point = p;
		scene_speech(s, p == 39 ? "10.0.0.77:9000" : A, B, 1, 41, 10);
	}
}

static void more_pieces_than_are_compared_are_not_taken_for_whole(void **state)
{
	(void)state;
	assert_endpoint("10.0.0.1");
	assert_endpoint("10.0.0.2");
	for (uint16_t points = 2; points <= 40; points += 38) {
		struct scene *s = scene_with(options);
		struct sdp_seen *o = scene_sdp(s, A, PROFILE_RTP_SAVP),
				*n = scene_sdp(s, B, PROFILE_RTP_SAVP);
		scene_key(s, scene_line(o, 0), 501);
		scene_key(s, scene_line(n, 0), 502);
		scene_call(s, o, n);
		talk_at_many_points(s, points);
		scene_bye(s, 41);
		scene_end(s, 400);
		const struct call *c = scene_row(s, CALL_CALL, 0);
		assert_int_equal(scene_has(c, FACT_media_spanned), points == 2);
		scene_free(s);
	}
}

/*
 * Seen without its announcement, the first packets may stand in one window with the rest;
 * and those before the first that was seen may have been readable.
 */
static void
media_under_zrtp_spans_nothing_and_is_not_told_when_it_began_before_the_keys(void **state)
{
	(void)state;
	assert_endpoint("10.0.0.1");
	assert_endpoint("10.0.0.2");
	for (int early = 0; early < 2; early++) {
		struct scene *s = scene_with(options);
		scene_zrtp(s, A, B, 0.5, early ? 1.5 : 0.9);
		scene_speech(s, A, B, 1, 21, 10);
		const struct call *c = ended(s);
		assert_int_equal(c->media[0].keying, KEYING_ZRTP);
		assert_int_equal(scene_has(c, FACT_media_spanned), !early);
		assert_int_equal(spans(c, FACT_media_spanned), 0);
		scene_free(s);
	}
}

static void packets_of_a_line_without_keys_are_no_encrypted_ones(void **state)
{
	(void)state;
	options.access = 3;
	assert_endpoint("10.0.0.1");
	assert_endpoint("10.0.0.2");
	struct scene *s = call_through_relay(PROFILE_RTP_AVP);

	speech(s, 0, 1, 10, 1, 41);
	speech(s, 1, 1, 10, 1, 41);
	const struct call *c = ended(s);
	assert_int_equal(c->media[0].segments[0].protection, PROTECTION_NONE_FOUND);
	assert_false(scene_has(c, FACT_media_relayed) || scene_has(c, FACT_media_spanned));
	scene_free(s);
}

/* ---- begun anew ------------------------------------------------------------------------------ */

static void other_octets_under_the_same_numbers_are_rekeyed(void **state)
{
	(void)state;
	struct scene *s = call_through_relay(PROFILE_RTP_SAVP);

	speech(s, 0, 1, 10, 1, 41);
	speech(s, 1, 2, 10, 1, 41);
	const struct call *c = ended(s);
	assert_true(scene_has(c, FACT_media_rekeyed));
	assert_int_equal(call_fact(c, FACT_media_rekeyed, NULL)->grade, 3);
	assert_false(scene_has(c, FACT_media_relayed));
	scene_free(s);
}

static void a_double_encryption_profile_changes_its_outer_layer_by_design(void **state)
{
	(void)state;
	for (uint16_t profile = 7; profile <= 10; profile++) {
		struct scene *s = call_through_relay(PROFILE_DTLS_SAVP);
		for (uint16_t p = 0; p < 2; p++) {
			s->point = p;
			scene_dtls_profile(s, p ? RB : A, p ? B : RA, 1, (uint8_t)(3 + p), profile);
		}
		speech(s, 0, 1, 10, 1, 41);
		speech(s, 1, 2, 10, 1, 41);
		assert_int_equal(scene_has(ended(s), FACT_media_rekeyed), profile < 9);
		scene_free(s);
	}
}

static void places_that_lost_nearly_all_do_not_say_that_it_was_rekeyed(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 30; seed++) {
		struct scene *s = call_through_relay(PROFILE_RTP_SAVP);
		s->prints.lost = 96;
		s->prints.lost_seed = seed;
		speech(s, 0, 1, 10, 1, 41);
		s->prints.lost_seed = 100 * seed;
		speech(s, 1, 1, 10, 1, 41);
		assert_false(scene_has(ended(s), FACT_media_rekeyed));
		scene_free(s);
	}
}

/* Both phones give each stream the SSRC 10 and begin at number 0. */
static void devices_with_one_ssrc_for_both_directions_are_not_rekeyed(void **state)
{
	(void)state;
	for (uint16_t points = 1; points <= 2; points++) {
		struct scene *s = call_through_relay(PROFILE_RTP_SAVP);
		for (uint16_t p = 0; p < points; p++)
			for (int back = 0; back < 2; back++) {
				const char *x = p ? RB : A, *y = p ? B : RA;
				s->point = p;
				s->prints.cipher = 1 + (unsigned)back;
				scene_talk(s,
					   (struct scene_media){ 1, 11, back ? y : x, back ? x : y,
								 10, 0, false, 0, 0 });
			}
		const struct call *c = ended(s);
		assert_false(scene_has(c, FACT_media_rekeyed));
		assert_int_equal(scene_has(c, FACT_media_relayed), points == 2);
		scene_free(s);
	}
}

static void protected_here_and_readable_there_is_decrypted(void **state)
{
	(void)state;
	struct scene *s = call_through_relay(PROFILE_RTP_SAVP);

	speech(s, 0, 1, 10, 1, 11);
	s->point = 1;
	s->prints.cipher = 2;
	scene_talk(s, (struct scene_media){ 1, 11, RB, B, 10, 0, true, 0, 0 });
	const struct call *c = ended(s);
	assert_true(scene_has(c, FACT_media_decrypted));
	assert_false(scene_has(c, FACT_media_rekeyed));
	scene_free(s);
}

static void readable_media_in_which_one_place_found_nothing_is_not_decrypted(void **state)
{
	(void)state;
	for (int keyed = 0; keyed < 2; keyed++) {
		struct scene *s = call_through_relay(keyed ? PROFILE_RTP_SAVP : PROFILE_RTP_AVP);
		speech(s, 0, 1, 10, 1, 11);
		s->point = 1;
		/* The same octets; on a line without keys other octets too. */
		s->prints.cipher = keyed ? 1 : 2;
		scene_talk(s, (struct scene_media){ 1, 11, RB, B, 10, 0, true, 0, 0 });
		assert_false(scene_has(ended(s), FACT_media_decrypted));
		scene_free(s);
	}
}

/* A codec of the same name is the same, whatever its number. */
static void readable_speech_that_left_in_another_codec_is_transcoded(void **state)
{
	(void)state;
	for (uint8_t pt = 0; pt <= 8; pt += 8) {
		struct scene *s = call_through_relay(PROFILE_RTP_AVP);
		s->prints.cipher = 1;
		scene_talk(s, (struct scene_media){ 1, 11, A, RA, 10, 0, true, 0, 0 });
		s->point = 1;
		s->prints.cipher = 2;
		scene_talk(s, (struct scene_media){ 1, 11, RB, B, 10, pt, true, 0, 0 });
		assert_int_equal(scene_has(ended(s), FACT_media_transcoded), pt == 8);
		scene_free(s);
	}
}

/* The box plays to Alice while Bob is on hold, and passes on what both say later. */
static void music_of_the_box_beside_media_passed_on_is_not_rekeyed(void **state)
{
	(void)state;
	struct scene *s = call_through_relay(PROFILE_RTP_SAVP);

	speech(s, 0, 1, 10, 1, 41);
	speech(s, 1, 1, 10, 1, 41);
	s->point = 0;
	s->prints.cipher = 9;
	scene_talk(s, (struct scene_media){ 1, 8, RA, A, 99, 0, false, 0, 0 });
	const struct call *c = ended(s);
	assert_true(scene_has(c, FACT_media_relayed));
	assert_false(scene_has(c, FACT_media_rekeyed));
	scene_free(s);
}

/* ---- exchanges of keys --------------------------------------------------------------------------
 */

static const struct call *shaken(struct scene *s, uint8_t here, uint8_t there)
{
	scene_dtls(s, A, RA, 1, here);
	s->point = 1;
	scene_dtls(s, RB, B, 1, there);
	speech(s, 0, 1, 10, 2, 22);
	speech(s, 1, 1, 10, 2, 22);
	return ended(s);
}

static void one_handshake_at_two_places_is_the_same(void **state)
{
	(void)state;
	for (int asserted = 0; asserted < 2; asserted++) {
		options.access = asserted ? 3 : 0;
		struct scene *s = call_through_relay(PROFILE_DTLS_SAVP);
		s->point = 0;
		const struct call *c = shaken(s, 3, 3);
		assert_true(scene_has(c, FACT_dtls_same));
		assert_int_equal(spans(c, FACT_dtls_same) > 0, asserted);
		scene_free(s);
	}
}

static void another_handshake_at_the_other_place_is_not(void **state)
{
	(void)state;
	options.access = 3;
	struct scene *s = call_through_relay(PROFILE_DTLS_SAVP);

	s->point = 0;
	assert_false(scene_has(shaken(s, 3, 4), FACT_dtls_same));
	scene_free(s);
}

static void a_later_handshake_seen_at_one_place_only_leaves_its_line_open(void **state)
{
	(void)state;
	options.access = 3;
	struct scene *s = call_through_relay(PROFILE_DTLS_SAVP);

	s->point = 0;
	scene_dtls(s, A, RA, 5, 9);
	const struct call *c = shaken(s, 3, 3);
	assert_int_equal(scene_count(c, FACT_dtls_same), 2);
	assert_int_equal(spans(c, FACT_dtls_same), 1);
	for (const struct fact *f = call_fact(c, FACT_dtls_same, NULL); f;
	     f = call_fact(c, FACT_dtls_same, f))
		assert_int_equal(f->spans, c->media[f->media].answerer.port != 6000);
	scene_free(s);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(what_passed_unchanged_is_relayed_and_without_asserted_ends_spans_nothing),
		T(one_point_on_both_sides_of_a_router_relays_and_spans_nothing),
		T(a_router_that_let_less_through_or_nothing_protected_proves_nothing),
		T(between_two_asserted_ends_or_access_links_it_spans),
		T(one_asserted_end_or_one_access_link_is_not_two),
		T(one_direction_alone_spans_nothing),
		T(what_was_lost_or_seen_at_one_end_only_is_not_spanned),
		T(too_few_packets_are_relayed_in_part),
		T(two_streams_of_one_way_are_relayed_whole),
		T(more_pieces_than_are_compared_are_not_taken_for_whole),
		T(media_under_zrtp_spans_nothing_and_is_not_told_when_it_began_before_the_keys),
		T(packets_of_a_line_without_keys_are_no_encrypted_ones),
		T(other_octets_under_the_same_numbers_are_rekeyed),
		T(a_double_encryption_profile_changes_its_outer_layer_by_design),
		T(places_that_lost_nearly_all_do_not_say_that_it_was_rekeyed),
		T(devices_with_one_ssrc_for_both_directions_are_not_rekeyed),
		T(protected_here_and_readable_there_is_decrypted),
		T(readable_speech_that_left_in_another_codec_is_transcoded),
		T(readable_media_in_which_one_place_found_nothing_is_not_decrypted),
		T(music_of_the_box_beside_media_passed_on_is_not_rekeyed),
		T(one_handshake_at_two_places_is_the_same),
		T(another_handshake_at_the_other_place_is_not),
		T(a_later_handshake_seen_at_one_place_only_leaves_its_line_open),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
