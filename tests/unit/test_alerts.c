/* test_alerts.c - one alert a problem: opened, worse, lasting, cleared. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "analyzer/base/when.h"
#include "analyzer/watch/alerts.h"
#include "analyzer/watch/numbered.h"
#include "reports/jvalue.h"
#include "tests/lib/watching.h"

enum { HOUR = 3600, DAY = 86400 };

static struct watching said;
static struct alerts *a;
static unsigned calls;

static void begin_with(struct alerts_options o)
{
	o.run = "0123456789abcdef";
	o.give = watching_keep;
	o.ctx = &said;
	a = alerts_new(o);
}

static int begin(void **state)
{
	(void)state;
	calls = 0;
	begin_with((struct alerts_options){ .clean_calls = 3 });
	return 0;
}

static int end(void **state)
{
	(void)state;
	alerts_free(a);
	a = NULL;
	watching_clear(&said);
	return 0;
}

static void take(void *ctx, const struct event *call)
{
	alerts_call(ctx, call);
}

static void give(struct watching_call c)
{
	char id[17];

	(void)snprintf(id, sizeof id, "%016x", ++calls);
	c.id = c.id ? c.id : id;
	watching_call(&c, take, a);
}

static void bad(uint64_t s)
{
	give((struct watching_call){ .s = s, .findings = { { .problem = watching_problem(1) } } });
}

static void clean(uint64_t s)
{
	give((struct watching_call){ .s = s });
}

static const char *last(const char *key)
{
	return jvalue_str(watching_last(&said, 0), key);
}

static json_t *saved_and_started_again(void)
{
	json_t *saved = alerts_save(a), *again;

	alerts_free(a);
	begin_with((struct alerts_options){ .clean_calls = 3 });
	assert_true(alerts_load(a, saved));
	again = alerts_save(a);
	assert_true(json_equal(saved, again));
	json_decref(again);
	return saved;
}

static void ten_thousand_calls_are_one_alert(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10000; i++)
		bad(i);
	json_t *open = alerts_open(a, 10);
	assert_int_equal(json_array_size(said.all), 1);
	assert_string_equal(last("state"), "opened");
	assert_int_equal(jvalue_int(json_array_get(open, 0), "count"), 10000);
	assert_int_equal(alerts_counters(a).open, 1);
	json_decref(open);
}

static void an_alert_says_what_one_needs(void **state)
{
	(void)state;
	give((struct watching_call){
		.s = 5, .failing = "media", .findings = { { .problem = watching_problem(1) } } });
	const json_t *e = watching_last(&said, 0), *at = jvalue_get(e, "evidence");
	assert_string_equal(jvalue_str(e, "event"), "alert");
	assert_string_equal(jvalue_str(e, "problem"), watching_problem(1));
	assert_string_equal(jvalue_str(e, "rule"), "MED-001");
	assert_string_equal(jvalue_str(e, "title"), "Title of MED-001");
	assert_string_equal(jvalue_str(e, "class"), "exposure");
	assert_string_equal(jvalue_str(e, "severity"), "high");
	assert_string_equal(jvalue_str(e, "element"), "10.0.0.1:5060");
	assert_string_equal(jvalue_str(e, "fix"), "Mend it.");
	assert_string_equal(jvalue_str(e, "call"), "0000000000000001");
	assert_string_equal(jvalue_str(at, "input"), "mirror");
	assert_int_equal(jvalue_int(at, "frame"), 12);
	assert_int_equal(jvalue_int(e, "count"), 1);
	assert_string_equal(jvalue_at(jvalue_get(e, "conditions"), 0), "media");
	assert_string_equal(jvalue_str(e, "first_seen"), jvalue_str(e, "time"));
	assert_string_equal(jvalue_str(e, "message"),
			    "opened: Title of MED-001 at 10.0.0.1:5060 (MED-001, high), 1 call");
}

static void only_attack_and_exposure_wake(void **state)
{
	static const char *const quiet[] = { "posture", "hygiene", "visibility", "other" };
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		give((struct watching_call){
			.s = i,
			.findings = { { .problem = watching_problem(i), .cls = quiet[i] } } });
	give((struct watching_call){
		.s = 9, .findings = { { .problem = watching_problem(9), .waived = true } } });
	assert_int_equal(json_array_size(said.all), 0);
	give((struct watching_call){
		.s = 10, .findings = { { .problem = watching_problem(5), .cls = "attack" } } });
	assert_int_equal(json_array_size(said.all), 1);
}

static void a_problem_without_a_name_opens_nothing(void **state)
{
	static const char *const names[] = { "", "1", "0000000000000000000000000000000g",
					     "000000000000000000000000000000001" };
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		give((struct watching_call){ .s = i, .findings = { { .problem = names[i] } } });
	assert_int_equal(json_array_size(said.all), 0);
}

static void posture_of_no_time_is_kept_too(void **state)
{
	(void)state;
	event_give_line(EVENT_CALL,
			SLICE("{\"id\":\"a\",\"findings\":[{\"rule\":\"R\",\"class\":"
			      "\"posture\",\"outcome\":\"violated\",\"problem\":\"p\"},{"
			      "\"class\":\"posture\",\"outcome\":\"violated\"}]}"),
			take, a);
	json_decref(saved_and_started_again());
	assert_int_equal(alerts_counters(a).posture, 1);
}

static void a_consequence_is_folded_into_its_cause(void **state)
{
	(void)state;
	give((struct watching_call){
		.s = 1,
		.findings = { { .problem = watching_problem(1), .rule = "SIG-001" },
			      { .problem = watching_problem(2),
				.rule = "PRIV-001",
				.caused_by = "SIG-001" } } });
	assert_int_equal(json_array_size(said.all), 1);
	assert_string_equal(last("rule"), "SIG-001");
	give((struct watching_call){
		.s = 2,
		.findings = { { .problem = watching_problem(1), .rule = "SIG-001", .waived = true },
			      { .problem = watching_problem(2),
				.rule = "PRIV-001",
				.caused_by = "SIG-001" } } });
	assert_int_equal(json_array_size(said.all), 2);
	assert_string_equal(last("rule"), "PRIV-001");
}

static void provisional_records_open_and_do_not_count(void **state)
{
	struct watching_call c = { .s = 1,
				   .id = "00000000000000aa",
				   .state = "interim",
				   .findings = { { .problem = watching_problem(1) } } };
	(void)state;
	give(c);
	assert_string_equal(last("state"), "opened");
	assert_int_equal(jvalue_int(watching_last(&said, 0), "count"), 0);
	c.state = "provisional";
	give(c);
	c.state = "firm";
	give(c);
	give(c); /* a correction of the same call */
	json_t *open = alerts_open(a, 1);
	assert_int_equal(jvalue_int(json_array_get(open, 0), "count"), 1);
	assert_int_equal(json_array_size(said.all), 1);
	json_decref(open);
}

