/* test_alike.c - the same packets at two places, or not: segments made by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/base/when.h"
#include "analyzer/track/alike.h"
#include "tests/lib/callmake.h"
#include "tests/lib/printing.h"

static const uint64_t NOON = 1700000000 * WHEN_SECOND;

/* A segment and the prints it points to. */
struct place {
	struct segment s;
	struct print_seen prints[MEDIA_PRINTS];
	uint32_t ssrcs[MEDIA_PRINTS];
};

static void place_at(struct place *at, const char *from, const char *to, struct printing p)
{
	p.zero_ns = p.zero_ns ? p.zero_ns : NOON;
	uint16_t n = printing_list(&p, at->prints);
	uint32_t lost = printing_lost(&p);

	at->s = (struct segment){ .a = callmake_at(from, 4000),
				  .b = callmake_at(to, 5000),
				  .ssrcs = { 7 },
				  .ssrc_count = 1,
				  .packets = p.count - lost,
				  .lost = lost,
				  .protection = PROTECTION_NONE_FOUND,
				  .prints = at->prints,
				  .print_ssrcs = at->ssrcs,
				  .print_count = n };
	at->s.first_ns = p.zero_ns + p.first * (WHEN_SECOND / PRINTING_RATE);
	at->s.last_ns = p.zero_ns + (p.first + p.count - 1) * (WHEN_SECOND / PRINTING_RATE);
	at->s.print_limit = n == MEDIA_PRINTS ? at->prints[n - 1].choice : UINT64_MAX;
	for (unsigned i = 0; i < n; i++)
		at->ssrcs[i] = 7;
}

static struct place x, y;
static uint64_t skew_ns = 2 * WHEN_SECOND;

/* From A to the box, and from the box to B. */
static void two(struct printing here, struct printing there)
{
	place_at(&x, "10.0.0.1", "10.0.0.9", here);
	place_at(&y, "10.0.0.9", "10.0.0.2", there);
}

static enum alike outcome(void)
{
	unsigned equal, back;
	enum alike a = alike_of(&x.s, &y.s, skew_ns, &equal);

	assert_int_equal(alike_of(&y.s, &x.s, skew_ns, &back), a);
	assert_int_equal(equal, back);
	return a;
}

static void all_packets_equal_is_forwarded(void **state)
{
	(void)state;
	unsigned equal;

	two((struct printing){ .cipher = 1, .count = 3000 },
	    (struct printing){ .cipher = 1, .count = 3000 });
	assert_int_equal(outcome(), ALIKE_FORWARDED);
	alike_of(&x.s, &y.s, skew_ns, &equal);
	assert_int_equal(equal, MEDIA_PRINTS);
	assert_false(alike_apart(&x.s, &y.s, skew_ns));
	assert_int_equal(alike_of(&x.s, &y.s, skew_ns, NULL), ALIKE_FORWARDED);
}

static void loss_at_either_place_does_not_count_against_it(void **state)
{
	(void)state;
	for (uint32_t lost = 2; lost <= 10; lost += 4)
		for (uint64_t seed = 1; seed < 20; seed++) {
			two((struct printing){ .cipher = seed, .count = 3000, .lost = lost },
			    (struct printing){ .cipher = seed,
					       .count = 3000,
					       .lost = lost,
					       .lost_seed = 100 + seed });
			assert_true(outcome() >= ALIKE_PART);
			assert_false(alike_apart(&x.s, &y.s, skew_ns));
		}
	two((struct printing){ .cipher = 5, .count = 3000 },
	    (struct printing){ .cipher = 5, .count = 3000, .lost = 2 });
	assert_int_equal(outcome(), ALIKE_FORWARDED);
}

static void what_a_box_changed_of_every_eighth_packet_is_forwarded_in_part(void **state)
{
	(void)state;
	two((struct printing){ .cipher = 1, .count = 3000 },
	    (struct printing){ .cipher = 1, .count = 3000 });
	for (unsigned i = 0; i < y.s.print_count; i += 8)
		y.prints[i].payload++;
	assert_int_equal(outcome(), ALIKE_PART);
}

