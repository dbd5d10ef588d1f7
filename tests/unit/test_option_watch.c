/* test_option_watch.c - what is asked of a watch. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/cmd/option_watch.h"

static struct args a;

static int start(void **state)
{
	(void)state;
	memset(&a, 0, sizeof a);
	a.of = ARGS_OF_WATCH;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	args_free(&a);
	return 0;
}

/* NULL: taken. */
static const char *give(const char *name, const char *value)
{
	const struct option *o = option_by_name(slice_of(name));

	assert_non_null(o);
	assert_true(o->of & OPTION_WATCH);
	return o->take(&a, value);
}

static void sources_have_labels(void **state)
{
	(void)state;
	assert_null(give("interface", "eth0"));
	assert_null(give("interface", "trunk=eth1"));
	assert_null(give("follow", "taps=/var/captures"));
	assert_int_equal(a.watch.source_count, 3);
	assert_null(a.watch.sources[0].label);
	assert_string_equal(a.watch.sources[0].where, "eth0");
	assert_string_equal(a.watch.sources[1].label, "trunk");
	assert_string_equal(a.watch.sources[1].where, "eth1");
	assert_int_equal(a.watch.sources[2].kind, FEED_FOLLOW);
	assert_non_null(give("interface", ""));
	assert_non_null(give("interface", "trunk="));
}

static void agents_are_heard_over_both_unless_one_is_named(void **state)
{
	(void)state;
	assert_null(give("hep", "agents=0.0.0.0:9060"));
	assert_null(give("hep", "tcp:[::1]:9061"));
	assert_int_equal(a.watch.source_count, 3);
	assert_int_equal(a.watch.sources[0].kind, FEED_HEP_UDP);
	assert_int_equal(a.watch.sources[1].kind, FEED_HEP_TCP);
	assert_string_equal(a.watch.sources[1].label, "agents");
	assert_string_equal(a.watch.sources[1].where, "0.0.0.0:9060");
	assert_int_equal(a.watch.sources[2].kind, FEED_HEP_TCP);
	assert_string_equal(a.watch.sources[2].where, "[::1]:9061");
	assert_non_null(give("hep", "udp:"));
}

static void there_are_so_many_sources_and_no_more(void **state)
{
	(void)state;
	for (int i = 0; i < WATCH_SOURCES; i++)
		assert_null(give("interface", "eth0"));
	assert_non_null(give("interface", "eth0"));
	assert_non_null(give("hep", "127.0.0.1:9060"));
	assert_int_equal(a.watch.source_count, WATCH_SOURCES);
}

static void sizes_have_units(void **state)
{
	(void)state;
	assert_null(give("memory", "256M"));
	assert_true(a.watch.memory == UINT64_C(256) << 20);
	assert_null(give("memory", "1.5g"));
	assert_true(a.watch.memory == UINT64_C(1536) << 20);
	assert_null(give("buffer", "65536"));
	assert_int_equal(a.watch.buffer, 65536);
	assert_non_null(give("memory", "63M"));
	assert_non_null(give("memory", "-1G"));
	assert_non_null(give("memory", "1Q"));
	assert_non_null(give("memory", "1GB"));
	assert_non_null(give("memory", "nan"));
	assert_non_null(give("buffer", "4G"));
}

static void rotation_is_by_size_or_time(void **state)
{
	(void)state;
	assert_null(give("rotate", "100M"));
	assert_null(give("rotate", "24h"));
	assert_true(a.watch.rotate_bytes == UINT64_C(100) << 20);
	assert_true(a.watch.rotate_ns == 24 * 3600 * WHEN_SECOND);
	assert_non_null(give("rotate", "0h"));
	assert_non_null(give("rotate", "10"));
	assert_non_null(give("rotate", "soon"));
}

static void times_are_numbers(void **state)
{
	(void)state;
	assert_null(give("interim", "0"));
	assert_true(a.watch.interim_given && a.watch.interim_ns == 0);
	assert_null(give("every", "0.5"));
	assert_true(a.watch.every_ns == 30 * WHEN_SECOND);
	assert_non_null(give("every", "0"));
	assert_non_null(give("window", "1e9"));
	assert_non_null(give("heartbeat", "1m"));
	assert_non_null(give("blind", "inf"));
}

static void events_are_a_list(void **state)
{
	(void)state;
	assert_null(give("events", "alert"));
	assert_int_equal(a.watch.events, 1U << EVENT_ALERT);
	assert_null(give("events", "call, visibility"));
	assert_int_equal(a.watch.events, 1U << EVENT_CALL | 1U << EVENT_VISIBILITY);
	assert_non_null(give("events", "calls"));
	assert_non_null(give("events", ""));
	assert_non_null(give("events", "call,,alert"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)
		TEST(sources_have_labels),
		TEST(agents_are_heard_over_both_unless_one_is_named),
		TEST(there_are_so_many_sources_and_no_more),
		TEST(sizes_have_units),
		TEST(rotation_is_by_size_or_time),
		TEST(times_are_numbers),
		TEST(events_are_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
