/* test_escape_uri.c - a file name as a relative reference, and a word as a label's value. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reports/escape_metric.h"
#include "reports/escape_uri.h"

static void holds(void (*escape)(struct text *, const char *), const char *wire, const char *want)
{
	struct text t = { NULL, 0, 0 };

	escape(&t, wire);
	assert_string_equal(text_of(&t), want);
	text_free(&t);
}

static void stays_a_relative_reference(void **state)
{
	(void)state;
	holds(escape_uri_path, "alice.pcap", "alice.pcap");
	holds(escape_uri_path, "ward 3/alice.pcap", "ward%203/alice.pcap");
	holds(escape_uri_path, "//x.test/y", "x.test/y");
	holds(escape_uri_path, "javascript:alert(1)", "javascript%3Aalert%281%29");
	holds(escape_uri_path, "a#b?c%d", "a%23b%3Fc%25d");
	holds(escape_uri_path, "\xff\n", "%FF%0A");
	holds(escape_uri_path, "", "");
}

static void stays_inside_its_quotes(void **state)
{
	(void)state;
	holds(escape_metric_label, "MED-001", "\"MED-001\"");
	holds(escape_metric_label, "a\"b\\c", "\"a\\\"b\\\\c\"");
	holds(escape_metric_label, "a\nearshot_x 1", "\"a\\\\x0aearshot_x 1\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stays_a_relative_reference),
		cmocka_unit_test(stays_inside_its_quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