static void a_call_counts_once_for_all_its_findings(void **state)
{
	(void)state;
	give((struct watching_call){ .s = 1,
				     .findings = { { .problem = watching_problem(1) },
						   { .problem = watching_problem(1) },
						   { .problem = watching_problem(1) } } });
	assert_int_equal(jvalue_int(watching_last(&said, 0), "count"), 1);
	assert_int_equal(json_array_size(said.all), 1);
}

static void gets_worse_by_severity_and_by_condition(void **state)
{
	struct watching_call c = {
		.s = 1, .findings = { { .problem = watching_problem(1), .severity = "medium" } }
	};
	(void)state;
	give(c);
	c.findings[0].severity = "critical";
	give(c);
	assert_string_equal(last("state"), "worse");
	assert_string_equal(last("severity"), "critical");
	c.findings[0].severity = "low";
	give(c);
	assert_int_equal(json_array_size(said.all), 2);
	c.failing = "keys";
	give(c);
	assert_string_equal(last("state"), "worse");
	give(c);
	assert_int_equal(json_array_size(said.all), 3);
	assert_int_equal(alerts_counters(a).worse, 2);
}

static void lasts_and_says_so_once_a_day(void **state)
{
	(void)state;
	for (unsigned h = 0; h <= 50; h++)
		bad(h * HOUR);
	assert_int_equal(json_array_size(said.all), 3);
	assert_string_equal(last("state"), "lasting");
	assert_int_equal(jvalue_int(watching_last(&said, 0), "count"), 49);
}

