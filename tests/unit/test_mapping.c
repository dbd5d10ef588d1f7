/* test_mapping.c - verdicts in the words of other standards, and ids that last. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "reports/mapping.h"
#include "tests/lib/reporting.h"

static void passes_only_what_passed(void **state)
{
	static const char *const verdicts[] = {
		"partial",	  "not_observable", "suspect", "fail",
		"not_applicable", "nonsense",	    "",	       "PASS"
	};
	(void)state;
	for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
		const struct mapping_verdict *v = mapping_verdict(verdicts[i]);
		assert_string_not_equal(v->sarif, "pass");
		assert_string_not_equal(v->ecs, "success");
		assert_int_not_equal(v->ocsf, 1);
		assert_string_not_equal(v->said, "pass");
	}
	assert_string_equal(mapping_verdict("pass")->sarif, "pass");
	assert_int_equal(mapping_verdict("fail")->ocsf, 3);
	assert_string_equal(mapping_verdict("nonsense")->sarif, "open");
}

static void ranks_severities_in_all_scales(void **state)
{
	static const char *const order[] = { "info", "low", "medium", "high", "critical" };
	(void)state;
	for (size_t i = 1; i < sizeof order / sizeof *order; i++) {
		const struct mapping_severity *a = mapping_severity(order[i - 1]);
		const struct mapping_severity *b = mapping_severity(order[i]);
		assert_string_equal(b->severity, order[i]);
		assert_true(a->ocsf < b->ocsf && a->cef < b->cef && a->risk < b->risk);
		assert_true(strcmp(a->cvss, b->cvss) < 0);
	}
	assert_string_equal(mapping_severity("nonsense")->severity, "info");
}

static void makes_the_same_id_of_the_same_words(void **state)
{
	const char *const ab_c[] = { "ab", "c", NULL }, *const a_bc[] = { "a", "bc", NULL };
	char one[MAPPING_ID], other[MAPPING_ID], uuid[MAPPING_UUID];
	(void)state;

	assert_string_equal(mapping_id(one, ab_c), mapping_id(other, ab_c));
	assert_string_not_equal(mapping_id(one, ab_c), mapping_id(other, a_bc));
	assert_int_equal(strlen(mapping_uuid(uuid, ab_c)), 36);
	assert_int_equal(uuid[14], '5');
	assert_non_null(strchr("89ab", uuid[19]));
}

static void reads_times_in_milliseconds(void **state)
{
	(void)state;
	assert_int_equal(mapping_ms("2026-01-02T03:04:05.000000006Z"), 1767323045000);
	assert_int_equal(mapping_ms("2026-01-02T03:04:05.123456789Z"), 1767323045123);
	assert_int_equal(mapping_ms(""), 0);
	assert_int_equal(mapping_ms("yesterday"), 0);
	assert_int_equal(mapping_ms("2026-01-02T03:04:05.6e890Z"), 1767323045600);
}

static void counts_as_waived_only_when_all_is(void **state)
{
	json_t *some = json_pack("{s:i, s:i}", "occurrences", 3, "waived", 2);
	json_t *all = json_pack("{s:i, s:i}", "occurrences", 3, "waived", 3);
	json_t *none = json_pack("{s:i}", "occurrences", 0);
	(void)state;

	assert_false(mapping_waived(some));
	assert_true(mapping_waived(all));
	assert_false(mapping_waived(none));
	json_decref(some);
	json_decref(all);
	json_decref(none);
}

static void finds_the_file_of_a_label(void **state)
{
	struct document *d = reporting_document(REDACT_MASK, 1);
	const json_t *head = document_head(d);
	(void)state;

	assert_string_equal(mapping_file(head, "bob"), "bob.pcap");
	assert_string_equal(mapping_file(head, "carol"), "");
	assert_int_equal(mapping_input(head, "carol"), 2);
	document_free(d);
}

static void tells_of_a_run_without_calls(void **state)
{
	struct document *d = reporting_document(REDACT_MASK, 0);
	uint64_t calls;
	size_t told = 0;
	(void)state;

	for (size_t i = 0; i < MAPPING_VERDICTS; i++)
		told += mapping_told(document_head(d), "media", i, &calls);
	assert_int_equal(told, 1);
	assert_true(mapping_told(document_head(d), "media", 2, &calls));
	assert_int_equal(calls, 0);
	document_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_only_what_passed),
		cmocka_unit_test(ranks_severities_in_all_scales),
		cmocka_unit_test(makes_the_same_id_of_the_same_words),
		cmocka_unit_test(reads_times_in_milliseconds),
		cmocka_unit_test(counts_as_waived_only_when_all_is),
		cmocka_unit_test(finds_the_file_of_a_label),
		cmocka_unit_test(tells_of_a_run_without_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
