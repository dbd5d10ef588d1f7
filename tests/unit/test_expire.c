/* test_expire.c - timers ring in order, and in the order they were made when times are equal. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/track/expire.h"

static void rings_in_order_of_time(void **state)
{
	(void)state;
	struct expire *e = expire_new();
	struct expire_timer t[200] = { 0 };

	for (unsigned i = 0; i < 200; i++)
		expire_set(e, &t[i], (i * 7919) % 200);
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(expire_next(e, 1000)->due_ns, i);
	assert_null(expire_next(e, 1000));
	expire_free(e);
}

static void stays_silent_before_its_time(void **state)
{
	(void)state;
	struct expire *e = expire_new();
	struct expire_timer t = { 0 };

	expire_set(e, &t, 10);
	assert_null(expire_next(e, 9));
	assert_ptr_equal(expire_next(e, 10), &t);
	expire_free(e);
}

static void keeps_the_order_of_making_at_equal_times(void **state)
{
	(void)state;
	struct expire *e = expire_new();
	struct expire_timer t[50] = { 0 };

	for (unsigned i = 0; i < 50; i++)
		expire_set(e, &t[i], 5);
	for (unsigned i = 0; i < 50; i++)
		assert_ptr_equal(expire_next(e, 5), &t[i]);
	expire_free(e);
}

static void moves_and_drops(void **state)
{
	(void)state;
	struct expire *e = expire_new();
	struct expire_timer t[3] = { 0 };

	for (unsigned i = 0; i < 3; i++)
		expire_set(e, &t[i], 10 + i);
	expire_set(e, &t[2], 1);
	expire_drop(e, &t[0]);
	expire_drop(e, &t[0]);
	assert_int_equal(expire_count(e), 2);
	assert_ptr_equal(expire_next(e, 100), &t[2]);
	assert_ptr_equal(expire_next(e, 100), &t[1]);
	expire_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rings_in_order_of_time),
		cmocka_unit_test(stays_silent_before_its_time),
		cmocka_unit_test(keeps_the_order_of_making_at_equal_times),
		cmocka_unit_test(moves_and_drops),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
