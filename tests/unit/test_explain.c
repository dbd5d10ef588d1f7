/* test_explain.c - every rule can be explained, and every question answered. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "reports/explain.h"
#include "reports/jvalue.h"
#include "rules/pack.h"

static json_t *as_json(const struct rule *r)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	assert_true(explain_json(r, out));
	fclose(out);
	json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(o);
	free(text);
	return o;
}

static void knows_what_every_rule_moves_and_shows(void **state)
{
	size_t count;
	const struct rule *rules = judge_rules(&count);
	(void)state;

	for (size_t i = 0; i < count; i++) {
		assert_non_null(pack_said(rules[i].id, "effect"));
		assert_non_null(pack_said(rules[i].id, "evidence"));
	}
	assert_null(pack_said("X-1", "effect"));
}

static void parts_hints_by_product_from_what_is_said_to_all(void **state)
{
	static const char *const none[] = { NULL };
	static const struct rule r = { .id = "X-1",
				       .title = "t",
				       .checks = "c",
				       .remediation = "Do it. Kamailio: a. b. Asterisk: c.",
				       .citations = none,
				       .traps = "" };
	(void)state;
	json_t *o = as_json(&r);
	const json_t *hints = jvalue_get(o, "hints");

	assert_string_equal(jvalue_str(o, "remediation"), "Do it.");
	assert_int_equal(json_array_size(hints), 2);
	assert_string_equal(jvalue_str(json_array_get(hints, 0), "hint"), "a. b.");
	assert_string_equal(jvalue_str(json_array_get(hints, 1), "product"), "Asterisk");
	assert_string_equal(jvalue_str(json_array_get(hints, 1), "note"),
			    "confirm against the deployed version");
	json_decref(o);
}

static void groups_citations_by_framework(void **state)
{
	static const char *const cited[] = { "45 CFR 164.312(d)", "NIST SP 800-53r5 IA-3",
					     "NIST SP 800-52r2",
					     "90 FR 898 (proposed) 45 CFR 164.312(b)(2)", NULL };
	static const struct rule r = { .id = "X-1",
				       .title = "t",
				       .checks = "c",
				       .remediation = "r",
				       .citations = cited,
				       .traps = "" };
	(void)state;
	json_t *o = as_json(&r);
	const json_t *by = jvalue_get(o, "citations");

	assert_int_equal(json_array_size(jvalue_get(by, "NIST")), 2);
	assert_int_equal(json_array_size(jvalue_get(by, "HIPAA")), 1);
	assert_int_equal(json_array_size(jvalue_get(by, "HIPAA, proposed")), 1);
	json_decref(o);
}

static void answers_four_questions(void **state)
{
	static const char *const names[] = { "tls", "SRTP", "sbc", "Contact-Center" };
	(void)state;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct topic *t = topic_find(names[i]);
		assert_non_null(t);
		assert_true(strlen(t->answer) > 500);
		assert_int_equal(t->question[strlen(t->question) - 1], '?');
	}
	assert_null(topic_find("tl"));
	assert_null(topic_at(99));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_every_rule_moves_and_shows),
		cmocka_unit_test(parts_hints_by_product_from_what_is_said_to_all),
		cmocka_unit_test(groups_citations_by_framework),
		cmocka_unit_test(answers_four_questions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