static void clears_after_clean_calls_over_the_element(void **state)
{
	(void)state;
	bad(1);
	clean(2);
	clean(3);
	bad(4);
	clean(5);
	clean(6);
	assert_int_equal(json_array_size(said.all), 1);
	clean(7);
	assert_string_equal(last("state"), "cleared");
	assert_int_equal(jvalue_int(watching_last(&said, 0), "count"), 2);
	assert_int_equal(alerts_counters(a).open, 0);
	clean(8);
	assert_int_equal(json_array_size(said.all), 2);
}

static void calls_elsewhere_and_unfirm_ones_clear_nothing(void **state)
{
	(void)state;
	bad(1);
	for (unsigned i = 0; i < 10; i++) {
		give((struct watching_call){ .s = 2 + i, .at = "10.0.0.11" });
		give((struct watching_call){ .s = 2 + i, .state = "provisional" });
		give((struct watching_call){
			.s = 2 + i,
			.findings = { { .problem = watching_problem(1), .waived = true } } });
	}
	assert_int_equal(json_array_size(said.all), 1);
	assert_int_equal(alerts_counters(a).open, 1);
}

/* Other telephones' clean calls over a proxy must not clear and open an alert all day. */
static void what_comes_back_asks_for_more_clean_calls(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 5; round++) {
		bad(10);
		for (unsigned i = 0; i < 12; i++)
			clean(11);
	}
	assert_int_equal(watching_count(&said, "state", "opened"), 3);
	assert_int_equal(watching_count(&said, "state", "cleared"), 2);
}

static void opens_anew_after_it_was_cleared(void **state)
{
	(void)state;
	bad(1);
	for (unsigned i = 0; i < 3; i++)
		clean(2);
	bad(100);
	assert_string_equal(last("state"), "opened");
	assert_int_equal(jvalue_int(watching_last(&said, 0), "count"), 1);
	assert_string_equal(last("first_seen"), last("time"));
	assert_string_not_equal(jvalue_str(watching_last(&said, 0), "event_id"),
				jvalue_str(watching_last(&said, 2), "event_id"));
}

static void a_box_is_told_by_its_host_whatever_the_port(void **state)
{
	(void)state;
	give((struct watching_call){ .s = 1,
				     .at = "[2001:db8::1]",
				     .findings = { { .problem = watching_problem(1),
						     .element = "[2001:db8::1]:5060" } } });
	for (unsigned i = 0; i < 3; i++)
		give((struct watching_call){ .s = 2, .at = "2001:db8::1" });
	assert_string_equal(last("state"), "cleared");
}

static void posture_is_summed_once_a_day(void **state)
{
	struct watching_call c = { .s = 1,
				   .findings = { { .problem = watching_problem(1),
						   .rule = "AUTH-004",
						   .cls = "posture",
						   .severity = "medium" },
						 { .problem = watching_problem(2),
						   .rule = "TLS-006",
						   .cls = "hygiene",
						   .weakens = true } } };
	(void)state;
	give(c);
	give(c);
	c.state = "provisional";
	give(c);
	alerts_tick(a, watching_ns(DAY));
	assert_int_equal(json_array_size(said.all), 0);
	alerts_tick(a, watching_ns(DAY + 1));
	const json_t *e = watching_last(&said, 0), *rules = jvalue_get(e, "by_rule");
	assert_string_equal(last("event"), "posture");
	assert_string_equal(last("severity"), "high");
	assert_int_equal(jvalue_int(e, "problem_count"), 2);
	assert_int_equal(jvalue_int(e, "calls"), 2);
	assert_int_equal(json_array_size(rules), 2);
	assert_string_equal(jvalue_str(json_array_get(rules, 1), "rule"), "AUTH-004");
	assert_int_equal(jvalue_int(json_array_get(rules, 1), "calls"), 2);
	assert_int_equal(json_array_size(jvalue_get(e, "worst")), 2);
	alerts_tick(a, watching_ns(3 * DAY));
	assert_int_equal(json_array_size(said.all), 1);
}

