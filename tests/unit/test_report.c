/* test_report.c - every format of the table, over documents filled with hostile text. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/lib/reporting.h"

static char *text_in(const char *format, const char *everywhere)
{
	struct reporting m;
	struct document *d = reporting_begin(REDACT_NONE, false);

	reporting_call(&m, 0);
	if (everywhere)
		reporting_fill(&m, everywhere);
	reporting_add(d, &m);
	reporting_finish(d);
	char *text = reporting_text(d, format, 80);
	document_free(d);
	return text;
}

static size_t count(const char *text, char c)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == c;
	return n;
}

static bool is_format(const struct report_format *f, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(f->name, *names) == 0)
			return true;
	return false;
}

/* Lines end where we end them, with a carriage return in CSV alone; a script has its tabs. */
static bool is_ours(const char *format, const char *c)
{
	if (*c == '\r')
		return c[1] == '\n' && strcmp(format, "csv") == 0;
	return *c == '\n' || (*c == '\t' && strcmp(format, "html") == 0);
}

static void shows_no_control_character(void **state)
{
	(void)state;
	for (size_t f = 0; report_at(f); f++)
		for (size_t i = 0; reporting_hostile(i); i++) {
			const char *format = report_at(f)->name;
			char *text = text_in(format, reporting_hostile(i));
			for (const char *c = text; *c; c++)
				assert_true(is_ours(format, c) ||
					    ((unsigned char)*c >= 0x20 && *c != 0x7f));
			free(text);
		}
}

static void has_as_many_lines_as_its_benign_twin(void **state)
{
	static const char *const by_line[] = { "ndjson", "csv",	  "ecs",   "ocsf", "cef",
					       "gitlab", "oscal", "sarif", "json", NULL };
	(void)state;
	for (size_t f = 0; report_at(f); f++) {
		if (!is_format(report_at(f), by_line))
			continue;
		char *twin = text_in(report_at(f)->name, "benign");
		for (size_t i = 0; reporting_hostile(i); i++) {
			char *text = text_in(report_at(f)->name, reporting_hostile(i));
			assert_int_equal(count(text, '\n'), count(twin, '\n'));
			free(text);
		}
		free(twin);
	}
}

/* Names of elements and attributes in order; values and text left out. */
static void skeleton(const char *page, struct text *out)
{
	for (const char *at = page; (at = strchr(at, '<')); at++) {
		bool quoted = false;
		for (; *at && (quoted || *at != '>'); at++) {
			quoted ^= *at == '"';
			if (!quoted && *at != '"')
				text_addf(out, "%c", *at);
		}
		text_add(out, "\n");
	}
}

static void keeps_the_skeleton_of_xml(void **state)
{
	struct text benign = { NULL, 0, 0 };
	char *twin = text_in("junit", "benign");
	(void)state;

	skeleton(twin, &benign);
	for (size_t i = 0; reporting_hostile(i); i++) {
		struct text got = { NULL, 0, 0 };
		char *text = text_in("junit", reporting_hostile(i));
		skeleton(text, &got);
		assert_string_equal(text_of(&got), text_of(&benign));
		free(text);
		text_free(&got);
	}
	free(twin);
	text_free(&benign);
}

static void keeps_the_table_of_markdown(void **state)
{
	char *twin = text_in("markdown", "benign");
	(void)state;

	for (size_t i = 0; reporting_hostile(i); i++) {
		char *text = text_in("markdown", reporting_hostile(i));
		assert_int_equal(count(text, '|'), count(twin, '|'));
		assert_int_equal(count(text, '`') % 2, 0);
		free(text);
	}
	free(twin);
}

static void is_JSON_whatever_came(void **state)
{
	static const char *const json[] = { "json", "sarif", "gitlab", "oscal", NULL };
	(void)state;
	for (size_t f = 0; report_at(f); f++)
		for (size_t i = 0; is_format(report_at(f), json) && reporting_hostile(i); i++) {
			char *text = text_in(report_at(f)->name, reporting_hostile(i));
			json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
			assert_non_null(value);
			json_decref(value);
			free(text);
		}
}

static void writes_a_run_without_calls_in_every_format(void **state)
{
	struct document *d = reporting_document(REDACT_MASK, 0);
	(void)state;

	for (size_t f = 0; report_at(f); f++) {
		char *text = reporting_text(d, report_at(f)->name, 80);
		assert_null(strstr(text, "\"kind\":\"pass\""));
		assert_null(strstr(text, "\"success\""));
		assert_null(strstr(text, "\"Pass\""));
		free(text);
	}
	document_free(d);
}

static void names_each_format_and_ending_once(void **state)
{
	(void)state;
	for (size_t a = 0; report_at(a); a++) {
		assert_ptr_equal(report_find(report_at(a)->name), report_at(a));
		for (size_t b = 0; b < a; b++)
			assert_string_not_equal(report_at(a)->ending, report_at(b)->ending);
	}
	assert_null(report_find("pdf"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_no_control_character),
		cmocka_unit_test(has_as_many_lines_as_its_benign_twin),
		cmocka_unit_test(keeps_the_skeleton_of_xml),
		cmocka_unit_test(keeps_the_table_of_markdown),
		cmocka_unit_test(is_JSON_whatever_came),
		cmocka_unit_test(writes_a_run_without_calls_in_every_format),
		cmocka_unit_test(names_each_format_and_ending_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
