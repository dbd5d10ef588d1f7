/* test_metrics.c - events counted, as text for Prometheus and as a page. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "analyzer/base/when.h"
#include "analyzer/watch/metrics.h"
#include "reports/jvalue.h"
#include "tests/lib/watching.h"

static struct metrics *m;

static int begin(void **state)
{
	(void)state;
	m = metrics_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	metrics_free(m);
	return 0;
}

static void take(void *ctx, const struct event *e)
{
	metrics_event(ctx, e);
}

static const struct metrics_source sources[] = {
	{ .label = "mirror",
	  .kind = "interface",
	  .packets = 1000,
	  .bytes = 90000,
	  .kernel_drops = 3,
	  .interface_drops = 2,
	  .queue_drops = 1,
	  .up = true },
	{ .label = "mirror", .kind = "interface", .packets = 5, .outages = 4 },
	{ .label = "<b>\"\\\n", .kind = "hep" },
};
static const struct output_counters outputs[] = {
	{ .name = "tls:siem.example:6514",
	  .given = 9,
	  .sent = 8,
	  .again = 2,
	  .lost = 1,
	  .waiting = 7,
	  .up = true },
	{ .name = "<i>", .why = "<script>alert(1)</script>" },
};
static const char *const limits[] = { "flows" };
static const uint64_t hits[] = { 6 };

static struct metrics_now now(void)
{
	return (struct metrics_now){
		.version = "0.1.0",
		.policy = "baseline",
		.sources = sources,
		.source_count = 3,
		.outputs = outputs,
		.output_count = 2,
		.alerts = { .open = 70, .opened = 71, .worse = 3, .cleared = 1 },
		.memory = { .entries = 12, .evicted = 1 },
		.calls_open = 10,
		.flows_open = 20,
		.resident_bytes = UINT64_C(64) << 20,
		.memory_cap = UINT64_C(512) << 20,
		.started_ns = watching_ns(0),
		.clock_ns = watching_ns(100),
		.newest_ns = watching_ns(98) - 500 * WHEN_MS,
		.limit_names = limits,
		.limit_counts = hits,
		.limit_count = 1
	};
}

static char *text(void)
{
	struct metrics_now n = now();
	struct text t = { 0 };

	metrics_text(m, &n, &t);
	return t.p;
}

static void expect(const char *const *lines)
{
	char *all = text();

	for (; *lines; lines++) {
		char line[256];
		(void)snprintf(line, sizeof line, "\n%s\n", *lines);
		if (!strstr(all, line))
			print_error("%s\nis not in\n%s", *lines, all);
		assert_non_null(strstr(all, line));
	}
	free(all);
}

static void call(const char *id, const char *state, const char *more)
{
	struct watching_call c = { .id = id,
				   .s = 1,
				   .state = state,
				   .failing = "media",
				   .more = more,
				   .findings = { { .problem = watching_problem(1) },
						 { .problem = watching_problem(2) },
						 { .problem = watching_problem(3),
						   .rule = "SIG-001",
						   .waived = true } } };

	watching_call(&c, take, m);
}

static void counts_firm_calls_once(void **state)
{
	(void)state;
	call("a", "interim", NULL);
	call("a", "provisional", NULL);
	call("a", "firm", ",\"changed\":[\"label\"]");
	call("a", "firm", ",\"changed\":[]");
	call("b", "firm", ",\"changed\":false,\"policy_result\":\"not_met\"");
	expect((const char *[]){
		"earshot_calls_total 2", "earshot_label_calls_total{label=\"EXPOSED\"} 2",
		"earshot_label_calls_total{label=\"END-TO-END\"} 0",
		"earshot_label_calls_total{label=\"none\"} 0",
		"earshot_condition_calls_total{condition=\"media\",verdict=\"fail\"} 2",
		"earshot_condition_calls_total{condition=\"keys\",verdict=\"partial\"} 2",
		"earshot_records_total{state=\"interim\"} 1",
		"earshot_records_total{state=\"provisional\"} 1",
		"earshot_records_total{state=\"firm\"} 3", "earshot_corrections_total 1",
		"earshot_findings_total{rule=\"MED-001\",severity=\"high\"} 4",
		"earshot_rule_calls_total{rule=\"MED-001\",severity=\"high\"} 2",
		"earshot_waived_findings_total 2", "earshot_policy_not_met_calls_total 1",
		"earshot_exposed_media_seconds_total 3.000", NULL });
}

static void says_how_it_stands_with_the_rest(void **state)
{
	(void)state;
	expect((const char *[]){
		"earshot_alerts_open 70", "earshot_alerts_total{state=\"opened\"} 71",
		"earshot_source_packets_total{source=\"mirror\"} 1000",
		"earshot_source_packets_total{source=\"mirror#2\"} 5",
		"earshot_source_packets_total{source=\"<b>\\\"\\\\\\\\x0a\"} 0",
		"earshot_source_drops_total{source=\"mirror\",reason=\"kernel\"} 3",
		"earshot_source_drops_total{source=\"mirror\",reason=\"queue\"} 1",
		"earshot_source_up{source=\"mirror#2\"} 0",
		"earshot_output_again_total{output=\"tls:siem.example:6514\"} 2",
		"earshot_output_waiting{output=\"tls:siem.example:6514\"} 7",
		"earshot_limit_hits_total{reason=\"flows\"} 6",
		"earshot_memory_cap_bytes 536870912", "earshot_capture_age_seconds 2.500",
		"earshot_start_time_seconds 1767323045.000",
		"earshot_build_info{version=\"0.1.0\",policy=\"baseline\"} 1", NULL });
}

static void give(enum event_kind kind, const char *json)
{
	assert_true(event_give_line(kind, slice_of(json), take, m));
}

static void counts_changes_and_sight(void **state)
{
	(void)state;
	give(EVENT_CHANGE, "{\"what\":\"certificate\"}");
	give(EVENT_CHANGE, "{\"what\":\"certificate\"}");
	give(EVENT_CHANGE, "{}");
	give(EVENT_VISIBILITY, "{\"state\":\"lost\"}");
	give(EVENT_HEARTBEAT, "{}");
	for (int i = 0; i < 40; i++) {
		char json[64];
		(void)snprintf(json, sizeof json, "{\"what\":\"w%d\"}", i);
		give(EVENT_CHANGE, json);
	}
	expect((const char *[]){ "earshot_changes_total{reason=\"certificate\"} 2",
				 "earshot_visibility_total{state=\"lost\"} 1",
				 "earshot_visibility_total{state=\"back\"} 0",
				 "earshot_heartbeats_total 1", NULL });
	char *all = text();
	assert_null(strstr(all, "w30"));
	free(all);
}

static void rules_without_end_become_other(void **state)
{
	char *all;
	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		char id[16], rule[16];
		(void)snprintf(id, sizeof id, "%u", i);
		(void)snprintf(rule, sizeof rule, "X-%u", i);
		struct watching_call c = { .id = id,
					   .s = 1,
					   .findings = { { .problem = watching_problem(1),
							   .rule = rule } } };
		watching_call(&c, take, m);
	}
	expect((const char *[]){ "earshot_findings_total{rule=\"other\",severity=\"high\"} 976",
				 NULL });
	all = text();
	assert_true(strlen(all) < 200000);
	free(all);
}

/* Twice the same metric or series, and Prometheus refuses the whole text. */
static void no_series_comes_twice(void **state)
{
	json_t *seen = json_object();
	char *all, *rest, *line;
	(void)state;
	call("a", "firm", NULL);
	all = rest = text();
	while ((line = strsep(&rest, "\n"))) {
		char *end = *line == '#' ? strchr(line + 9, ' ') : strrchr(line, ' ');
		if (end)
			*end = '\0';
		assert_false(*line && jvalue_get(seen, line));
		jvalue_put(seen, line, json_true());
	}
	json_decref(seen);
	free(all);
}

