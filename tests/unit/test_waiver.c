/* test_waiver.c - waivers hold for what they name until their day, and are misread by nobody. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "analyzer/base/when.h"
#include "rules/waiver.h"
#include "tests/lib/callmake.h"

#define FILE_OF(list)	"{\"schema\":\"earshot.waivers/1\",\"waivers\":[" list "]}"
#define WAIVER(rule, m) "{\"rule\":\"" rule "\",\"reason\":\"r\",\"owner\":\"o\"," m "}"
#define UNTIL(date)	"\"expires\":\"" date "\""

static struct callmake m;

static struct waivers *read_good(const char *text)
{
	struct waivers *w;
	char *why;

	if (waiver_parse(slice_of(text), &w, &why) != ERR_OK)
		fail_msg("%s", why);
	return w;
}

static void refuses(const char *text, const char *sentence)
{
	struct waivers *w;
	char *why;

	assert_int_equal(waiver_parse(slice_of(text), &w, &why), ERR_MALFORMED);
	assert_null(w);
	assert_string_equal(why, sentence);
	free(why);
}

/* A call of 2026-01-02 whose SIP was readable, judged with these waivers; SIG-001 of it. */
static const struct finding *judged(struct waivers *w, struct judge **out)
{
	struct judge_options o = { .policy = "baseline", .fail_on = SEVERITY_HIGH, .waivers = w };
	char *why;

	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	m.c.start_ns = UINT64_C(1767323045) * WHEN_SECOND;
	assert_int_equal(judge_new(out, o, &why), ERR_OK);
	return callmake_violated(judge_call(*out, &m.c), "SIG-001");
}

static void keeps_the_finding_and_opens_the_gate(void **state)
{
	struct judge *j;
	(void)state;
	struct waivers *w = read_good(FILE_OF(WAIVER("SIG-001", UNTIL("2026-01-02"))));
	const struct finding *f = judged(w, &j);

	assert_string_equal(f->waived->reason, "r");
	assert_false(f->gates);
	struct gate g = judge_gate(j, false, true, 0);
	assert_int_equal(g.exit, 0);
	assert_non_null(strstr(g.why, "1 waived"));
	assert_int_equal(waiver_state(w, waiver_at(w, 0)), WAIVER_USED);
	judge_free(j);
	waiver_free(w);
}

static void hides_nothing_when_it_has_expired(void **state)
{
	struct judge *j;
	(void)state;
	struct waivers *w = read_good(FILE_OF(WAIVER("SIG-001", UNTIL("2026-01-01")) "," WAIVER(
		"TLS-001",
		UNTIL("2025-12-31")) "," WAIVER("TLS-001",
						UNTIL("2026-06-01") ",\"element\":\"10.0.0.9\"")));
	const struct finding *f = judged(w, &j);

	assert_null(f->waived);
	assert_true(f->gates);
	assert_int_equal(waiver_at(w, 0)->late, 1);
	assert_int_equal(waiver_state(w, waiver_at(w, 0)), WAIVER_EXPIRED);
	assert_int_equal(waiver_state(w, waiver_at(w, 1)), WAIVER_EXPIRED);
	assert_int_equal(waiver_state(w, waiver_at(w, 2)), WAIVER_UNUSED);
	judge_free(j);
	waiver_free(w);
}

static void expires_as_of_a_day_that_is_given(void **state)
{
	struct judge *j;
	(void)state;
	struct waivers *w = read_good(FILE_OF(WAIVER("SIG-001", UNTIL("2026-02-01"))));

	assert_string_equal(waiver_as_of_text(w), "capture");
	assert_false(waiver_as_of(w, "2026-02-30"));
	assert_false(waiver_as_of(w, "tomorrow"));
	assert_true(waiver_as_of(w, "2026-02-02"));
	assert_string_equal(waiver_as_of_text(w), "2026-02-02");
	assert_null(judged(w, &j)->waived);
	judge_free(j);
	assert_true(waiver_as_of(w, "2026-02-01"));
	assert_non_null(judged(w, &j)->waived);
	judge_free(j);
	waiver_free(w);
}

static bool waives(const char *member)
{
	char text[256];
	struct judge *j;

	(void)snprintf(text, sizeof text, FILE_OF(WAIVER("SIG-001", UNTIL("2027-01-01") ",%s")),
		       member);
	struct waivers *w = read_good(text);
	bool holds = judged(w, &j)->waived != NULL;
	judge_free(j);
	waiver_free(w);
	return holds;
}

static void holds_for_what_it_names_alone(void **state)
{
	struct judge *j;
	char problem[64];
	(void)state;
	struct waivers *none = read_good(FILE_OF(""));

	(void)snprintf(problem, sizeof problem, "\"problem\":\"%s\"", judged(none, &j)->problem);
	judge_free(j);
	waiver_free(none);
	assert_true(waives(problem));
	problem[12] = problem[12] == '0' ? '1' : '0';
	assert_false(waives(problem));
	assert_true(waives("\"element\":\"10.0.0.1\""));
	assert_true(waives("\"element\":\"10.0.0.1:5060\""));
	assert_false(waives("\"element\":\"10.0.0.1:5061\""));
	assert_false(waives("\"element\":\"10.0.0\""));
	assert_true(waives("\"scope\":\"severity >= high and kind = call\""));
	assert_false(waives("\"scope\":\"severity < high or kind = page\""));
	assert_true(waives("\"scope\":\"starts(element, '10.0.0.')\""));
	refuses(FILE_OF(WAIVER("SIG-001", UNTIL("2027-01-01") ",\"scope\":\"duration\"")),
		"waivers[0].scope: is not a condition");
}

static void refuses_what_it_does_not_understand(void **state)
{
	(void)state;
	refuses("{", "line 1, column 1: not JSON: string or '}' expected near end of file");
	refuses("[]", "no waivers: not an object");
	refuses("{\"schema\":\"earshot.waivers/1\"}", "waivers: is not a list");
	refuses(FILE_OF(WAIVER("SIG-01", UNTIL("2027-01-01"))),
		"waivers[0].rule: no rule 'SIG-01'; did you mean SIG-001?");
	refuses(FILE_OF(WAIVER("SIG-001", UNTIL("2027-02-29"))),
		"waivers[0].expires: not a date like 2027-01-31: '2027-02-29'");
	refuses(FILE_OF("{\"rule\":\"SIG-001\",\"owner\":\"o\"," UNTIL("2027-01-01") "}"),
		"waivers[0].reason: is missing");
	refuses(FILE_OF(WAIVER("SIG-001", UNTIL("2027-01-01") ",\"scop\":\"x\"")),
		"waivers[0]: no key 'scop'; did you mean scope?");
	refuses(FILE_OF(WAIVER("SIG-001", UNTIL("2027-01-01") ",\"problem\":\"XY\"")),
		"waivers[0].problem: not the id of a problem (32 hexadecimal digits): 'XY'");
	refuses(FILE_OF(WAIVER("SIG-001", UNTIL("2027-01-01")) "," WAIVER("SIG-001",
									  UNTIL("2028-01-01"))),
		"waivers[1]: waives the same findings as 'waivers[0]'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_finding_and_opens_the_gate),
		cmocka_unit_test(hides_nothing_when_it_has_expired),
		cmocka_unit_test(expires_as_of_a_day_that_is_given),
		cmocka_unit_test(holds_for_what_it_names_alone),
		cmocka_unit_test(refuses_what_it_does_not_understand),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
