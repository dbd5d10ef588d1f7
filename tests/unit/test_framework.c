/* test_framework.c - frameworks and bundles are read, and agree with the catalogue of rules. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rules/bundle.h"
#include "rules/framework.h"
#include "rules/shipped.h"

#define HEAD                                                                                       \
	"\"schema\":\"earshot.framework/1\",\"name\":\"n\",\"id\":\"i\",\"title\":\"t\","          \
	"\"edition\":\"e\",\"condition\":\"if so\",\"notice\":\"Only if so.\",\"scope\":\"none\"," \
	"\"status\":\"guidance\","
#define CONTROL(rest)                                                                              \
	"{" HEAD "\"checked_on\":\"2026-01-31\",\"controls\":[{\"id\":\"1\",\"citation\":\"c\","   \
	"\"title\":\"t\",\"shows\":\"s\",\"not_shown\":\"n\"," rest "}]}"

static struct framework *read_good(struct slice text)
{
	struct framework *f;
	char *why;

	if (framework_parse(text, &f, &why) != ERR_OK)
		fail_msg("%s", why);
	assert_null(why);
	return f;
}

static void refuses(const char *text, const char *sentence)
{
	struct framework *f;
	char *why;

	assert_int_equal(framework_parse(slice_of(text), &f, &why), ERR_MALFORMED);
	assert_null(f);
	assert_string_equal(why, sentence);
	free(why);
}

static bool maps(const struct framework *f, size_t control, const char *rule)
{
	for (size_t i = 0; i < f->controls[control].rule_count; i++)
		if (strcmp(f->controls[control].rules[i]->id, rule) == 0)
			return true;
	return false;
}

static void every_framework_of_the_program_is_read(void **state)
{
	const char *name, *ids[64];
	size_t n = 0;

	(void)state;
	for (; (name = shipped_name(SHIPPED_FRAMEWORK, n)); n++) {
		struct framework *f = read_good(shipped_find(SHIPPED_FRAMEWORK, name));
		assert_string_equal(f->name, name);
		assert_true(strncmp(f->condition, "if ", 3) == 0);
		ids[n] = strdup(f->id);
		for (size_t i = 0; i < n; i++)
			assert_string_not_equal(ids[i], ids[n]);
		assert_int_equal(f->status == FRAMEWORK_PROPOSED, strcmp(name, "hipaa-2025") == 0);
		framework_free(f);
	}
	assert_int_equal(n, 16);
	while (n)
		free((char *)ids[--n]);
}

static void a_bundle_stands_for_its_rules(void **state)
{
	(void)state;
	struct framework *f = read_good(shipped_find(SHIPPED_FRAMEWORK, "hipaa"));

	assert_string_equal(f->controls[0].id, "164.312(e)(1)");
	assert_true(maps(f, 0, "MED-001") && maps(f, 0, "SIG-003") && maps(f, 0, "B2B-006"));
	assert_false(maps(f, 0, "OBS-001") || maps(f, 0, "TLS-003"));
	assert_true(f->controls[2].addressable);
	assert_false(f->controls[0].addressable);
	assert_string_equal(f->scope, "phi");
	framework_free(f);
	f = read_good(slice_of(CONTROL("\"maps\":[\"SIG-001\",\"KEY-001\",\"SIG-001\"]")));
	assert_int_equal(f->controls[0].rule_count, 2);
	assert_string_equal(f->controls[0].rules[0]->id, "KEY-001");
	assert_false(f->controls[0].says_looks);
	assert_null(f->scope);
	framework_free(f);
}

/* What a code stands for in data is what rules that bear it cite. */
static void bundles_agree_with_what_rules_cite(void **state)
{
	static const char *const codes[] = { "TX", "TI", "CR", "KM", "ID",
					     "EX", "TP", "AS", "RC", "DT" };
	size_t rules, n = 0;
	const struct rule *list = judge_rules(&rules);

	(void)state;
	assert_int_equal(bundle_count(), sizeof codes / sizeof *codes);
	for (size_t i = 0; i < bundle_count(); i++) {
		const char *citation;
		assert_string_equal(bundle_code(i), codes[i]);
		for (size_t k = 0; (citation = bundle_citation(i, k)); k++) {
			bool cited = false;
			for (n = 0; n < rules && !cited; n++)
				for (size_t c = 0; bundle_has(i, &list[n]) && list[n].citations[c];
				     c++)
					cited |= strcmp(list[n].citations[c], citation) == 0;
			if (!cited)
				fail_msg("%s: no rule of it cites %s", codes[i], citation);
		}
	}
}

