/* test_soon.c - the queue of hints: in order, some packets ahead, never stuck. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/observe/soon.h"

static struct flow flows[64];

static void gives_the_flow_four_packets_on(void **state)
{
	struct soon s = { 0 };
	unsigned d = 9;

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		soon_ask(&s, &flows[i], i & 1);
	for (unsigned i = 0; i < 4; i++) {
		assert_ptr_equal(soon_next(&s, &d), &flows[i + 4]);
		assert_int_equal(d, i & 1);
	}
	for (unsigned i = 0; i < 8; i++)
		assert_null(soon_next(&s, &d));
}

static void packets_that_stay_out_do_not_hold_it_up(void **state)
{
	struct soon s = { 0 };
	unsigned d;

	(void)state;
	for (unsigned i = 0; i < 64; i++)
		soon_ask(&s, &flows[i], 0);
	assert_ptr_equal(soon_next(&s, &d), &flows[60]);
	soon_ask(&s, NULL, 0);
	assert_ptr_equal(soon_next(&s, &d), &flows[61]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_flow_four_packets_on),
		cmocka_unit_test(packets_that_stay_out_do_not_hold_it_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
