/* test_pulse.c - heartbeats, and sight that is lost and back, each told once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/base/when.h"
#include "analyzer/watch/pulse.h"
#include "reports/jvalue.h"
#include "tests/lib/watching.h"

static struct watching said;
static struct pulse *p;
static struct pulse_source sources[2];
static struct pulse_state now;

static int begin(void **state)
{
	(void)state;
	p = pulse_new((struct pulse_options){ .run = "0123456789abcdef",
					      .beat_ns = 60 * WHEN_SECOND,
					      .blind_ns = 100 * WHEN_SECOND,
					      .give = watching_keep,
					      .ctx = &said });
	for (int i = 0; i < 2; i++)
		sources[i] = (struct pulse_source){ .label = i ? "b" : "a",
						    .name = i ? "eth1" : "eth0",
						    .kind = "interface",
						    .up = true,
						    .why = "" };
	now = (struct pulse_state){ .sources = sources, .source_count = 2 };
	return 0;
}

static int end(void **state)
{
	(void)state;
	pulse_free(p);
	watching_clear(&said);
	return 0;
}

/* Each second `packets` more at the first source and one at the other. */
static void run(uint64_t from, uint64_t to, uint64_t packets)
{
	for (uint64_t s = from; s < to; s++) {
		sources[0].packets += packets;
		sources[1].packets++;
		if (packets)
			sources[0].last_ns = watching_ns(s);
		now.clock_ns = now.now_ns = watching_ns(s);
		pulse_tick(p, &now);
	}
}

/* The n-th of the visibility events. */
static const json_t *sight(size_t n)
{
	for (size_t i = 0; i < json_array_size(said.all); i++) {
		const json_t *e = json_array_get(said.all, i);
		if (strcmp(jvalue_str(e, "event"), "visibility") == 0 && n-- == 0)
			return e;
	}
	return NULL;
}

static void beats_once_a_minute(void **state)
{
	(void)state;
	now.calls_judged = 3;
	run(0, 60, 10);
	now.calls_judged = 10;
	now.calls_open = 4;
	sources[0].drops = 0;
	run(60, 121, 10);
	const json_t *e = watching_last(&said, 0);
	assert_int_equal(json_array_size(said.all), 3);
	assert_string_equal(jvalue_str(e, "event"), "heartbeat");
	assert_int_equal(jvalue_int(e, "beat"), 3);
	assert_int_equal(jvalue_int(e, "packets"), 121 * 11);
	assert_int_equal(jvalue_int(e, "packets_since"), 60 * 11);
	assert_int_equal(jvalue_int(e, "calls"), 10);
	assert_int_equal(jvalue_int(e, "calls_since"), 0);
	assert_int_equal(jvalue_int(watching_last(&said, 1), "calls_since"), 7);
	const json_t *first = json_array_get(jvalue_get(e, "sources"), 0);
	assert_int_equal(jvalue_int(first, "packets_since"), 600);
	assert_string_equal(jvalue_str(first, "sight"), "ok");
	assert_true(jvalue_is(first, "up"));
}

static void silence_is_told_once_and_its_end_too(void **state)
{
	(void)state;
	run(0, 10, 5);
	run(10, 500, 0);
	assert_string_equal(jvalue_str(sight(0), "state"), "lost");
	assert_string_equal(jvalue_str(sight(0), "reason"), "blind");
	assert_string_equal(jvalue_str(sight(0), "source"), "a");
	assert_string_equal(jvalue_str(sight(0), "severity"), "medium");
	assert_null(sight(1));
	const json_t *beat = watching_last(&said, 0);
	assert_string_equal(jvalue_str(json_array_get(jvalue_get(beat, "sources"), 0), "sight"),
			    "blind");
	run(500, 510, 5);
	assert_string_equal(jvalue_str(sight(1), "state"), "back");
	assert_true(jvalue_real(sight(1), "lasted_s") > 490 &&
		    jvalue_real(sight(1), "lasted_s") < 492);
	assert_string_equal(jvalue_str(sight(1), "since"), jvalue_str(sight(0), "since"));
	assert_null(sight(2));
}

static void a_source_that_never_gave_anything_is_blind(void **state)
{
	(void)state;
	run(0, 102, 0);
	assert_string_equal(jvalue_str(sight(0), "reason"), "blind");
	assert_true(json_is_null(jvalue_get(sight(0), "since")));
	assert_null(sight(1));
}

static void an_interface_goes_down_and_up(void **state)
{
	(void)state;
	run(0, 10, 5);
	sources[0].up = false;
	sources[0].why = "The interface went down";
	run(10, 300, 0);
	assert_string_equal(jvalue_str(sight(0), "reason"), "down");
	assert_non_null(strstr(jvalue_str(sight(0), "message"), "The interface went down"));
	assert_null(sight(1));
	sources[0].up = true;
	run(300, 310, 5);
	assert_string_equal(jvalue_str(sight(1), "state"), "back");
	assert_string_equal(jvalue_str(sight(1), "reason"), "down");
	assert_null(sight(2));
}

static void drops_are_told_when_they_begin_and_end(void **state)
{
	(void)state;
	run(0, 10, 5);
	for (uint64_t s = 10; s < 40; s++) {
		sources[0].drops += 2;
		run(s, s + 1, 5);
	}
	assert_string_equal(jvalue_str(sight(0), "reason"), "drops");
	assert_int_equal(jvalue_int(sight(0), "drops"), 2);
	assert_null(sight(1));
	run(40, 101, 5);
	assert_string_equal(jvalue_str(sight(1), "state"), "back");
	assert_int_equal(jvalue_int(sight(1), "drops"), 60);
	assert_true(jvalue_real(sight(1), "lasted_s") == 29);
	sources[0].drops += 7;
	run(101, 102, 5);
	assert_int_equal(jvalue_int(sight(2), "drops"), 7);
	assert_null(sight(3));
}

static void a_stream_that_ends_beside_others_is_a_loss(void **state)
{
	(void)state;
	run(0, 10, 5);
	sources[0].over = true;
	sources[0].up = false;
	run(10, 400, 0);
	assert_string_equal(jvalue_str(sight(0), "reason"), "ended");
	sources[1].over = true;
	run(400, 500, 0);
	assert_null(sight(1));
}

static void the_end_of_all_sources_is_the_end_of_the_run(void **state)
{
	(void)state;
	run(0, 10, 5);
	sources[0].over = sources[1].over = true;
	run(10, 400, 0);
	assert_null(sight(0));
}

static void no_two_events_have_one_id(void **state)
{
	json_t *seen = json_object();
	(void)state;
	run(0, 10, 5);
	run(10, 500, 0);
	run(500, 510, 5);
	run(510, 900, 0);
	for (size_t i = 0; i < json_array_size(said.all); i++)
		jvalue_put(seen, jvalue_str(json_array_get(said.all, i), "event_id"), json_true());
	assert_int_equal(json_object_size(seen), json_array_size(said.all));
	json_decref(seen);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(beats_once_a_minute),
		TEST(silence_is_told_once_and_its_end_too),
		TEST(a_source_that_never_gave_anything_is_blind),
		TEST(an_interface_goes_down_and_up),
		TEST(drops_are_told_when_they_begin_and_end),
		TEST(a_stream_that_ends_beside_others_is_a_loss),
		TEST(the_end_of_all_sources_is_the_end_of_the_run),
		TEST(no_two_events_have_one_id),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
