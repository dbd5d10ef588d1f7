/* test_flow.c - the table of flows: one record for both directions, order by last packet. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/observe/flow.h"

static struct flow_key key_of(uint32_t a, uint16_t aport, uint32_t b, uint16_t bport)
{
	const uint8_t x[4] = { (uint8_t)(a >> 24), (uint8_t)(a >> 16), (uint8_t)(a >> 8),
			       (uint8_t)a };
	const uint8_t y[4] = { (uint8_t)(b >> 24), (uint8_t)(b >> 16), (uint8_t)(b >> 8),
			       (uint8_t)b };

	return addr_flow_key((struct endpoint){ addr_v4(x), aport },
			     (struct endpoint){ addr_v4(y), bport }, 17);
}

static struct flow *get(struct flow_table *t, struct flow_key k, uint16_t point,
			unsigned *direction)
{
	bool is_new;

	return flow_get(t, (struct flow_where){ .key = &k, .point = point }, direction, &is_new);
}

static struct flow *find(struct flow_table *t, struct flow_key k)
{
	unsigned d;

	return flow_find(t, (struct flow_where){ .key = &k }, &d);
}

static void finds_one_flow_from_both_directions(void **state)
{
	struct flow_table *t = flow_new(8);
	struct flow_key there = key_of(1, 10, 2, 20), back = addr_reversed(&there);
	unsigned d1, d2;
	struct flow *f = get(t, there, 0, &d1);

	(void)state;
	assert_ptr_equal(get(t, back, 0, &d2), f);
	assert_int_not_equal(d1, d2);
	struct flow_key side = flow_side(f, d1);
	assert_memory_equal(&side, &there, sizeof side);
	assert_int_equal(f->first_direction, d1);
	flow_free(t);
}

static void tells_ports_apart_when_addresses_are_equal(void **state)
{
	struct flow_table *t = flow_new(8);
	struct flow_key there = key_of(7, 10, 7, 20), back = addr_reversed(&there);
	unsigned d1, d2;
	struct flow *f = get(t, there, 0, &d1);

	(void)state;
	assert_ptr_equal(get(t, back, 0, &d2), f);
	assert_int_not_equal(d1, d2);
	flow_free(t);
}

static void keeps_capture_points_and_turn_apart(void **state)
{
	struct flow_table *t = flow_new(8);
	struct flow_key k = key_of(1, 10, 2, 20);
	unsigned d;
	bool is_new;
	struct flow *f = get(t, k, 0, &d), *other = get(t, k, 0x102, &d);
	struct flow *inner =
		flow_get(t, (struct flow_where){ .key = &k, .in_turn = true }, &d, &is_new);

	(void)state;
	assert_true(f != other && f != inner && other != inner);
	assert_int_equal(flow_point(other), 0x102);
	assert_true(flow_in_turn(inner) && !flow_in_turn(f));
	assert_int_equal(flow_count(t), 3);
	flow_free(t);
}

static void goes_from_one_to_the_next_through_all_lists(void **state)
{
	enum { N = 20 };
	struct flow_table *t = flow_new(N);
	unsigned d, n = 0;

	(void)state;
	assert_null(flow_after(t, NULL));
	for (uint16_t i = 1; i <= N; i++)
		flow_touch(t, get(t, key_of(1, i, 2, 2), 0, &d), i * WHEN_SECOND);
	flow_park(t, find(t, key_of(1, 3, 2, 2)));
	flow_park(t, find(t, key_of(1, 9, 2, 2)));
	for (struct flow *f = flow_after(t, NULL); f; f = flow_after(t, f))
		n++;
	assert_int_equal(n, N);
	flow_free(t);
}

static void refuses_beyond_its_cap_until_one_is_dropped(void **state)
{
	struct flow_table *t = flow_new(2);
	unsigned d;

	(void)state;
	flow_touch(t, get(t, key_of(1, 1, 2, 2), 0, &d), 5 * WHEN_SECOND);
	flow_touch(t, get(t, key_of(3, 1, 2, 2), 0, &d), 6 * WHEN_SECOND);
	assert_null(get(t, key_of(4, 1, 2, 2), 0, &d));
	assert_ptr_equal(flow_oldest(t), find(t, key_of(1, 1, 2, 2)));
	flow_drop(t, flow_oldest(t));
	assert_non_null(get(t, key_of(4, 1, 2, 2), 0, &d));
	assert_null(find(t, key_of(1, 1, 2, 2)));
	flow_free(t);
}

static void finds_all_that_remain_after_growth_and_removal(void **state)
{
	enum { N = 6000 };
	struct flow_table *t = flow_new(N);
	unsigned d;

	(void)state;
	for (uint32_t i = 0; i < N; i++)
		assert_non_null(get(t, key_of(i, 1, 99999, 2), 0, &d));
	for (uint32_t i = 0; i < N; i += 3)
		flow_drop(t, find(t, key_of(i, 1, 99999, 2)));
	for (uint32_t i = 0; i < N; i++)
		assert_int_equal(find(t, key_of(i, 1, 99999, 2)) != NULL, i % 3 != 0);
	for (uint32_t i = 0; i < N; i += 3)
		assert_non_null(get(t, key_of(i, 7, 99999, 2), 0, &d));
	assert_int_equal(flow_count(t), N);
	flow_free(t);
}

static void puts_silent_flows_to_sleep_in_order_of_their_last_packet(void **state)
{
	struct flow_table *t = flow_new(8);
	unsigned d;
	struct flow *a = get(t, key_of(1, 1, 2, 2), 0, &d);
	struct flow *b = get(t, key_of(3, 1, 2, 2), 0, &d);

	(void)state;
	flow_touch(t, a, 100 * WHEN_SECOND);
	flow_touch(t, b, 101 * WHEN_SECOND);
	flow_touch(t, a, 102 * WHEN_SECOND);
	flow_clock(t, 115 * WHEN_SECOND);
	assert_null(flow_next_silent(t));
	flow_clock(t, 117 * WHEN_SECOND);
	assert_ptr_equal(flow_next_silent(t), b);
	assert_ptr_equal(flow_next_silent(t), a);
	assert_null(flow_next_silent(t));
	assert_null(flow_next_idle(t));
	flow_clock(t, 161 * WHEN_SECOND);
	assert_ptr_equal(flow_next_idle(t), b);
	flow_free(t);
}

static void a_packet_wakes_a_sleeper(void **state)
{
	struct flow_table *t = flow_new(8);
	unsigned d;
	struct flow *a = get(t, key_of(1, 1, 2, 2), 0, &d);

	(void)state;
	flow_touch(t, a, 100 * WHEN_SECOND);
	flow_clock(t, 120 * WHEN_SECOND);
	assert_ptr_equal(flow_next_silent(t), a);
	assert_true(flow_touch(t, a, 121 * WHEN_SECOND));
	assert_false(flow_touch(t, a, 121 * WHEN_SECOND + 1));
	flow_clock(t, 165 * WHEN_SECOND);
	assert_null(flow_next_idle(t));
	assert_ptr_equal(flow_next_silent(t), a);
	flow_free(t);
}

static void takes_parked_flows_as_oldest_first(void **state)
{
	struct flow_table *t = flow_new(8);
	unsigned d;
	struct flow *a = get(t, key_of(1, 1, 2, 2), 0, &d);
	struct flow *b = get(t, key_of(3, 1, 2, 2), 0, &d);

	(void)state;
	flow_touch(t, a, 100 * WHEN_SECOND);
	flow_clock(t, 170 * WHEN_SECOND);
	flow_touch(t, b, 170 * WHEN_SECOND);
	assert_ptr_equal(flow_next_silent(t), a);
	assert_ptr_equal(flow_next_idle(t), a);
	flow_park(t, a);
	assert_null(flow_next_idle(t));
	assert_ptr_equal(flow_oldest(t), a);
	flow_free(t);
}

static void time_that_runs_backwards_changes_nothing(void **state)
{
	struct flow_table *t = flow_new(8);
	unsigned d;
	struct flow *a = get(t, key_of(1, 1, 2, 2), 0, &d);

	(void)state;
	flow_touch(t, a, 100 * WHEN_SECOND);
	flow_touch(t, a, 50 * WHEN_SECOND);
	assert_int_equal(a->last_ns, 100 * WHEN_SECOND);
	flow_clock(t, 10 * WHEN_SECOND);
	assert_null(flow_next_silent(t));
	flow_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_one_flow_from_both_directions),
		cmocka_unit_test(tells_ports_apart_when_addresses_are_equal),
		cmocka_unit_test(keeps_capture_points_and_turn_apart),
		cmocka_unit_test(goes_from_one_to_the_next_through_all_lists),
		cmocka_unit_test(refuses_beyond_its_cap_until_one_is_dropped),
		cmocka_unit_test(finds_all_that_remain_after_growth_and_removal),
		cmocka_unit_test(puts_silent_flows_to_sleep_in_order_of_their_last_packet),
		cmocka_unit_test(a_packet_wakes_a_sleeper),
		cmocka_unit_test(takes_parked_flows_as_oldest_first),
		cmocka_unit_test(time_that_runs_backwards_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