static void posture_of_many_shows_the_worst_fifty(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 70; i++)
		give((struct watching_call){
			.s = 1,
			.findings = { { .problem = watching_problem(i),
					.cls = "posture",
					.severity = i == 60 ? "critical" : "low" } } });
	alerts_flush(a, watching_ns(2));
	const json_t *worst = jvalue_get(watching_last(&said, 0), "worst");
	assert_int_equal(json_array_size(worst), 50);
	assert_string_equal(jvalue_str(json_array_get(worst, 0), "problem"), watching_problem(60));
}

static void forgets_the_oldest_cleared_then_the_oldest(void **state)
{
	(void)state;
	alerts_free(a);
	begin_with((struct alerts_options){ .clean_calls = 1, .room = 3 });
	for (unsigned i = 1; i <= 3; i++)
		give((struct watching_call){
			.s = i,
			.at = i == 2 ? "10.0.0.2" : NULL,
			.findings = { { .problem = watching_problem(i),
					.element = i == 2 ? "10.0.0.2" : "" } } });
	give((struct watching_call){ .s = 5, .at = "10.0.0.2" });
	assert_string_equal(last("state"), "cleared");
	give((struct watching_call){
		.s = 6, .findings = { { .problem = watching_problem(4), .element = "" } } });
	assert_int_equal(alerts_counters(a).open, 3);
	assert_int_equal(alerts_counters(a).evicted, 0);
	give((struct watching_call){ .s = 7, .findings = { { .problem = watching_problem(5) } } });
	assert_int_equal(alerts_counters(a).open, 3);
	assert_int_equal(alerts_counters(a).evicted, 1);
}

static void what_was_forgotten_gets_another_id(void **state)
{
	(void)state;
	alerts_free(a);
	begin_with((struct alerts_options){ .room = 1 });
	bad(1);
	give((struct watching_call){ .s = 2, .findings = { { .problem = watching_problem(2) } } });
	bad(3);
	assert_string_equal(jvalue_str(watching_last(&said, 2), "problem"), last("problem"));
	assert_string_not_equal(jvalue_str(watching_last(&said, 2), "event_id"), last("event_id"));
}

static void goes_on_after_a_restart(void **state)
{
	(void)state;
	bad(1);
	give((struct watching_call){
		.s = 2, .findings = { { .problem = watching_problem(7), .cls = "posture" } } });
	json_decref(saved_and_started_again());
	bad(3);
	assert_int_equal(json_array_size(said.all), 1);
	for (unsigned i = 0; i < 3; i++)
		clean(4);
	assert_string_equal(last("state"), "cleared");
	assert_int_equal(jvalue_int(watching_last(&said, 0), "count"), 2);
	json_decref(saved_and_started_again());
	bad(9);
	assert_string_equal(last("state"), "opened");
	assert_int_equal(jvalue_int(watching_last(&said, 0), "ordinal"), 3);
	alerts_flush(a, watching_ns(10));
	assert_int_equal(jvalue_int(watching_last(&said, 0), "problem_count"), 1);
}

/* "endpoint-1" is another telephone after the restart: its calls say nothing of this one. */
static void numbers_of_an_earlier_run_are_not_trusted(void **state)
{
	struct watching_call c = { .s = 1,
				   .findings = { { .problem = watching_problem(1),
						   .element = "endpoint-1:5060" } } };
	(void)state;
	give(c);
	json_decref(saved_and_started_again());
	for (unsigned i = 0; i < 5; i++)
		clean(2);
	assert_int_equal(alerts_counters(a).open, 1);
	give(c);
	for (unsigned i = 0; i < 3; i++)
		clean(2);
	assert_int_equal(alerts_counters(a).open, 0);
}