static void a_few_equal_packets_prove_only_themselves(void **state)
{
	(void)state;
	static const struct {
		uint32_t count;
		enum alike as;
	} few[] = {
		{ 55, ALIKE_FORWARDED }, { 49, ALIKE_PART }, { 3, ALIKE_PART }, { 2, ALIKE_NOT }
	};

	for (unsigned i = 0; i < sizeof few / sizeof *few; i++) {
		two((struct printing){ .cipher = 1, .count = few[i].count },
		    (struct printing){ .cipher = 1, .count = few[i].count });
		assert_int_equal(outcome(), few[i].as);
	}
}

static void a_payload_under_16_octets_may_be_equal_by_chance(void **state)
{
	(void)state;
	struct printing p = { .cipher = 1, .count = 3000, .len = 15 };

	two(p, p);
	assert_int_not_equal(outcome(), ALIKE_FORWARDED);
	assert_int_not_equal(outcome(), ALIKE_PART);
	p.len = 16;
	two(p, p);
	assert_int_equal(outcome(), ALIKE_FORWARDED);
}

static void readable_octets_that_are_equal_are_no_equal_ciphertext(void **state)
{
	(void)state;
	struct printing p = { .cipher = 1, .count = 3000 };
	unsigned equal;

	for (int i = 0; i < 4; i++) {
		two(p, p);
		x.s.protection = i & 1 ? PROTECTION_CLEAR : PROTECTION_NONE_FOUND;
		y.s.protection = i & 2 ? PROTECTION_INSUFFICIENT : PROTECTION_CLEAR;
		assert_int_equal(alike_of(&x.s, &y.s, skew_ns, &equal), ALIKE_PAIRED);
		assert_int_equal(equal, 0);
		assert_false(alike_apart(&x.s, &y.s, skew_ns));
	}
}

/* ---- other octets under the same numbers ------------------------------------------------- */

static void other_octets_under_the_same_numbers_are_paired_and_apart(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 50; seed++) {
		two((struct printing){ .cipher = seed, .count = 3000, .seq = 900, .ts = 77 },
		    (struct printing){ .cipher = ~seed, .count = 3000, .seq = 900, .ts = 77 });
		assert_int_equal(outcome(), ALIKE_PAIRED);
		assert_true(alike_apart(&x.s, &y.s, skew_ns));
	}
}

static void numbers_and_timestamps_may_wrap(void **state)
{
	(void)state;
	struct printing p = { .cipher = 1, .count = 3000, .seq = 65000, .ts = UINT32_MAX - 80000 };
	struct printing q = p;

	q.cipher = 2;
	two(p, q);
	assert_int_equal(outcome(), ALIKE_PAIRED);
	q.seq = 40000;
	two(p, q);
	assert_int_equal(outcome(), ALIKE_NOT);
	q.seq = p.seq;
	q.ts += 480000;
	two(p, q);
	assert_int_equal(outcome(), ALIKE_NOT);
}

/* A tone has few different payloads: only both ends of the run tell that it is one. */
static void a_run_of_packets_is_known_by_both_its_ends(void **state)
{
	static struct window_seen here[2], there[2];

	(void)state;
	two((struct printing){ .cipher = 1, .count = 500 },
	    (struct printing){ .cipher = 2, .count = 500 });
	here[0] = (struct window_seen){ .first_seq = 65530, .last_seq = 200 };
	here[1] = (struct window_seen){ .first_seq = 201, .last_seq = 494 };
	there[0] = (struct window_seen){ .first_seq = 65533, .last_seq = 300 };
	there[1] = (struct window_seen){ .first_seq = 301, .last_seq = 493 };
	assert_false(alike_numbered(&x.s, &y.s, skew_ns)); /* no windows */
	x.s.windows = here;
	y.s.windows = there;
	x.s.window_count = y.s.window_count = 2;
	assert_true(alike_numbered(&x.s, &y.s, skew_ns));
	assert_true(alike_numbered(&y.s, &x.s, skew_ns));
	there[1].last_seq = 480;
	assert_false(alike_numbered(&x.s, &y.s, skew_ns));
	there[1].last_seq = 493;
	there[0].first_seq = 20;
	assert_false(alike_numbered(&x.s, &y.s, skew_ns));
	there[0].first_seq = 65530;
	y.s.ssrcs[0] = 8;
	assert_false(alike_numbered(&x.s, &y.s, skew_ns));
	y.s.ssrcs[0] = 7;
	y.s.ssrc_count = 2;
	assert_false(alike_numbered(&x.s, &y.s, skew_ns));
	y.s.ssrc_count = 1;
	y.s.packets = 49;
	assert_false(alike_numbered(&x.s, &y.s, skew_ns));
	y.s.packets = 500;
	y.s.first_ns += 3 * WHEN_SECOND;
	y.s.last_ns += 3 * WHEN_SECOND;
	assert_false(alike_numbered(&x.s, &y.s, skew_ns));
}

