/* test_plan.c - what is missing becomes captures, each once, with commands that no report can bend.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "reports/jvalue.h"
#include "reports/plan.h"

#define REPORT(calls)                                                                              \
	"{\"schema\":\"earshot.report/1\",\"run\":\"0123456789abcdef\",\"calls\":[" calls "]}"
#define ENDS(a, b) "\"ends\":[{\"address\":\"" a "\"},{\"address\":\"" b "\"}]"
#define VERDICTS(s, k, m)                                                                          \
	"\"conditions\":{\"signaling\":{\"verdict\":\"" s "\"},\"keys\":{\"verdict\":\"" k         \
	"\"},\"media\":{\"verdict\":\"" m "\"}}"

static json_t *plan_of(const char *report)
{
	FILE *in = fmemopen((void *)report, strlen(report), "r");
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	struct plan *p;
	const char *why;

	if (plan_read(in, &p, &why) != ERR_OK)
		fail_msg("%s", why);
	assert_true(plan_write_json(p, out));
	assert_int_equal(fclose(in) + fclose(out), 0);
	json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(o);
	free(text);
	plan_free(p);
	return o;
}

static const json_t *nth(const json_t *plan, size_t i)
{
	return json_array_get(jvalue_get(plan, "plan"), i);
}

static const char *command(const json_t *item, size_t machine)
{
	return jvalue_str(json_array_get(jvalue_get(item, "captures"), machine), "tcpdump");
}

static void a_second_side_needs_both_access_links_once_for_many_calls(void **state)
{
	(void)state;
#define ONE                                                                                        \
	"{" ENDS("10.0.0.1:5060", "10.0.0.2") "," VERDICTS(                                        \
		"fail", "partial",                                                                 \
		"partial") ",\"missing\":[\"audio 0 from the caller, at a second place: the "      \
			   "access link of the caller or of the callee\","                         \
			   "\"signaling, on the access link of the callee\"]}"
	json_t *o = plan_of(REPORT(ONE "," ONE));
	const json_t *item = nth(o, 0);

	assert_int_equal(json_array_size(jvalue_get(o, "plan")), 1);
	assert_string_equal(jvalue_str(item, "kind"), "both-access-links");
	assert_int_equal(jvalue_int(item, "calls"), 2);
	assert_int_equal(json_array_size(jvalue_get(item, "sees")), 2);
	assert_int_equal(json_array_size(jvalue_get(item, "captures")), 2);
	assert_non_null(strstr(command(item, 0), "host 10.0.0.1 and (udp or tcp"));
	assert_non_null(strstr(command(item, 1), "host 10.0.0.2 and (udp or tcp"));
	json_decref(o);
}

static void filters_keep_fragments_of_both_families(void **state)
{
	(void)state;
	json_t *o = plan_of(REPORT("{" ENDS("10.0.0.1", "2001:db8::2") "," VERDICTS(
		"fail", "not_observable", "not_observable") ",\"missing\":[\"signaling, on the "
							    "access link of the callee\"]}"));
	const char *filter =
		jvalue_str(json_array_get(jvalue_get(nth(o, 0), "captures"), 1), "filter");

	assert_non_null(strstr(filter, "host 2001:db8::2"));
	assert_non_null(strstr(filter, "(ip[6:2] & 0x1fff != 0)"));
	assert_non_null(strstr(filter, "(ip6 proto 44)"));
	assert_non_null(strstr(command(nth(o, 0), 1), "access-2001-db8--2.pcap"));
	json_decref(o);
}

static void sdp_inside_tls_needs_the_secrets_of_that_hop(void **state)
{
	(void)state;
	json_t *o = plan_of(REPORT("{" ENDS("10.0.0.1", "10.0.0.2") "," VERDICTS(
		"not_observable", "pass", "pass") ",\"legs\":[{\"a\":\"10.0.0.1:4000\",\"b\":\"10."
						  "0.9.10:5061\",\"encrypted\":true}],"
						  "\"missing\":[\"the offer of audio 0\"]}"));

	assert_int_equal(json_array_size(jvalue_get(o, "plan")), 1);
	assert_string_equal(jvalue_str(nth(o, 0), "kind"), "inside-tls");
	assert_non_null(strstr(jvalue_str(nth(o, 0), "audit"), "--keylog"));
	assert_string_equal(jvalue_at(jvalue_get(nth(o, 0), "settles"), 0), "signaling");
	json_decref(o);
}

static void an_element_between_is_looked_at_from_both_sides(void **state)
{
	(void)state;
	json_t *o = plan_of(REPORT("{" ENDS("10.0.0.1", "10.0.0.2") "," VERDICTS(
		"fail", "partial",
		"partial") ",\"within_earshot\":[{\"who\":\"10.0.9.10\",\"role\":\"proxy\"},"
			   "{\"who\":\"anyone on the link a\",\"role\":\"network\"}]}"));

	assert_int_equal(json_array_size(jvalue_get(o, "plan")), 1);
	assert_string_equal(jvalue_str(nth(o, 0), "kind"), "both-sides");
	assert_string_equal(jvalue_str(nth(o, 0), "where"),
			    "both sides of 10.0.9.10, at the same time");
	json_decref(o);
}

static void what_was_seen_from_both_sides_needs_the_operators_word(void **state)
{
	(void)state;
#define SEEN "{" ENDS("10.0.0.1", "10.0.0.2") "," VERDICTS("fail", "partial", "partial") "}"
	json_t *o = plan_of(REPORT(SEEN));
	json_t *given = plan_of("{\"schema\":\"earshot.report/1\",\"inventory\":{},\"calls\":"
				"[" SEEN "]}");

	assert_int_equal(json_array_size(jvalue_get(o, "plan")), 0);
	assert_int_equal(jvalue_int(o, "unasserted"), 1);
	assert_int_equal(jvalue_int(given, "unasserted"), 0);
	json_decref(o);
	json_decref(given);
}

static void what_is_settled_needs_nothing(void **state)
{
	(void)state;
	json_t *o = plan_of(
		REPORT("{" ENDS("10.0.0.1", "10.0.0.2") "," VERDICTS("fail", "fail", "pass") "}"));

	assert_int_equal(jvalue_int(o, "calls"), 1);
	assert_int_equal(jvalue_int(o, "lacking"), 0);
	assert_int_equal(json_array_size(jvalue_get(o, "plan")), 0);
	json_decref(o);
}

static void what_no_capture_point_is_known_for_is_said(void **state)
{
	(void)state;
	json_t *o = plan_of(REPORT("{" ENDS("10.0.0.1", "10.0.0.2") "," VERDICTS(
		"fail", "fail", "fail") ",\"missing\":[\"3 further observations\"]}"));
	const json_t *other = json_array_get(jvalue_get(o, "other"), 0);

	assert_string_equal(jvalue_str(other, "what"), "3 further observations");
	assert_int_equal(jvalue_int(other, "calls"), 1);
	json_decref(o);
}

/* A report may be a stranger's, and its commands are pasted into a shell. */
static void nothing_but_addresses_reaches_a_command(void **state)
{
	(void)state;
	json_t *o = plan_of(REPORT("{" ENDS("x'; reboot; '", "endpoint-2") "," VERDICTS(
		"fail", "partial",
		"partial") ",\"missing\":[\"signaling, on the access link of the callee\"]}"));
	const json_t *item = nth(o, 0);

	assert_true(jvalue_is(item, "addresses_hidden"));
	for (size_t i = 0; i < 2; i++) {
		assert_null(strstr(command(item, i), "'; reboot"));
		assert_non_null(strstr(command(item, i), "ADDRESS-OF-"));
	}
	json_decref(o);
}

static void what_is_no_report_is_refused(void **state)
{
	(void)state;
	static const char *const cases[] = { "x", "[]", "{}", "{\"schema\":\"earshot.report/1\"}",
					     "{\"schema\":\"earshot.report/2\",\"calls\":[]}" };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		FILE *in = fmemopen((void *)cases[i], strlen(cases[i]), "r");
		struct plan *p;
		const char *why = NULL;
		assert_int_equal(plan_read(in, &p, &why), ERR_MALFORMED);
		assert_null(p);
		assert_non_null(why);
		assert_int_equal(fclose(in), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_side_needs_both_access_links_once_for_many_calls),
		cmocka_unit_test(filters_keep_fragments_of_both_families),
		cmocka_unit_test(sdp_inside_tls_needs_the_secrets_of_that_hop),
		cmocka_unit_test(an_element_between_is_looked_at_from_both_sides),
		cmocka_unit_test(what_was_seen_from_both_sides_needs_the_operators_word),
		cmocka_unit_test(what_is_settled_needs_nothing),
		cmocka_unit_test(what_no_capture_point_is_known_for_is_said),
		cmocka_unit_test(nothing_but_addresses_reaches_a_command),
		cmocka_unit_test(what_is_no_report_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
