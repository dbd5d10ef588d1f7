/* test_live.c - lists of a call that have room when there is something to hold. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/track/live.h"

static struct addr numbered(uint8_t n)
{
	const uint8_t v4[4] = { 10, 0, 0, n };

	return addr_v4(v4);
}

static bool put(struct live *l, uint8_t n)
{
	struct host_seen *h = live_host_add(l, &l->forwarding);

	if (h)
		*h = (struct host_seen){ .addr = numbered(n), .at = { .frame = n } };
	return h != NULL;
}

static void holds_so_many_hosts_and_finds_each(void **state)
{
	struct live l = { .arena = arena_new(10000) };

	(void)state;
	for (uint8_t i = 1; i <= LIVE_HOSTS + 2; i++)
		assert_int_equal(put(&l, i), i <= LIVE_HOSTS);
	assert_int_equal(l.forwarding.count, LIVE_HOSTS);
	for (uint8_t i = 1; i <= LIVE_HOSTS + 2; i++) {
		struct addr a = numbered(i);
		const struct host_seen *h = live_host(&l.forwarding, &a);
		assert_int_equal(h ? h->at.frame : 0, i <= LIVE_HOSTS ? i : 0);
	}
	assert_false(l.spent);
	arena_free(l.arena);
}

static void a_spent_call_keeps_the_hosts_it_has(void **state)
{
	struct live l = { .arena = arena_new(2 * sizeof(struct host_seen)) };
	struct addr first = numbered(1);

	(void)state;
	assert_true(put(&l, 1));
	assert_true(put(&l, 2));
	assert_false(put(&l, 3));
	assert_true(l.spent);
	assert_int_equal(l.forwarding.count, 2);
	assert_non_null(live_host(&l.forwarding, &first));
	arena_free(l.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_so_many_hosts_and_finds_each),
		cmocka_unit_test(a_spent_call_keeps_the_hosts_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
