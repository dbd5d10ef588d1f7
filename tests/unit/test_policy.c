/* test_policy.c - policies are read with all that they inherit, and mistakes are named. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analyzer/base/mem.h"
#include "rules/policy.h"
#include "rules/shipped.h"

#define POLICY(rest) "{\"schema\":\"earshot.policy/1\",\"name\":\"mine\",\"summary\":\"s\"" rest "}"

/* Files that exist for one test. */
struct file {
	const char *name, *text;
};

static enum err from_files(void *ctx, const char *name, const char *from, struct policy_text *out,
			   char **why)
{
	for (const struct file *f = ctx; f && f->name; f++)
		if (strcmp(f->name, name) == 0) {
			char *text = mem_text(f->text);
			*out = (struct policy_text){ slice_of(text), mem_text(name), text };
			return ERR_OK;
		}
	return policy_of_program(NULL, name, from, out, why);
}

static struct policy *read_of(const struct file *files, const char *name)
{
	struct policy *p;
	char *why;

	if (policy_read(name, from_files, (void *)files, &p, &why) != ERR_OK)
		fail_msg("%s", why);
	assert_null(why);
	return p;
}

static struct policy *read_one(const char *text)
{
	const struct file files[] = { { "mine.json", text }, { NULL, NULL } };

	return read_of(files, "mine.json");
}

static void refuses_of(const struct file *files, const char *name, const char *sentence)
{
	struct policy *p;
	char *why;

	assert_int_not_equal(policy_read(name, from_files, (void *)files, &p, &why), ERR_OK);
	assert_null(p);
	assert_string_equal(why, sentence);
	free(why);
}

static void refuses(const char *text, const char *sentence)
{
	const struct file files[] = { { "m", text }, { NULL, NULL } };

	refuses_of(files, "m", sentence);
}

static void every_policy_of_the_program_is_read(void **state)
{
	const char *name;
	size_t n = 0;

	(void)state;
	for (; (name = shipped_name(SHIPPED_POLICY, n)); n++) {
		struct policy *p = read_of(NULL, name);
		struct judge *j;
		char *why;
		assert_string_equal(p->name, name);
		assert_true(strlen(p->summary) > 40);
		assert_true(n == 0 || p->require_count > 0);
		assert_int_equal(judge_new(&j, (struct judge_options){ .policy = name }, &why),
				 ERR_OK);
		judge_free(j);
		policy_free(p);
	}
	assert_int_equal(n, 8);
}

static void what_is_left_out_is_as_in_baseline(void **state)
{
	(void)state;
	struct policy *p = read_one(POLICY("")), *b = read_of(NULL, "baseline");

	assert_int_equal(b->classes, 1u << CLASS_ATTACK | 1u << CLASS_EXPOSURE);
	assert_int_equal(b->fail_on, SEVERITY_HIGH);
	assert_int_equal(b->clear_start_ns, 1000000000);
	assert_int_equal(b->require_count + b->rule_count + b->suite_count + b->framework_count, 0);
	assert_int_equal(p->classes, b->classes);
	assert_int_equal(p->fail_on, b->fail_on);
	assert_int_equal(p->clear_start_ns, b->clear_start_ns);
	assert_string_not_equal(p->sha256, b->sha256);
	policy_free(p);
	policy_free(b);
}