/* Rules whose codes the catalogue states in words of its own. */
static void a_rule_belongs_to_the_bundles_of_the_catalogue(void **state)
{
	static const struct {
		const char *rule, *codes;
	} cases[] = {
		{ "SIG-001", "TX EX " },    { "SIG-003", "TX TI " },  { "SIG-007", "TX ID EX " },
		{ "KEY-001", "TX CR KM " }, { "MED-002", "TX TI " },  { "MED-007", "TX AS " },
		{ "TLS-003", "" },	    { "TLS-004", "CR KM " },  { "B2B-006", "TP RC " },
		{ "PRIV-004", "TP DT " },   { "AUTH-001", "TX ID " }, { "OBS-012", "TP AS " },
	};
	char found[64];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		found[0] = '\0';
		for (size_t k = 0; k < bundle_count(); k++)
			if (bundle_has(k, judge_rule(cases[i].rule))) {
				strcat(found, bundle_code(k));
				strcat(found, " ");
			}
		assert_string_equal(found, cases[i].codes);
	}
}

static void names_the_place_of_a_mistake_and_the_nearest_word(void **state)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{ "{}", "schema: is missing" },
		{ "{\"schema\":\"earshot.inventory/1\"}",
		  "schema: not earshot.framework/1 but 'earshot.inventory/1'" },
		{ "{" HEAD "\"checked_on\":\"31.1.2026\"}",
		  "checked_on: is not a date as 2026-01-31: '31.1.2026'" },
		{ "{" HEAD "\"checked_on\":\"2026-01-31\",\"controls\":[]}",
		  "controls: is not a list of controls" },
		{ CONTROL("\"maps\":[\"SIG-01\"]"),
		  "controls[0].maps[0]: neither a rule nor a bundle of rules: 'SIG-01'; did you "
		  "mean SIG-001?" },
		{ CONTROL("\"maps\":[\"ZZ\"]"),
		  "controls[0].maps[0]: neither a rule nor a bundle of rules: 'ZZ'" },
		{ CONTROL("\"map\":[]"), "controls[0]: no key 'map'; did you mean maps?" },
		{ CONTROL("\"addressable\":\"yes\""),
		  "controls[0].addressable: is neither true nor false" },
		{ CONTROL("\"looks_at\":[\"medai\"],\"maps\":[]"),
		  "controls[0].looks_at[0]: not signaling, media, keys or tls: 'medai'; did you "
		  "mean media?" },
		{ CONTROL("\"basis\":\"hearsay\",\"maps\":[]"),
		  "controls[0].basis: not text, second hand or recalled: 'hearsay'" },
		{ CONTROL("\"basis\":\"text\""), "controls[0].maps: is missing" },
		{ CONTROL("\"maps\":[]},{\"id\":\"1\",\"citation\":\"c\",\"title\":\"t\","
			  "\"shows\":\"s\",\"not_shown\":\"n\",\"maps\":[]"),
		  "controls[1].id: a control that stands twice: '1'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		refuses(cases[i].text, cases[i].sentence);
}

static void finds_frameworks_by_name_id_and_group(void **state)
{
	const char *names[64];

	(void)state;
	assert_int_equal(framework_named("pci-dss", names, 64), 1);
	assert_string_equal(names[0], "pci");
	assert_int_equal(framework_named("nist", names, 64), 3);
	assert_int_equal(framework_named("all", names, 64), 16);
	assert_int_equal(framework_named("hippa", names, 64), 0);
	assert_string_equal(framework_near("hippa"), "hipaa");
	assert_null(framework_near("something else"));
}

/* The one word that no report may give as a verdict does not stand in what reports are made of. */
static void never_says_that_word(void **state)
{
	static const enum shipped_kind kinds[] = { SHIPPED_POLICY, SHIPPED_FRAMEWORK,
						   SHIPPED_TOPIC };

	(void)state;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		for (size_t n = 0; shipped_name(kinds[k], n); n++) {
			struct slice text = shipped_find(kinds[k], shipped_name(kinds[k], n));
			assert_null(memmem(text.p, text.n, "ompliant", 8));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_framework_of_the_program_is_read),
		cmocka_unit_test(a_bundle_stands_for_its_rules),
		cmocka_unit_test(bundles_agree_with_what_rules_cite),
		cmocka_unit_test(a_rule_belongs_to_the_bundles_of_the_catalogue),
		cmocka_unit_test(names_the_place_of_a_mistake_and_the_nearest_word),
		cmocka_unit_test(finds_frameworks_by_name_id_and_group),
		cmocka_unit_test(never_says_that_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