static void another_ssrc_is_another_stream(void **state)
{
	(void)state;
	two((struct printing){ .cipher = 1, .count = 3000 },
	    (struct printing){ .cipher = 2, .count = 3000 });
	y.s.ssrcs[0] = 8;
	for (unsigned i = 0; i < y.s.print_count; i++)
		y.ssrcs[i] = 8;
	assert_int_equal(outcome(), ALIKE_NOT);
	assert_true(alike_apart(&x.s, &y.s, skew_ns));
}

static void clocks_may_differ_by_300_ms(void **state)
{
	(void)state;
	for (uint64_t cipher = 1; cipher < 3; cipher++)
		for (int back = 0; back < 2; back++) {
			two((struct printing){ .cipher = 1, .count = 3000 },
			    (struct printing){ .cipher = cipher,
					       .count = 3000,
					       .zero_ns = back ? NOON - 300 * WHEN_MS
							       : NOON + 300 * WHEN_MS });
			assert_int_equal(outcome(), cipher == 1 ? ALIKE_FORWARDED : ALIKE_PAIRED);
		}
}

static void a_recording_played_again_more_than_2_s_later_is_another_stream(void **state)
{
	(void)state;
	for (uint64_t cipher = 1; cipher < 3; cipher++)
		for (uint64_t s = 3; s < 40; s += 9) {
			two((struct printing){ .cipher = 1, .count = 3000 },
			    (struct printing){ .cipher = cipher,
					       .count = 3000,
					       .zero_ns = NOON + s * WHEN_SECOND });
			assert_int_equal(outcome(), ALIKE_NOT);
		}
}

/* ---- what the boxes hold ------------------------------------------------------------------ */

static void full_boxes_of_different_stretches_are_held_to_what_both_hold(void **state)
{
	(void)state;
	static const struct {
		uint32_t first, count;
		enum alike least;
	} there[] = { { 0, 3000, ALIKE_FORWARDED },
		      { 1500, 3000, ALIKE_PART },
		      { 1000, 500, ALIKE_PART },
		      { 0, 12000, ALIKE_PART } };

	for (unsigned i = 0; i < sizeof there / sizeof *there; i++)
		for (uint64_t seed = 1; seed < 20; seed++) {
			two((struct printing){ .cipher = seed, .count = 3000 },
			    (struct printing){ .cipher = seed,
					       .first = there[i].first,
					       .count = there[i].count });
			assert_true(outcome() >= there[i].least);
			assert_false(alike_apart(&x.s, &y.s, skew_ns));
		}
}

static void places_that_saw_different_times_are_not_held_apart(void **state)
{
	(void)state;
	two((struct printing){ .cipher = 1, .count = 1000 },
	    (struct printing){ .cipher = 1, .first = 2000, .count = 1000 });
	assert_int_equal(outcome(), ALIKE_NOT);
	assert_false(alike_apart(&x.s, &y.s, skew_ns));
	assert_false(alike_together(&x.s, &y.s));
	two((struct printing){ .cipher = 1, .count = 1000 },
	    (struct printing){ .cipher = 1, .first = 940, .count = 1000 });
	assert_true(alike_together(&x.s, &y.s));
	assert_false(alike_apart(&x.s, &y.s, skew_ns));
}

/* Half a minute of speech by clocks six seconds apart: a fifth lies outside what both call theirs.
 */
