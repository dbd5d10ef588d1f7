/* test_packs.c - the catalogue as it is compiled in: its examples come out as they say. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "rules/example.h"

static void every_example_comes_out_as_it_says(void **state)
{
	struct example_results r;

	(void)state;
	example_run(pack_builtin_examples(), 0, &r);
	for (size_t i = 0; i < r.count; i++)
		if (!r.list[i].passed)
			print_error("%s, \"%s\": %s\n", r.list[i].rule, r.list[i].name,
				    r.list[i].why);
	size_t count = r.count, failed = r.failed;
	example_free(&r);
	assert_true(count > 0);
	assert_int_equal(failed, 0);
}

static void every_rule_has_an_example_of_each_kind(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < pack_count(pack_builtin()); i++)
		for (int k = 0; k < EXAMPLE_KINDS; k++) {
			const struct pack_rule *rule = pack_at(pack_builtin(), i);
			if (!example_lacks(rule, (enum example_kind)k))
				continue;
			print_error("%s: no example is %s\n", rule->rule.id,
				    example_kind_text((enum example_kind)k));
			n++;
		}
	assert_int_equal(n, 0);
}

/* Two examples of one name could not be told apart in what fails. */
static void examples_have_names_of_their_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < pack_count(pack_builtin()); i++) {
		const struct pack_rule *rule = pack_at(pack_builtin(), i);
		const json_t *list = json_object_get(rule->source, "examples"), *seen;
		json_t *names = json_object();
		for (size_t k = 0; k < json_array_size(list); k++) {
			const char *name =
				json_string_value(json_object_get(json_array_get(list, k), "name"));
			seen = json_object_get(names, name ? name : "");
			if (!name || seen)
				print_error("%s: an example without a name of its own\n",
					    rule->rule.id);
			assert_true(name && !seen);
			json_object_set_new(names, name, json_true());
		}
		json_decref(names);
	}
}

static const char *word(const struct pack_rule *rule, const char *key)
{
	const char *text = json_string_value(json_object_get(rule->source, key));

	return text ? text : "";
}

static void every_rule_says_what_it_does_and_shows(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < pack_count(pack_builtin()); i++) {
		const struct pack_rule *rule = pack_at(pack_builtin(), i);
		json_int_t wave = json_integer_value(json_object_get(rule->source, "wave"));
		if (*word(rule, "effect") && *word(rule, "evidence") && (wave == 1 || wave == 2))
			continue;
		print_error("%s: effect, evidence or wave is missing\n", rule->rule.id);
		n++;
	}
	assert_int_equal(n, 0);
}

static void hints_name_products_that_are_known(void **state)
{
	static const char *const products[] = { "kamailio", "freeswitch", "asterisk", "rtpengine" };

	(void)state;
	for (size_t i = 0; i < pack_count(pack_builtin()); i++) {
		const char *key;
		json_t *hint, *hints = json_object_get(pack_at(pack_builtin(), i)->source, "hints");
		json_object_foreach(hints, key, hint)
		{
			bool known = false;
			for (size_t k = 0; k < sizeof products / sizeof *products; k++)
				known |= strcmp(key, products[k]) == 0;
			if (!known || !json_is_string(hint))
				print_error("%s: a hint for %s\n",
					    pack_at(pack_builtin(), i)->rule.id, key);
			assert_true(known && json_is_string(hint));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_comes_out_as_it_says),
		cmocka_unit_test(every_rule_has_an_example_of_each_kind),
		cmocka_unit_test(examples_have_names_of_their_own),
		cmocka_unit_test(every_rule_says_what_it_does_and_shows),
		cmocka_unit_test(hints_name_products_that_are_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
