/* test_memory.c - what was shown before, and what is another now. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "analyzer/base/when.h"
#include "analyzer/watch/memory.h"
#include "reports/jvalue.h"
#include "tests/lib/watching.h"

enum { HOUR = 3600, DAY = 86400 };

static struct watching said;
static struct memory *m;
static unsigned calls;

static void begin_with(struct memory_options o)
{
	o.run = "0123456789abcdef";
	o.give = watching_keep;
	o.ctx = &said;
	m = memory_new(o);
}

static int begin(void **state)
{
	(void)state;
	calls = 0;
	begin_with((struct memory_options){ 0 });
	return 0;
}

static int end(void **state)
{
	(void)state;
	memory_free(m);
	watching_clear(&said);
	return 0;
}

static void take(void *ctx, const struct event *call)
{
	memory_call(ctx, call);
}

static void give(uint64_t s, const char *state, const char *more)
{
	char id[17];
	struct watching_call c = { .id = id, .s = s, .state = state, .more = more };

	(void)snprintf(id, sizeof id, "%016x", ++calls);
	watching_call(&c, take, m);
}

static void shows(uint64_t s, const char *kind, const char *who, unsigned digest)
{
	char more[256];

	(void)snprintf(more, sizeof more,
		       ",\"shown\":[{\"kind\":\"%s\",\"who\":\"%s\",\"digest\":\"%064x\"}]", kind,
		       who, digest);
	give(s, NULL, more);
}

static size_t told(void)
{
	return json_array_size(said.all);
}

static const char *last(const char *key)
{
	return jvalue_str(watching_last(&said, 0), key);
}

static void tells_another_certificate_of_a_server(void **state)
{
	(void)state;
	shows(1, "tls", "10.0.0.1:5061", 1);
	shows(2, "tls", "10.0.0.1:5061", 1);
	shows(3, "tls", "10.0.0.2:5061", 2);
	assert_int_equal(told(), 0);
	shows(4, "tls", "10.0.0.1:5061", 3);
	assert_int_equal(told(), 1);
	assert_string_equal(last("event"), "change");
	assert_string_equal(last("what"), "certificate");
	assert_string_equal(last("kind"), "tls");
	assert_string_equal(last("who"), "10.0.0.1:5061");
	assert_int_equal(last("old")[63], '1');
	assert_int_equal(last("new")[63], '3');
	assert_int_equal(jvalue_int(watching_last(&said, 0), "calls"), 2);
	assert_string_equal(last("call"), "0000000000000004");
	assert_non_null(strstr(last("message"), "10.0.0.1:5061 shows another TLS certificate"));
	shows(5, "tls", "10.0.0.1:5061", 3);
	shows(6, "tls", "10.0.0.1:5061", 1);
	assert_int_equal(told(), 1);
}

static void a_browsers_certificates_are_no_events(void **state)
{
	(void)state;
	for (unsigned i = 1; i < 500; i++)
		shows(i * 600, "dtls", "endpoint-1", i);
	assert_int_equal(told(), 0);
	assert_true(memory_counters(m).fresh > 400);
	assert_int_equal(memory_counters(m).entries, 3); /* and two hosts of the path */
}

static void a_lasting_media_certificate_that_changes_is_one(void **state)
{
	(void)state;
	shows(0, "dtls", "10.0.0.9", 1);
	shows(10, "dtls", "10.0.0.9", 1);
	shows(20, "dtls", "10.0.0.9", 1);
	shows(30, "dtls", "10.0.0.9", 2); /* not yet an hour */
	assert_int_equal(told(), 0);
	shows(HOUR + 1, "dtls", "10.0.0.9", 1);
	shows(HOUR + 2, "dtls", "10.0.0.9", 3);
	assert_int_equal(told(), 1);
	assert_int_equal(last("old")[63], '1');
	assert_string_equal(last("kind"), "dtls");
}