static void tells_numbers_from_digests(void **state)
{
	(void)state;
	assert_true(numbered_is("endpoint-12:5060"));
	assert_true(numbered_is("anyone on the link host-3 - 10.0.0.1"));
	assert_true(numbered_is("endpoint-more"));
	assert_true(numbered_shared("endpoint-more:5060"));
	assert_false(numbered_is("endpoint-0123456789abcdef:5060"));
	assert_false(numbered_is("10.0.0.1:5060"));
	assert_false(numbered_shared("endpoint-12"));
}

static void reads_what_a_stranger_wrote(void **state)
{
	static const char *const texts[] = {
		"[]",
		"{}",
		"{\"alerts_version\":2,\"alerts\":[]}",
		"{\"alerts_version\":1,\"alerts\":7}",
		"{\"alerts_version\":1,\"alerts\":[1,{},{\"problem\":\"x\"}]}",
		"{\"alerts_version\":1,\"alerts\":[{\"problem\":"
		"\"00000000000000000000000000000001\",\"class\":\"exposure\",\"severity\":"
		"\"high\",\"open\":true,\"level\":99,\"conditions\":[1,\"keys\"],\"count\":-4,"
		"\"ordinal\":9223372036854775807}],\"posture\":{\"rules\":[{}],\"problems\":3}}",
	};
	static const bool ours[] = { false, false, false, true, true, true };
	(void)state;
	for (size_t i = 0; i < 6; i++) {
		json_t *o = json_loads(texts[i], 0, NULL);
		alerts_free(a);
		begin_with((struct alerts_options){ .clean_calls = 3 });
		assert_int_equal(alerts_load(a, o), ours[i]);
		json_decref(o);
	}
	assert_int_equal(alerts_counters(a).open, 1);
	bad(1);
	assert_string_equal(last("state"), "lasting");
	assert_false(alerts_load(a, NULL));
}

static void shows_the_worst_that_are_open(void **state)
{
	static const char *const severities[] = { "low", "critical", "medium", "high" };
	(void)state;
	for (unsigned i = 0; i < 40; i++)
		give((struct watching_call){ .s = i,
					     .findings = { { .problem = watching_problem(i),
							     .element = "",
							     .severity = severities[i % 4] } } });
	json_t *open = alerts_open(a, 12);
	assert_int_equal(json_array_size(open), 12);
	assert_string_equal(jvalue_str(json_array_get(open, 0), "severity"), "critical");
	assert_string_equal(jvalue_str(json_array_get(open, 9), "severity"), "critical");
	assert_string_equal(jvalue_str(json_array_get(open, 10), "severity"), "high");
	assert_string_equal(jvalue_str(json_array_get(open, 10), "problem"), watching_problem(39));
	json_decref(open);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ten_thousand_calls_are_one_alert),
		TEST(an_alert_says_what_one_needs),
		TEST(only_attack_and_exposure_wake),
		TEST(a_problem_without_a_name_opens_nothing),
		TEST(posture_of_no_time_is_kept_too),
		TEST(a_consequence_is_folded_into_its_cause),
		TEST(provisional_records_open_and_do_not_count),
		TEST(a_call_counts_once_for_all_its_findings),
		TEST(gets_worse_by_severity_and_by_condition),
		TEST(lasts_and_says_so_once_a_day),
		TEST(clears_after_clean_calls_over_the_element),
		TEST(calls_elsewhere_and_unfirm_ones_clear_nothing),
		TEST(what_comes_back_asks_for_more_clean_calls),
		TEST(opens_anew_after_it_was_cleared),
		TEST(a_box_is_told_by_its_host_whatever_the_port),
		TEST(posture_is_summed_once_a_day),
		TEST(posture_of_many_shows_the_worst_fifty),
		TEST(forgets_the_oldest_cleared_then_the_oldest),
		TEST(what_was_forgotten_gets_another_id),
		TEST(goes_on_after_a_restart),
		TEST(numbers_of_an_earlier_run_are_not_trusted),
		TEST(tells_numbers_from_digests),
		TEST(reads_what_a_stranger_wrote),
		TEST(shows_the_worst_that_are_open),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
