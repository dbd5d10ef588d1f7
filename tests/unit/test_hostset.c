/* test_hostset.c - addresses of a set: each once, none lost as it grows, the first ones stay. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/track/hostset.h"

enum { CAP = 3000 };

static struct addr numbered(uint32_t n)
{
	const uint8_t v4[4] = { 10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };

	return addr_v4(v4);
}

static void the_first_to_come_stay(void **state)
{
	struct hostset *s = hostset_new(CAP);

	(void)state;
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 2 * CAP; i++) {
			struct addr a = numbered(i);
			assert_int_equal(hostset_add(s, &a), i < CAP);
		}
	for (uint32_t i = 0; i < 2 * CAP; i++) {
		struct addr a = numbered(i);
		assert_int_equal(hostset_has(s, &a), i < CAP);
	}
	hostset_free(s);
}

static void the_address_of_nobody_is_one_like_others(void **state)
{
	struct hostset *s = hostset_new(2);
	struct addr nobody, one = numbered(1), two = numbered(2);

	(void)state;
	memset(&nobody, 0, sizeof nobody);
	assert_false(hostset_has(s, &nobody));
	assert_true(hostset_add(s, &nobody));
	assert_true(hostset_has(s, &nobody));
	assert_false(hostset_has(s, &one));
	assert_true(hostset_add(s, &one));
	assert_true(hostset_add(s, &nobody));
	assert_false(hostset_add(s, &two));
	hostset_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_to_come_stay),
		cmocka_unit_test(the_address_of_nobody_is_one_like_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