/* A gateway and browsers behind one address. */
static void what_is_mixed_is_told_ever_more_seldom(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4000; i++)
		shows(i * 60, "dtls", "10.0.0.9", i % 2 ? 1 : i + 2);
	assert_in_range(told(), 1, 25);
}

static void tells_another_zid(void **state)
{
	(void)state;
	shows(1, "zid", "endpoint-1", 1);
	shows(2, "zid", "endpoint-1", 2);
	assert_int_equal(told(), 0);
	shows(3, "zid", "endpoint-1", 1);
	shows(4, "zid", "endpoint-1", 3);
	assert_int_equal(told(), 1);
	assert_string_equal(last("what"), "zid");
}

static void names_of_several_hosts_are_not_remembered(void **state)
{
	(void)state;
	shows(1, "tls", "endpoint-more:5061", 1);
	shows(2, "tls", "endpoint-more:5061", 2);
	shows(3, "tls", "", 1);
	shows(4, "other", "10.0.0.1", 1);
	assert_int_equal(told(), 0);
	assert_int_equal(memory_counters(m).entries, 2);
}

static void only_firm_records_are_looked_at(void **state)
{
	(void)state;
	give(1, "provisional",
	     ",\"shown\":[{\"kind\":\"tls\",\"who\":\"10.0.0.1:5061\",\"digest\":\"aa\"}]");
	assert_int_equal(memory_counters(m).entries, 0);
}

#define PATH(box)                                                                                  \
	",\"path\":{\"hosts\":[{\"at\":\"endpoint-1\"},{\"at\":\"10.0.0.1\"}," box                 \
	"{\"at\":\"endpoint-2\"}]}"

static void tells_a_new_box_on_a_known_path_after_learning(void **state)
{
	(void)state;
	give(1, NULL, PATH(""));
	give(2, NULL, PATH("{\"at\":\"10.0.0.2\"},"));
	assert_int_equal(told(), 0);
	give(2 * DAY, NULL, PATH("{\"at\":\"10.0.0.2\"},"));
	assert_int_equal(told(), 0);
	give(2 * DAY + 1, NULL, PATH("{\"at\":\"10.0.0.3\"},"));
	assert_int_equal(told(), 1);
	assert_string_equal(last("what"), "host");
	assert_string_equal(last("who"), "10.0.0.3");
	assert_string_equal(jvalue_at(jvalue_get(watching_last(&said, 0), "between"), 0),
			    "10.0.0.1");
	give(2 * DAY + 2, NULL, PATH("{\"at\":\"10.0.0.3\"},"));
	give(2 * DAY + 3, NULL,
	     ",\"path\":{\"hosts\":[{\"at\":\"endpoint-8\"},{\"at\":\"10.9.0.1\"},{\"at\":"
	     "\"endpoint-9\"}]}");
	assert_int_equal(told(), 1);
}

#define HEARD(who, role)                                                                           \
	",\"within_earshot\":[{\"who\":\"anyone on the link a - b\",\"role\":\"network\"},"        \
	"{\"who\":\"" who "\",\"role\":\"" role "\",\"could\":[\"media\"],\"why\":\"w\"}]"

static void tells_a_new_listener_after_learning(void **state)
{
	(void)state;
	give(1, NULL, HEARD("10.0.5.1", "monitor"));
	give(2 * DAY, NULL, HEARD("10.0.5.1", "monitor"));
	give(2 * DAY, NULL, HEARD("10.0.0.1", "proxy")); /* it is on the path */
	assert_int_equal(told(), 0);
	give(2 * DAY, NULL, HEARD("10.0.5.2", "unknown")); /* where a copy went */
	assert_int_equal(told(), 1);
	assert_string_equal(last("what"), "listener");
	assert_string_equal(last("who"), "10.0.5.2");
	give(2 * DAY, NULL, HEARD("10.0.5.2:9060", "monitor"));
	assert_int_equal(told(), 1);
}

