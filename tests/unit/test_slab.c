/* test_slab.c - things by number: aligned, apart, reused, bounded. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/observe/slab.h"

enum { SIZE = 128, MANY = 40000 }; /* more than two pages hold */

static void things_stay_where_they_are(void **state)
{
	struct slab s;

	(void)state;
	slab_open(&s, SIZE, UINT32_MAX);
	for (uint32_t i = 1; i <= MANY; i++) {
		assert_int_equal(slab_take(&s), i);
		memset(slab_at(&s, i), (int)(i % 251), SIZE);
	}
	for (uint32_t i = 1; i <= MANY; i++) {
		const uint8_t *p = slab_at(&s, i);
		assert_int_equal((uintptr_t)p % 64, 0);
		assert_int_equal(p[0], i % 251);
		assert_int_equal(p[SIZE - 1], i % 251);
	}
	slab_close(&s);
}

static void the_last_given_back_goes_first(void **state)
{
	struct slab s;

	(void)state;
	slab_open(&s, SIZE, 3);
	for (uint32_t i = 1; i <= 3; i++)
		assert_int_equal(slab_take(&s), i);
	assert_int_equal(slab_take(&s), 0);
	slab_give(&s, 2);
	slab_give(&s, 1);
	assert_int_equal(slab_take(&s), 1);
	assert_int_equal(slab_take(&s), 2);
	assert_int_equal(slab_take(&s), 0);
	slab_close(&s);
}

static void odd_sizes_do_not_overlap(void **state)
{
	struct slab s;
	uint8_t *before = NULL;

	(void)state;
	slab_open(&s, 3000, 2000);
	for (uint32_t i = 1; i <= 2000; i++) {
		uint8_t *p = slab_at(&s, slab_take(&s));
		memset(p, 0xff, 3000);
		p[0] = (uint8_t)i;
		if (before)
			assert_int_equal(before[0], (uint8_t)(i - 1));
		before = p;
	}
	slab_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(things_stay_where_they_are),
		cmocka_unit_test(the_last_given_back_goes_first),
		cmocka_unit_test(odd_sizes_do_not_overlap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
