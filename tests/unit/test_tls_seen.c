/* test_tls_seen.c - of a connection with TLS: was it seen on both sides of a router? */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "analyzer/crypto/cert.h"
#include "analyzer/observe/tls_seen.h"

static struct {
	struct tell tell;
	struct stream_room room;
	struct flow flow;
	struct tls_flow *tls;
	unsigned told;
	bool routed;
} t;

static void remember(void *ctx, const struct observation *o)
{
	(void)ctx;
	assert_int_equal(o->kind, OBSERVATION_TLS);
	t.told++;
	t.routed = o->as.tls.routed;
}

static int start(void **state)
{
	(void)state;
	memset(&t, 0, sizeof t);
	t.tell.fn = remember;
	t.tell.certs = cert_cache_new(NULL);
	t.room.tell = &t.tell;
	t.tls = tls_seen_new(&t.tell);
	/* Something of it was read before any of it is seen again. */
	const struct frame frame = { .number = 1, .ts_ns = 1000 };
	const struct payload p = { .frame = &frame };
	(void)tls_seen_read(&t.room, t.tls, &t.flow, 0, &p, p.bytes);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	tls_seen_free(&t.room, t.tls);
	cert_cache_free(t.tell.certs);
	return 0;
}

static void pass_router(uint8_t content, uint8_t message)
{
	const uint8_t bytes[] = { content, 3, 1, 0, 40, message, 0, 0, 36, 3, 3 };

	tls_seen_routed(t.tls, &t.flow, (struct slice){ bytes, sizeof bytes });
}

/* What was told of it last, by now. */
static bool told(void)
{
	tls_seen_tell(&t.tell, &t.flow, t.tls);
	return t.routed;
}

static void both_hellos_behind_a_router_are_news_and_told(void **state)
{
	(void)state;
	pass_router(22, 1);
	assert_true(tls_seen_fresh(t.tls) && t.flow.unsent);
	assert_false(told());
	assert_int_equal(t.told, 1);
	pass_router(22, 1);
	assert_false(tls_seen_fresh(t.tls));
	pass_router(22, 2);
	assert_true(tls_seen_fresh(t.tls));
	assert_true(told());
	assert_int_equal(t.told, 2);
}

static void what_is_no_hello_says_nothing(void **state)
{
	const uint8_t part[] = { 22, 3, 1, 0, 40 };

	(void)state;
	pass_router(22, 1);
	pass_router(22, 11);
	pass_router(23, 2);
	pass_router(23, 1);
	for (size_t n = 0; n <= sizeof part; n++)
		tls_seen_routed(t.tls, &t.flow, (struct slice){ part, n });
	assert_false(told());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_hellos_behind_a_router_are_news_and_told,
						start, stop),
		cmocka_unit_test_setup_teardown(what_is_no_hello_says_nothing, start, stop),
	};
	return cmocka_run_group_tests_name("tls_seen", tests, NULL, NULL);
}
