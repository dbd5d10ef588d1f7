/* test_twice.c - one packet seen twice, and two packets that only look alike. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/wire/twice.h"

enum { HERE = 1, THERE = 2 };

struct scene {
	struct twice *twice;
	uint64_t lost;
	struct ip p;
	uint8_t bytes[1200];
};

static int begin(void **state)
{
	static struct scene s;
	static const uint8_t src[4] = { 192, 0, 2, 1 }, dst[4] = { 192, 0, 2, 2 };

	s = (struct scene){ .bytes = { 0x13, 0xc4, 0x13, 0xc4, 0, 200 } };
	s.twice = twice_new(TWICE_PACKETS, &s.lost);
	s.p = (struct ip){ .src = addr_v4(src),
			   .dst = addr_v4(dst),
			   .payload = { s.bytes, 200 },
			   .len = 200,
			   .id = 77,
			   .version = 4,
			   .proto = 17 };
	*state = &s;
	return 0;
}

static int finish(void **state)
{
	struct scene *s = *state;

	twice_free(s->twice);
	return 0;
}

static bool seen(struct scene *s, uint64_t place, uint64_t ms)
{
	return twice_seen(s->twice, &s->p, 0, place, ms * WHEN_MS);
}

static void knows_the_same_packet_within_a_tenth_of_a_second(void **state)
{
	struct scene *s = *state;

	assert_false(seen(s, HERE, 1000));
	assert_true(seen(s, HERE, 1000));
	assert_true(seen(s, THERE, 1100));
	assert_false(seen(s, THERE, 1101));
	assert_true(seen(s, HERE, 1101));
}

static void ignores_the_checksum_and_nothing_else(void **state)
{
	struct scene *s = *state;
	static const struct {
		uint8_t proto;
		size_t at;
		bool same;
	} cases[] = {
		{ 17, 6, true },    { 17, 7, true },  { 17, 5, false },	 { 17, 8, false },
		{ 17, 199, false }, { 6, 16, true },  { 6, 17, true },	 { 6, 15, false },
		{ 6, 18, false },   { 132, 8, true }, { 132, 11, true }, { 132, 12, false },
		{ 136, 6, true },   { 47, 6, false },
	};
	for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
		size_t at = cases[i / 2].at;
		s->p.proto = cases[i / 2].proto;
		s->p.id = i % 2 ? 0 : 77;
		assert_false(seen(s, HERE, 1000 * (i + 1)));
		s->bytes[at] ^= 0x55;
		assert_int_equal(seen(s, THERE, 1000 * (i + 1)), cases[i / 2].same);
		s->bytes[at] ^= 0x55;
	}
}

static void takes_equal_packets_without_id_at_one_place_for_retransmissions(void **state)
{
	struct scene *s = *state;

	s->p.id = 0;
	assert_false(seen(s, HERE, 1000));
	assert_false(seen(s, HERE, 1020));
	assert_true(seen(s, THERE, 1021));
	assert_false(seen(s, HERE, 2000));
	assert_true(seen(s, THERE, 2000));
}

static enum twice_answer answer(struct scene *s, uint64_t place, uint8_t hops, uint64_t ms)
{
	s->p.hops = hops;
	return twice_seen(s->twice, &s->p, 0, place, ms * WHEN_MS);
}

/* However often it is seen: which packets passed is counted, not how often. */
static void tells_once_that_a_packet_passed_a_router(void **state)
{
	struct scene *s = *state;

	assert_int_equal(answer(s, HERE, 64, 1000), TWICE_NEW);
	assert_int_equal(answer(s, THERE, 64, 1000), TWICE_AGAIN);
	assert_int_equal(answer(s, THERE, 63, 1001), TWICE_ROUTED);
	assert_int_equal(answer(s, THERE, 63, 1001), TWICE_AGAIN);
	assert_int_equal(answer(s, THERE, 62, 1002), TWICE_AGAIN);
	s->p.id = 0; /* nothing but the places tells it from a retransmission */
	assert_int_equal(answer(s, HERE, 64, 1000), TWICE_NEW);
	assert_int_equal(answer(s, HERE, 64, 1000), TWICE_NEW);
	assert_int_equal(answer(s, THERE, 63, 1000), TWICE_ROUTED);
}

static void a_quick_look_says_the_same_of_routers(void **state)
{
	struct scene *s = *state;
	static const uint8_t addresses[8] = { 192, 0, 2, 1, 192, 0, 2, 2 };
	struct twice_udp u = { addresses, { s->bytes, 200 }, 77, 64 };

	assert_int_equal(twice_seen_udp(s->twice, &u, 0, HERE, 1000), TWICE_NEW);
	assert_int_equal(twice_seen_udp(s->twice, &u, 0, THERE, 1000), TWICE_AGAIN);
	u.hops = 63;
	assert_int_equal(twice_seen_udp(s->twice, &u, 0, THERE, 1000), TWICE_ROUTED);
	assert_int_equal(twice_seen_udp(s->twice, &u, 0, THERE, 1000), TWICE_AGAIN);
}