static void again(void)
{
	json_t *saved = memory_save(m), *second;

	memory_free(m);
	begin_with((struct memory_options){ 0 });
	assert_true(memory_load(m, saved));
	second = memory_save(m);
	assert_true(json_equal(saved, second));
	json_decref(saved);
	json_decref(second);
}

static void remembers_after_a_restart(void **state)
{
	(void)state;
	shows(1, "tls", "10.0.0.1:5061", 1);
	shows(2, "tls", "endpoint-1:5061", 1);
	again();
	assert_int_equal(memory_counters(m).entries, 2); /* the proxy and its certificate */
	shows(3, "tls", "10.0.0.1:5061", 2);
	assert_int_equal(told(), 1);
	shows(4, "tls", "endpoint-1:5061", 2); /* another host than the one before */
	assert_int_equal(told(), 1);
	again();
	give(2 * DAY, NULL, PATH("{\"at\":\"10.0.0.3\"},"));
	assert_int_equal(told(), 2);
	give(2 * DAY, NULL, PATH("{\"at\":\"endpoint-77\"},")); /* numbers are learned anew */
	assert_int_equal(told(), 2);
}

static void forgets_the_longest_unseen(void **state)
{
	char who[32];
	(void)state;
	memory_free(m);
	begin_with((struct memory_options){ .room = 10 });
	for (unsigned i = 0; i < 100; i++) {
		(void)snprintf(who, sizeof who, "10.1.0.%u:5061", i);
		shows(i, "tls", who, 1);
		assert_in_range(memory_counters(m).entries, 1, 10);
	}
	assert_int_equal(memory_counters(m).evicted, 92);
	shows(200, "tls", "10.1.0.99:5061", 2);
	shows(201, "tls", "10.1.0.1:5061", 2);
	assert_int_equal(told(), 1);
}

static void reads_what_a_stranger_wrote(void **state)
{
	static const char *const texts[] = {
		"7",
		"{\"memory_version\":9}",
		"{\"memory_version\":1,\"entries\":{}}",
		"{\"memory_version\":1,\"since_ns\":-1,\"entries\":[1,{},{\"kind\":\"tls\"},"
		"{\"kind\":\"tls\",\"who\":\"a b\"},{\"kind\":\"tls\",\"who\":\"endpoint-1\"},"
		"{\"kind\":\"tls\",\"who\":\"x\",\"told\":1e99,\"quiet\":99999999999,\"marks\":"
		"[{\"digest\":\"zz\"},{\"digest\":\"aa\",\"first_ns\":9,\"last_ns\":1,"
		"\"calls\":3},{\"digest\":\"ab\"},{\"digest\":\"ac\"},{\"digest\":\"ad\"},"
		"{\"digest\":\"ae\"}]},{\"kind\":\"host\",\"who\":\"y\",\"marks\":[1]}]}",
	};
	static const bool ours[] = { false, false, true, true };
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		json_t *o = json_loads(texts[i], 0, NULL);
		memory_free(m);
		begin_with((struct memory_options){ 0 });
		assert_int_equal(memory_load(m, o), ours[i]);
		json_decref(o);
	}
	assert_int_equal(memory_counters(m).entries, 2);
	again();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tells_another_certificate_of_a_server),
		TEST(a_browsers_certificates_are_no_events),
		TEST(a_lasting_media_certificate_that_changes_is_one),
		TEST(what_is_mixed_is_told_ever_more_seldom),
		TEST(tells_another_zid),
		TEST(names_of_several_hosts_are_not_remembered),
		TEST(only_firm_records_are_looked_at),
		TEST(tells_a_new_box_on_a_known_path_after_learning),
		TEST(tells_a_new_listener_after_learning),
		TEST(remembers_after_a_restart),
		TEST(forgets_the_longest_unseen),
		TEST(reads_what_a_stranger_wrote),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