static void what_a_file_says_beats_what_it_inherits(void **state)
{
	const struct file files[] = {
		{ "a", "{\"schema\":\"earshot.policy/1\",\"name\":\"a\",\"summary\":\"s\","
		       "\"inherits\":\"b\",\"requires\":[\"keys=pass\",\"media=pass\"],"
		       "\"gate\":{\"except\":[\"SIG-001\"],\"fail_on\":\"low\"},"
		       "\"severities\":{\"MED-009\":\"critical\"}}" },
		{ "b", "{\"schema\":\"earshot.policy/1\",\"name\":\"b\",\"summary\":\"s\","
		       "\"inherits\":\"e2ee\",\"requires\":[\"score>=80\"],"
		       "\"severities\":{\"MED-009\":\"low\",\"PRIV-001\":\"high\"},"
		       "\"parameters\":{\"recorder\":\"allowed\"}}" },
		{ NULL, NULL },
	};
	(void)state;
	struct policy *p = read_of(files, "a");
	static const char *const wants[] = { "keys=pass", "media=pass", "label>=END-TO-END MEDIA",
					     "score>=80" };

	assert_int_equal(p->require_count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(p->requires[i], wants[i]);
	assert_int_equal(p->fail_on, SEVERITY_LOW);
	assert_int_equal(p->clear_start_ns, 0);
	assert_string_equal(p->minimum_tls, "TLS 1.2");
	assert_int_equal(policy_of_rule(p, judge_rule("MED-009"))->severity, SEVERITY_CRITICAL);
	assert_int_equal(policy_of_rule(p, judge_rule("PRIV-001"))->severity, SEVERITY_HIGH);
	assert_int_equal(policy_of_rule(p, judge_rule("SIG-001"))->gate, GATE_NEVER);
	assert_int_equal(policy_of_rule(p, judge_rule("B2B-006"))->severity, SEVERITY_LOW);
	assert_int_equal(policy_of_rule(p, judge_rule("B2B-006"))->gate, GATE_BY_CLASS);
	assert_true(p->classes >> CLASS_POSTURE & 1);
	policy_free(p);
}

static void an_empty_list_of_classes_gates_on_rules_alone(void **state)
{
	(void)state;
	struct policy *p = read_one(
		POLICY(",\"comment\":\"c\",\"gate\":{\"classes\":[],\"rules\":[\"SIG-001\"],"
		       "\"min_coverage\":60},\"frameworks\":[\"pci\",\"pci\"],"
		       "\"parameters\":{\"bye_linger\":5,\"opaque_silence\":90.5}"));

	assert_int_equal(p->classes, 0);
	assert_int_equal(policy_of_rule(p, judge_rule("SIG-001"))->gate, GATE_ALWAYS);
	assert_true(p->min_coverage > 0.59 && p->min_coverage < 0.61);
	assert_int_equal(p->framework_count, 1);
	assert_int_equal(p->linger_ns, 5000000000);
	assert_int_equal(p->opaque_ns, 90500000000);
	assert_int_equal(p->unanswered_ns, 0);
	policy_free(p);
}

static void names_the_place_of_a_mistake_and_the_nearest_word(void **state)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{ "", "m: line 1, column 0: not JSON: '[' or '{' expected near end of file" },
		{ "[]", "m: no policy: not an object" },
		{ "{\"schema\":\"earshot.policy/2\"}",
		  "m: schema: not earshot.policy/1 but 'earshot.policy/2'" },
		{ POLICY(",\"require\":[]"), "m: no key 'require'; did you mean requires?" },
		{ POLICY(",\"gate\":{\"fail\":\"high\"}"),
		  "m: gate: no key 'fail'; did you mean fail_on?" },
		{ POLICY(",\"gate\":{\"fail_on\":\"hgih\"}"),
		  "m: gate.fail_on: no severity 'hgih'; did you mean high?" },
		{ POLICY(",\"gate\":{\"classes\":[\"attack\",\"exposures\"]}"),
		  "m: gate.classes[1]: no class 'exposures'; did you mean exposure?" },
		{ POLICY(",\"gate\":{\"weakens\":1}"),
		  "m: gate.weakens: is neither true nor false" },
		{ POLICY(",\"gate\":{\"rules\":[\"SIG-0001\"]}"),
		  "m: gate.rules[0]: no rule 'SIG-0001'; did you mean SIG-001?" },
		{ POLICY(",\"severities\":{\"MED-06\":\"high\"}"),
		  "m: severities.MED-06: no rule 'MED-06'; did you mean MED-006?" },
		{ POLICY(",\"severities\":{\"MED-006\":3}"),
		  "m: severities.MED-006: is not a text" },
		{ POLICY(",\"severities\":[]"), "m: severities: is not an object" },
		{ POLICY(",\"requires\":[\"meida=pass\"]"),
		  "m: requires[0]: requirement \"meida=pass\", column 1: there is no field "
		  "\"meida\" in row or call; did you mean media?" },
		{ POLICY(",\"requires\":\"media=pass\""), "m: requires: is not a list of texts" },
		{ POLICY(",\"parameters\":{\"clear_start\":0}"),
		  "m: parameters: no key 'clear_start'" },
		{ POLICY(",\"parameters\":{\"clear_start_tolerance\":2}"),
		  "m: parameters.clear_start_tolerance: is not a number of seconds from 0 to 1" },
		{ POLICY(",\"parameters\":{\"clear_start_tolerance\":\"0\"}"),
		  "m: parameters.clear_start_tolerance: is not a number" },
		{ POLICY(",\"parameters\":{\"minimum_tls\":\"TLS1.4\"}"),
		  "m: parameters.minimum_tls: no version (TLS1.0, TLS1.1, TLS1.2, TLS1.3) "
		  "'TLS1.4'; did you mean TLS1.0?" },
		{ POLICY(",\"parameters\":{\"recorder\":\"forbiden\"}"),
		  "m: parameters.recorder: not forbidden, allowed or mandated: 'forbiden'; did you "
		  "mean forbidden?" },
		{ POLICY(",\"parameters\":{\"bye_linger\":0}"),
		  "m: parameters.bye_linger: is not a number of seconds from 1 to 86400" },
		{ POLICY(",\"frameworks\":[\"hippa\"]"),
		  "m: frameworks[0]: no framework of this program: 'hippa'; did you mean hipaa?" },
		{ POLICY(",\"inherits\":\"e2e\""),
		  "m: inherits: no policy 'e2e'; did you mean e2ee?" },
		{ "{\"schema\":\"earshot.policy/1\",\"name\":\"e2ee\",\"summary\":\"s\"}",
		  "m: name: the program has a policy of this name: 'e2ee'" },
		{ "{\"schema\":\"earshot.policy/1\",\"name\":\"x\"}", "m: summary: is missing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		refuses(cases[i].text, cases[i].sentence);
}

static void refuses_a_key_that_stands_twice(void **state)
{
	const struct file files[] = { { "m", POLICY(",\"requires\":[],\"requires\":[]") },
				      { NULL, NULL } };
	struct policy *p;
	char *why;

	(void)state;
	assert_int_equal(policy_read("m", from_files, (void *)files, &p, &why), ERR_MALFORMED);
	assert_non_null(strstr(why, "m: line 1, column "));
	assert_non_null(strstr(why, "duplicate"));
	free(why);
}

static void a_policy_cannot_inherit_itself(void **state)
{
	static const struct file files[] = {
		{ "a", POLICY(",\"inherits\":\"b\"") },
		{ "b", POLICY(",\"inherits\":\"a\"") },
		{ "c", POLICY(",\"inherits\":\"c\"") },
		{ NULL, NULL },
	};

	(void)state;
	refuses_of(files, "a", "a: inherits b, which inherits a: a policy cannot inherit itself");
	refuses_of(files, "c", "c: inherits c: a policy cannot inherit itself");
}

static void inherits_through_a_few_files_and_no_more(void **state)
{
	static char names[20][16], texts[20][120];
	struct file files[21] = { { NULL, NULL } };

	(void)state;
	for (int i = 0; i < 20; i++) {
		(void)snprintf(names[i], sizeof names[i], "p%d", i);
		(void)snprintf(texts[i], sizeof texts[i], POLICY(",\"inherits\":\"p%d\""), i + 1);
		files[i] = (struct file){ names[i], texts[i] };
	}
	refuses_of(files, "p0", "p0: inherits through more than 16 policies");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_policy_of_the_program_is_read),
		cmocka_unit_test(what_is_left_out_is_as_in_baseline),
		cmocka_unit_test(what_a_file_says_beats_what_it_inherits),
		cmocka_unit_test(an_empty_list_of_classes_gates_on_rules_alone),
		cmocka_unit_test(names_the_place_of_a_mistake_and_the_nearest_word),
		cmocka_unit_test(refuses_a_key_that_stands_twice),
		cmocka_unit_test(a_policy_cannot_inherit_itself),
		cmocka_unit_test(inherits_through_a_few_files_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