static char *page(struct metrics_now n)
{
	struct text t = { 0 };

	metrics_page(m, &n, &t);
	return t.p;
}

static json_t *open_alerts(size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *o = json_object();
		jvalue_put(o, "title", jvalue_text("Voice <readable> & \"more\""));
		jvalue_put(o, "severity", jvalue_text("critical"));
		jvalue_put(o, "element", jvalue_text("<img src=x onerror=alert(1)>"));
		jvalue_push(list, o);
	}
	return list;
}

static void the_page_tells_and_escapes(void **state)
{
	static const char *const told[] = {
		"Voice &lt;readable&gt; &amp; &quot;more&quot;",
		"&lt;img src=x",
		"&lt;script&gt;alert(1)",
		"20 more are open.",
		"<meta http-equiv=\"refresh\" content=\"15\">",
		"default-src 'none'",
		"<td class=\"n bad\">3</td>",
		"EXPOSED",
		"The last packet is of ",
		"64 of 512",
	};
	struct metrics_now n = now();
	json_t *list = open_alerts(60);
	(void)state;
	n.open_alerts = list;
	call("a", "firm", NULL);
	char *all = page(n);
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		if (!strstr(all, told[i]))
			print_error("%s is not in the page\n", told[i]);
		assert_non_null(strstr(all, told[i]));
	}
	assert_null(strstr(all, "<script"));
	assert_null(strstr(all, "<img"));
	json_decref(list);
	free(all);
}

static void the_page_of_nothing_is_a_page(void **state)
{
	struct metrics_now n = { .version = "", .policy = "", .started_ns = 1, .clock_ns = 2 };
	(void)state;
	char *all = page(n);
	assert_non_null(strstr(all, "No packet was seen yet."));
	assert_non_null(strstr(all, "</html>"));
	free(all);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(counts_firm_calls_once),	     TEST(says_how_it_stands_with_the_rest),
		TEST(counts_changes_and_sight),	     TEST(rules_without_end_become_other),
		TEST(no_series_comes_twice),	     TEST(the_page_tells_and_escapes),
		TEST(the_page_of_nothing_is_a_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
