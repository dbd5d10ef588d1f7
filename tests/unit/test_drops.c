/* test_drops.c - packets the capture lost concern the calls that lived then, and no others. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/track/drops.h"
#include "tests/lib/scene.h"

static struct scene *s;

static int start(void **state)
{
	(void)state;
	s = scene_new();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	scene_free(s);
	return 0;
}

static const struct fact *dropped(void)
{
	assert_int_equal(s->row_count, 1);
	return call_fact(&s->rows[0], FACT_capture_dropped, NULL);
}

static void lose(uint16_t point, double from, double to, uint64_t packets)
{
	track_lost(s->track, point, scene_ns(from), scene_ns(to), packets);
}

static void loss_while_a_call_lives_is_told_of_it(void **state)
{
	(void)state;
	scene_call(s, NULL, NULL);
	lose(0, 1, 2, 5);
	scene_end(s, 400);
	assert_non_null(dropped());
	assert_int_equal(dropped()->value, 5);
}

static void loss_before_and_after_is_not(void **state)
{
	(void)state;
	lose(0, -9, -1, 9);
	scene_call(s, NULL, NULL);
	lose(0, 500, 501, 9);
	scene_end(s, 400);
	assert_null(dropped());
}

static void loss_at_a_point_that_did_not_see_it_is_not(void **state)
{
	(void)state;
	scene_call(s, NULL, NULL);
	lose(3, 1, 2, 5);
	scene_end(s, 400);
	assert_null(dropped());
}

static void times_beyond_the_cap_are_made_one(void **state)
{
	(void)state;
	struct drops *d = drops_new();

	for (unsigned i = 0; i < DROPS_HELD + 10; i++)
		drops_add(d, 0, (uint64_t)i * 10000000000, (uint64_t)i * 10000000000 + 1, 1);
	assert_int_equal(drops_merged(d), 10);
	drops_free(d);
}

static void loss_second_after_second_is_one_time(void **state)
{
	(void)state;
	struct drops *d = drops_new();

	for (unsigned i = 0; i < 10 * DROPS_HELD; i++)
		drops_add(d, 0, (uint64_t)i * 1000000000, (uint64_t)(i + 1) * 1000000000, 1);
	assert_int_equal(drops_merged(d), 0);
	drops_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)
		TEST(loss_while_a_call_lives_is_told_of_it),
		TEST(loss_before_and_after_is_not),
		TEST(loss_at_a_point_that_did_not_see_it_is_not),
		TEST(times_beyond_the_cap_are_made_one),
		TEST(loss_second_after_second_is_one_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
