/* test_standing.c - what is kept by rule says what would be written anew. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdlib.h>

#include "reports/json_out.h"
#include "reports/standing.h"

static char *object(struct standing *s, const struct rule *rule)
{
	struct text t = { 0 };

	json_out_open(&t, '{');
	json_out_key_text(&t, "rule", rule->id);
	standing_add(s, &t, rule);
	json_out_key_text(&t, "after", "x");
	json_out_close(&t, '}');
	return t.p;
}

static void says_the_same_each_time_for_every_rule(void **state)
{
	struct standing *s = standing_new();
	size_t count;
	const struct rule *rules = judge_rules(&count);
	(void)state;

	for (size_t i = 0; i < 2 * count; i++) {
		char *kept = object(s, &rules[i % count]);
		char *anew = object(NULL, &rules[i % count]);
		json_t *v = json_loads(kept, JSON_REJECT_DUPLICATES, NULL);
		assert_string_equal(kept, anew);
		assert_int_equal(json_object_size(v), 5);
		assert_true(json_array_size(json_object_get(v, "citations")) > 0);
		assert_string_equal(json_string_value(json_object_get(v, "class")),
				    judge_class_text(rules[i % count].cls));
		json_decref(v);
		free(kept);
		free(anew);
	}
	standing_free(s);
}

static void writes_a_rule_that_is_not_in_the_catalogue(void **state)
{
	static const struct rule own = { .id = "X-1", .cls = CLASS_HYGIENE };
	struct standing *s = standing_new();
	char *text = object(s, &own);
	(void)state;

	assert_string_equal(text, "{\"rule\":\"X-1\",\"citations\":[],\"remediation\":\"\","
				  "\"class\":\"hygiene\",\"after\":\"x\"}");
	free(text);
	standing_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_the_same_each_time_for_every_rule),
		cmocka_unit_test(writes_a_rule_that_is_not_in_the_catalogue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
