/* test_baseline.c - what an earlier report knew is told from what is new. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "rules/baseline.h"
#include "tests/lib/callmake.h"

#define ID(digit)      digit "0000000000000000000000000000000"
#define REPORT(calls)  "{\"schema\":\"earshot.report/1\",\"run\":\"abc\",\"calls\":[" calls "]}"
#define CALL(findings) "{\"findings\":[" findings "]}"
#define FINDING(digit, severity)                                                                   \
	"{\"rule\":\"SIG-001\",\"outcome\":\"violated\",\"severity\":\"" severity                  \
	"\",\"problem\":\"" ID(digit) "\"}"

static enum err read_text(const char *text, struct baseline **out, char **why)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	assert_non_null(in);
	enum err e = baseline_read(in, NULL, out, why);
	fclose(in);
	return e;
}

static struct baseline *read_good(const char *text)
{
	struct baseline *b;
	char *why;

	if (read_text(text, &b, &why) != ERR_OK)
		fail_msg("%s", why);
	return b;
}

static void refuses(const char *text, const char *sentence)
{
	struct baseline *b;
	char *why;

	assert_int_equal(read_text(text, &b, &why), ERR_MALFORMED);
	assert_null(b);
	assert_string_equal(why, sentence);
	free(why);
}

static void tells_new_worse_known_and_gone(void **state)
{
	(void)state;
	struct baseline *b = read_good(REPORT(CALL(FINDING("1", "high") "," FINDING(
		"2", "low")) "," CALL(FINDING("2", "medium") "," FINDING("3", "low"))));

	assert_string_equal(baseline_run(b), "abc");
	assert_int_equal(baseline_count(b), 3);
	assert_int_equal(baseline_ask(b, ID("1"), SEVERITY_HIGH), CHANGE_KNOWN);
	assert_int_equal(baseline_ask(b, ID("2"), SEVERITY_MEDIUM), CHANGE_KNOWN);
	assert_int_equal(baseline_ask(b, ID("2"), SEVERITY_HIGH), CHANGE_WORSE);
	assert_int_equal(baseline_ask(b, ID("9"), SEVERITY_INFO), CHANGE_NEW);
	assert_int_equal(baseline_gone(b), 1);
	assert_string_equal(baseline_at(b, 0)->id, ID("1"));
	assert_false(baseline_at(b, 2)->met);
	baseline_free(b);
}

/* Reports list their worst problems only; older ones may have no such list at all. */
static void takes_problems_from_the_list_and_from_the_calls(void **state)
{
	(void)state;
	struct baseline *b = read_good("{\"schema\":\"earshot.report/1\",\"calls\":[" CALL(FINDING(
		"1", "high")) "],\"problems\":[{\"problem\":\"" ID("4") "\",\"rule\":\"TLS-001\","
									"\"severity\":\"high\"}]}");

	assert_int_equal(baseline_count(b), 2);
	assert_int_equal(baseline_ask(b, ID("4"), SEVERITY_HIGH), CHANGE_KNOWN);
	baseline_free(b);
}

static void leaves_out_what_was_not_violated(void **state)
{
	(void)state;
	struct baseline *b = read_good(REPORT(CALL("{\"outcome\":\"satisfied\"},7")));

	assert_int_equal(baseline_count(b), 0);
	assert_int_equal(baseline_ask(b, ID("1"), SEVERITY_LOW), CHANGE_NEW);
	baseline_free(b);
}

static void refuses_what_is_no_report(void **state)
{
	(void)state;
	refuses("{", "not JSON, or cut short");
	refuses("[]", "no report: not an object");
	refuses("{\"schema\":\"earshot.plan/1\"}",
		"schema: not earshot.report/1 but 'earshot.plan/1'");
	refuses("{\"schema\":\"earshot.report/1\"}", "calls: is not a list");
	refuses(REPORT(CALL("{\"outcome\":\"violated\"}")), "calls[0].problem: is missing");
	refuses(REPORT(CALL(FINDING("1", "awful"))), "calls[0].severity: no severity 'awful'");
	refuses(REPORT(CALL("{\"outcome\":\"violated\",\"problem\":\"1\",\"severity\":\"low\"}")),
		"calls[0].problem: not the id of a problem: '1'");
}

static const struct judgement *judged(struct baseline *b, const struct callmake *m,
				      struct judge **out)
{
	struct judge_options o = { .policy = "baseline", .fail_on = SEVERITY_HIGH, .baseline = b };
	char *why;

	assert_int_equal(judge_new(out, o, &why), ERR_OK);
	return judge_call(*out, &m->c);
}

static void gates_on_what_is_new_alone(void **state)
{
	static struct callmake m;
	struct judge *j;
	char known[256];
	(void)state;

	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	struct baseline *b = read_good(REPORT(""));
	const struct finding *f = callmake_violated(judged(b, &m, &j), "SIG-001");
	assert_int_equal(f->change, CHANGE_NEW);
	assert_true(f->gates);
	assert_int_equal(judge_gate(j, false, true, 0).exit, 1);
	(void)snprintf(known, sizeof known,
		       REPORT(CALL("{\"outcome\":\"violated\",\"severity\":\"high\","
				   "\"problem\":\"%s\"}")),
		       f->problem);
	judge_free(j);
	baseline_free(b);
	b = read_good(known);
	f = callmake_violated(judged(b, &m, &j), "SIG-001");
	assert_int_equal(f->change, CHANGE_KNOWN);
	assert_false(f->gates);
	struct gate g = judge_gate(j, false, true, 0);
	assert_int_equal(g.exit, 0);
	assert_non_null(strstr(g.why, "nothing new or worse"));
	judge_free(j);
	baseline_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_new_worse_known_and_gone),
		cmocka_unit_test(takes_problems_from_the_list_and_from_the_calls),
		cmocka_unit_test(leaves_out_what_was_not_violated),
		cmocka_unit_test(refuses_what_is_no_report),
		cmocka_unit_test(gates_on_what_is_new_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