static void clocks_may_be_as_far_apart_as_the_caller_says(void **state)
{
	(void)state;
	for (unsigned seconds = 1; seconds < 10; seconds += 5) {
		two((struct printing){ .cipher = 1, .count = 1500 },
		    (struct printing){
			    .cipher = 1, .count = 1500, .zero_ns = NOON - seconds * WHEN_SECOND });
		assert_int_equal(outcome() == ALIKE_FORWARDED, seconds == 1);
		skew_ns = 8 * WHEN_SECOND;
		assert_int_equal(outcome(), ALIKE_FORWARDED);
		skew_ns = 2 * WHEN_SECOND;
	}
}

static void places_that_lost_nearly_all_are_not_held_apart(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 100; seed++) {
		two((struct printing){ .cipher = seed, .count = 3000, .lost = 97 },
		    (struct printing){ .cipher = seed, .count = 3000, .lost = 97, .lost_seed = 9 });
		assert_false(alike_apart(&x.s, &y.s, skew_ns));
	}
}

/* ---- where they ran ------------------------------------------------------------------------ */

/* Against packets from 10.0.0.1:4000 to 10.0.0.9:5000. */
static const struct {
	const char *from, *to;
	uint16_t sport, dport;
	bool onward, beside;
} cases[] = {
	{ "10.0.0.1", "10.0.0.9", 4000, 5000, true, false },  /* the same hop again */
	{ "10.0.0.9", "10.0.0.2", 6000, 7000, true, false },  /* relayed */
	{ "10.0.0.8", "10.0.0.9", 4000, 5000, true, false },  /* another sender by NAT */
	{ "10.0.0.1", "10.0.0.9", 4002, 5002, false, true },  /* a second call */
	{ "10.0.0.3", "10.0.0.9", 4000, 5002, false, true },  /* to the same box */
	{ "10.0.0.1", "10.0.0.7", 4002, 5000, false, true },  /* of the same host */
	{ "10.0.0.9", "10.0.0.1", 5000, 4000, false, false }, /* the way back */
};

static void streams_side_by_side_are_told_from_one_passed_on(void **state)
{
	(void)state;
	place_at(&x, "10.0.0.1", "10.0.0.9", (struct printing){ .cipher = 1, .count = 9 });
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		place_at(&y, cases[i].from, cases[i].to,
			 (struct printing){ .cipher = 1, .count = 9 });
		y.s.a.port = cases[i].sport;
		y.s.b.port = cases[i].dport;
		for (int turned = 0; turned < 2; turned++) {
			const struct segment *s = turned ? &y.s : &x.s, *t = turned ? &x.s : &y.s;
			assert_int_equal(alike_onward(s, t), cases[i].onward);
			assert_int_equal(alike_beside(s, t), cases[i].beside);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_packets_equal_is_forwarded),
		cmocka_unit_test(loss_at_either_place_does_not_count_against_it),
		cmocka_unit_test(what_a_box_changed_of_every_eighth_packet_is_forwarded_in_part),
		cmocka_unit_test(a_few_equal_packets_prove_only_themselves),
		cmocka_unit_test(a_payload_under_16_octets_may_be_equal_by_chance),
		cmocka_unit_test(readable_octets_that_are_equal_are_no_equal_ciphertext),
		cmocka_unit_test(other_octets_under_the_same_numbers_are_paired_and_apart),
		cmocka_unit_test(numbers_and_timestamps_may_wrap),
		cmocka_unit_test(a_run_of_packets_is_known_by_both_its_ends),
		cmocka_unit_test(another_ssrc_is_another_stream),
		cmocka_unit_test(clocks_may_differ_by_300_ms),
		cmocka_unit_test(a_recording_played_again_more_than_2_s_later_is_another_stream),
		cmocka_unit_test(full_boxes_of_different_stretches_are_held_to_what_both_hold),
		cmocka_unit_test(places_that_saw_different_times_are_not_held_apart),
		cmocka_unit_test(clocks_may_be_as_far_apart_as_the_caller_says),
		cmocka_unit_test(places_that_lost_nearly_all_are_not_held_apart),
		cmocka_unit_test(streams_side_by_side_are_told_from_one_passed_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