/* The clock of the table goes round once in 2^39 units of 16,384 ns. */
static void knows_young_from_old_where_its_clock_goes_round(void **state)
{
	struct scene *s = *state;
	const uint64_t round = UINT64_C(1) << (39 + 14);

	assert_int_equal(twice_seen(s->twice, &s->p, 0, HERE, round - WHEN_MS), TWICE_NEW);
	assert_int_equal(twice_seen(s->twice, &s->p, 0, THERE, round + WHEN_MS), TWICE_AGAIN);
	assert_int_equal(twice_seen(s->twice, &s->p, 0, THERE, round + 200 * WHEN_MS), TWICE_NEW);
	s->p.id = 78; /* the others would seem young: it is a whole round later */
	assert_int_equal(twice_seen(s->twice, &s->p, 0, THERE, UINT64_MAX - WHEN_MS), TWICE_NEW);
	assert_int_equal(twice_seen(s->twice, &s->p, 0, HERE, UINT64_MAX), TWICE_AGAIN);
}

static void keeps_other_packets_apart(void **state)
{
	struct scene *s = *state;
	struct ip first = s->p;

	assert_false(seen(s, HERE, 1000));
	assert_false(twice_seen(s->twice, &s->p, 1, THERE, 1000 * WHEN_MS));
	s->p.dst.b[15] = 9;
	assert_false(seen(s, THERE, 1000));
	s->p = first;
	s->p.id = 78;
	assert_false(seen(s, THERE, 1000));
	s->p = first;
	s->p.offset = 8;
	s->p.fragment = true;
	assert_false(seen(s, THERE, 1000));
	s->p.more = true;
	assert_false(seen(s, THERE, 1000));
	s->p = first;
	assert_true(seen(s, THERE, 1000));
}

static void takes_a_packet_that_was_cut_shorter_for_another(void **state)
{
	struct scene *s = *state;

	assert_false(seen(s, HERE, 1000));
	for (size_t n = 0; n < 200; n++) {
		s->p.payload.n = n;
		assert_false(seen(s, THERE, 1000 + n));
		assert_true(seen(s, HERE, 1000 + n));
	}
}

static void finds_every_packet_of_a_tenth_of_a_second(void **state)
{
	struct scene *s = *state;

	s->p.payload.n = s->p.len = sizeof s->bytes;
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 5000; i++) {
			s->p.id = 1 + i;
			memcpy(s->bytes + 12, &i, sizeof i);
			assert_int_equal(seen(s, HERE, 1000 + i / 100), round);
		}
	}
	assert_int_equal(s->lost, 0);
}

static void counts_what_it_forgets_too_early(void **state)
{
	struct scene *s = *state;

	for (uint32_t i = 0; i < 20000; i++) {
		memcpy(s->bytes + 12, &i, sizeof i);
		assert_false(seen(s, HERE, 1000));
	}
	assert_true(s->lost > 19000 && s->lost < 20000);
	assert_true(seen(s, HERE, 1000));
}

/* Streams without an id; the key of each table is another, and what is forgotten the same. */
static uint64_t forgotten(struct scene *s, unsigned streams)
{
	struct twice *t = twice_new(1024, &s->lost);

	s->lost = 0;
	s->p.id = 0;
	for (uint32_t i = 0; i < 800; i++) {
		uint32_t rtp[3] = { i / streams, i / streams * 160, i % streams };
		memcpy(s->bytes + 8, rtp, sizeof rtp);
		assert_false(twice_seen(t, &s->p, 0, HERE, 1000 * WHEN_MS));
	}
	twice_free(t);
	return s->lost;
}

static void forgets_the_same_in_every_run(void **state)
{
	static const unsigned streams[] = { 1, 2, 40, 800 };

	for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
		uint64_t lost = forgotten(*state, streams[i]);
		/* 800 in 128 sets of eight: by chance about 60 find theirs full. */
		assert_true(lost > 10 && lost < 150);
		for (unsigned k = 0; k < 20; k++)
			assert_int_equal(forgotten(*state, streams[i]), lost);
	}
}

static void survives_time_that_jumps(void **state)
{
	struct scene *s = *state;

	for (uint32_t i = 0; i < 3000; i++) {
		s->p.id = 1 + i;
		assert_false(seen(s, HERE, i % 7 ? 5000 + i : 1000000 + i));
		assert_true(seen(s, HERE, i % 7 ? 5000 + i : 1000000 + i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(knows_the_same_packet_within_a_tenth_of_a_second,
						begin, finish),
		cmocka_unit_test_setup_teardown(ignores_the_checksum_and_nothing_else, begin,
						finish),
		cmocka_unit_test_setup_teardown(
			takes_equal_packets_without_id_at_one_place_for_retransmissions, begin,
			finish),
		cmocka_unit_test_setup_teardown(tells_once_that_a_packet_passed_a_router, begin,
						finish),
		cmocka_unit_test_setup_teardown(a_quick_look_says_the_same_of_routers, begin,
						finish),
		cmocka_unit_test_setup_teardown(knows_young_from_old_where_its_clock_goes_round,
						begin, finish),
		cmocka_unit_test_setup_teardown(keeps_other_packets_apart, begin, finish),
		cmocka_unit_test_setup_teardown(takes_a_packet_that_was_cut_shorter_for_another,
						begin, finish),
		cmocka_unit_test_setup_teardown(finds_every_packet_of_a_tenth_of_a_second, begin,
						finish),
		cmocka_unit_test_setup_teardown(counts_what_it_forgets_too_early, begin, finish),
		cmocka_unit_test_setup_teardown(forgets_the_same_in_every_run, begin, finish),
		cmocka_unit_test_setup_teardown(survives_time_that_jumps, begin, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
