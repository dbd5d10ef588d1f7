/* test_pack_builtin.c - the catalogue as an audit reads it: whole but for the examples. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/base/digest.h"
#include "rules/pack.h"

static json_t *rule_in_file(const json_t *file, const char *id)
{
	json_t *rules = json_object_get(file, "rules"), *rule;
	size_t i;

	json_array_foreach(
		rules, i,
		rule) if (!strcmp(json_string_value(json_object_get(rule, "id")), id)) return rule;
	return NULL;
}

static void rules_are_those_of_the_files_without_their_examples(void **state)
{
	(void)state;
	const char *open = "";
	json_t *file = NULL;
	size_t count = pack_count(pack_builtin()), left_out = 0;

	assert_true(count > 100);
	for (size_t i = 0; i < count; i++) {
		const struct pack_rule *rule = pack_at(pack_builtin(), i);
		if (strcmp(open, rule->pack) != 0) {
			json_decref(file);
			file = json_load_file(rule->pack, JSON_REJECT_DUPLICATES, NULL);
			assert_non_null(file);
			open = rule->pack;
		}
		json_t *whole = rule_in_file(file, rule->rule.id);
		assert_non_null(whole);
		json_t *read = json_copy((json_t *)(uintptr_t)rule->source);
		assert_int_equal(json_array_size(json_object_get(read, "examples")), 0);
		left_out += json_array_size(json_object_get(whole, "examples"));
		json_object_del(whole, "examples");
		json_object_del(read, "examples");
		assert_true(json_equal(whole, read));
		json_decref(read);
	}
	json_decref(file);
	assert_true(left_out > 100);
}

static void digests_are_those_of_the_whole_files(void **state)
{
	(void)state;
	static uint8_t bytes[1 << 17];
	uint8_t digest[DIGEST_BYTES];
	FILE *f = fopen("rules/packs/common.json", "rb");

	assert_non_null(f);
	size_t n = fread(bytes, 1, sizeof bytes, f);
	assert_true(fclose(f) == 0 && n < sizeof bytes);
	digest_sha256((struct slice){ bytes, n }, digest);
	assert_memory_equal(pack_digest(pack_builtin(), 0), digest, sizeof digest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_those_of_the_files_without_their_examples),
		cmocka_unit_test(digests_are_those_of_the_whole_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
