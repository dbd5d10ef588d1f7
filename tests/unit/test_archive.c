/* test_archive.c - a container with one way to be written, which is the only one that is read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "reports/archive.h"

struct written {
	char *p;
	size_t n;
};

static struct written two_parts(void)
{
	struct archive a = { .count = 0 };
	struct written w;
	FILE *out = open_memstream(&w.p, &w.n);

	assert_int_equal(archive_add_text(&a, "report.json", SLICE("{}\n")), ERR_OK);
	assert_int_equal(archive_add_text(&a, "extract/001.pcapng", SLICE("")), ERR_OK);
	assert_int_equal(archive_write(&a, out), ERR_OK);
	fclose(out);
	archive_free(&a);
	return w;
}

static enum err read_back(const char *p, size_t n, struct archive *a)
{
	FILE *in = n ? fmemopen((void *)(uintptr_t)p, n, "r") : tmpfile();
	const char *why;
	uint64_t at;
	enum err e = archive_read(in, a, &why, &at);

	assert_true(e == ERR_OK || why[0]);
	fclose(in);
	return e;
}

static void gives_back_what_was_put_in(void **state)
{
	struct written w = two_parts();
	struct text t = { 0 };
	struct archive a;
	(void)state;

	assert_true(archive_looks_like((struct slice){ (uint8_t *)w.p, w.n }));
	assert_int_equal(read_back(w.p, w.n, &a), ERR_OK);
	assert_int_equal(a.count, 2);
	assert_int_equal(archive_text(archive_find(&a, "report.json"), 3, &t), ERR_OK);
	assert_string_equal(text_of(&t), "{}\n");
	assert_int_equal(archive_text(archive_find(&a, "report.json"), 2, &t), ERR_LIMIT);
	assert_int_equal(archive_find(&a, "extract/001.pcapng")->bytes, 0);
	assert_null(archive_find(&a, "extract"));
	text_free(&t);
	archive_free(&a);
	free(w.p);
}

/* Every octet but those of the parts themselves, whose digests stand elsewhere. */
static void refuses_any_other_octet_of_the_container(void **state)
{
	struct written w = two_parts();
	(void)state;

	for (size_t i = 0; i < w.n; i++) {
		struct archive a;
		w.p[i] ^= 0x20;
		enum err e = read_back(w.p, w.n, &a);
		archive_free(&a);
		w.p[i] ^= 0x20;
		assert_int_equal(e, i >= 512 && i < 515 ? ERR_OK : ERR_MALFORMED);
	}
	free(w.p);
}

static void refuses_every_other_length(void **state)
{
	struct written w = two_parts();
	(void)state;

	for (size_t n = 0; n < w.n; n += 128) {
		struct archive a;
		assert_int_equal(read_back(w.p, n, &a), ERR_MALFORMED);
		archive_free(&a);
	}
	free(w.p);
}

static void refuses_names_that_lead_elsewhere(void **state)
{
	static const char *const names[] = { "../x", "/x", "a//b", "a/./b",
					     ".x",   "a/", "a b",  "a\\b" };
	(void)state;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct archive a = { .count = 0 }, b;
		struct written w;
		FILE *out = open_memstream(&w.p, &w.n);
		assert_int_equal(archive_add_text(&a, names[i], SLICE("x")), ERR_OK);
		assert_int_equal(archive_write(&a, out), ERR_OK);
		fclose(out);
		archive_free(&a);
		assert_int_equal(read_back(w.p, w.n, &b), ERR_MALFORMED);
		archive_free(&b);
		free(w.p);
	}
}

static void refuses_a_name_that_stands_twice(void **state)
{
	struct archive a = { .count = 0 }, b;
	struct written w;
	FILE *out = open_memstream(&w.p, &w.n);
	(void)state;

	assert_int_equal(archive_add_text(&a, "x", SLICE("1")), ERR_OK);
	assert_int_equal(archive_add_text(&a, "x", SLICE("2")), ERR_OK);
	assert_int_equal(archive_write(&a, out), ERR_OK);
	fclose(out);
	archive_free(&a);
	assert_int_equal(read_back(w.p, w.n, &b), ERR_MALFORMED);
	archive_free(&b);
	free(w.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_was_put_in),
		cmocka_unit_test(refuses_any_other_octet_of_the_container),
		cmocka_unit_test(refuses_every_other_length),
		cmocka_unit_test(refuses_names_that_lead_elsewhere),
		cmocka_unit_test(refuses_a_name_that_stands_twice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
