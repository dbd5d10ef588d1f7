/* test_line_file.c - files of lines: whole, repaired, rotated, and what is lost is counted. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/watch/line_file.h"

#define SECOND UINT64_C(1000000000)

static char folder[] = "/tmp/test-line-XXXXXX", path[64];
static struct output_counters n;

static int make_folder(void **state)
{
	(void)state;
	(void)signal(SIGXFSZ, SIG_IGN);
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof path, "%s/events.ndjson", folder);
	return 0;
}

static const char *old(unsigned i)
{
	static char name[80];

	(void)snprintf(name, sizeof name, "%s.%u", path, i);
	return name;
}

static int clean(void **state)
{
	(void)state;
	n = (struct output_counters){ 0 };
	(void)unlink(path);
	for (unsigned i = 1; i < 12; i++)
		(void)remove(old(i));
	return 0;
}

static int remove_folder(void **state)
{
	(void)clean(state);
	return rmdir(folder);
}

static struct line_file *open_with(uint64_t bytes, uint64_t ns, uint32_t keep)
{
	struct line_file *f = NULL;

	assert_int_equal(
		line_file_open(&f, (struct line_file_options){ path, bytes, ns, keep, &n }),
		ERR_OK);
	return f;
}

static void put_line(struct line_file *f, const char *line)
{
	line_file_write(f, slice_of(line));
}

static void make_file(const char *name, const char *bytes, size_t size)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

static void expect_file(const char *name, const char *text)
{
	static char got[1 << 16];
	FILE *f = fopen(name, "r");

	assert_non_null(f);
	size_t size = fread(got, 1, sizeof got - 1, f);
	(void)fclose(f);
	got[size] = '\0';
	assert_string_equal(got, text);
}

static void appends_whole_lines(void **state)
{
	struct stat st;
	(void)state;
	struct line_file *f = open_with(0, 0, 9);
	put_line(f, "{\"a\":1}\n");
	expect_file(path, "{\"a\":1}\n");
	put_line(f, "{\"a\":2}\n");
	line_file_close(f);
	f = open_with(0, 0, 9);
	put_line(f, "{\"a\":3}\n");
	line_file_close(f);
	expect_file(path, "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0137, 0);
	assert_int_equal(n.sent, 3);
	assert_int_equal(n.lost, 0);
	assert_true(n.up);
}

static void expect_repaired(const char *bytes, size_t size, const char *after, unsigned lost)
{
	n = (struct output_counters){ 0 };
	make_file(path, bytes, size);
	struct line_file *f = open_with(0, 0, 9);
	expect_file(path, after);
	put_line(f, "{}\n");
	line_file_close(f);
	char whole[128];
	(void)snprintf(whole, sizeof whole, "%s{}\n", after);
	expect_file(path, whole);
	assert_int_equal(n.lost, lost);
}

#define REPAIRED(bytes, after, lost) expect_repaired(bytes, sizeof bytes - 1, after, lost)

static void takes_off_what_a_crash_left(void **state)
{
	(void)state;
	REPAIRED("", "", 0);
	REPAIRED("{\"a\":1}\n", "{\"a\":1}\n", 0);
	REPAIRED("{\"a\":1}\n{\"a", "{\"a\":1}\n", 1);
	REPAIRED("{\"a", "", 1);
	REPAIRED("{\"a\":1}\n{", "{\"a\":1}\n", 1);
	REPAIRED("{\"a\":1}\n\0\0\0\0", "{\"a\":1}\n", 1);
}

static void a_line_that_lacks_its_newline_gets_it(void **state)
{
	(void)state;
	REPAIRED("{\"a\":1}\n{\"a\":2}", "{\"a\":1}\n{\"a\":2}\n", 0);
	REPAIRED("{\"a\":{\"b\":[1,2]}}", "{\"a\":{\"b\":[1,2]}}\n", 0);
}

static void what_is_not_ours_stays(void **state)
{
	(void)state;
	REPAIRED("127.0.0.1 localhost", "127.0.0.1 localhost\n", 0);
}

static void repairs_a_line_longer_than_a_block(void **state)
{
	static char big[20000], whole[20000];
	(void)state;
	memset(big, 'x', sizeof big);
	memcpy(big, "{\"a\":1}\n{\"b\":\"", 14);
	make_file(path, big, sizeof big);
	struct line_file *f = open_with(0, 0, 9);
	line_file_close(f);
	expect_file(path, "{\"a\":1}\n");
	assert_int_equal(n.lost, 1);
	memset(whole, 'x', sizeof whole - 1);
	memcpy(whole, "{\"b\":\"", 6);
	memcpy(whole + sizeof whole - 4, "\"}\n", 3);
	make_file(path, whole, sizeof whole - 1);
	f = open_with(0, 0, 9);
	line_file_close(f);
	expect_file(path, whole);
	assert_int_equal(n.lost, 1);
}

static void rotates_by_size_and_keeps_so_many(void **state)
{
	(void)state;
	struct line_file *f = open_with(20, 0, 3);
	for (int i = 0; i < 10; i++) {
		char line[16];
		(void)snprintf(line, sizeof line, "{\"a\":%d}\n", i);
		put_line(f, line);
	}
	line_file_close(f);
	expect_file(path, "{\"a\":8}\n{\"a\":9}\n");
	expect_file(old(1), "{\"a\":6}\n{\"a\":7}\n");
	expect_file(old(2), "{\"a\":4}\n{\"a\":5}\n");
	expect_file(old(3), "{\"a\":2}\n{\"a\":3}\n");
	assert_int_equal(access(old(4), F_OK), -1);
	assert_int_equal(n.sent, 10);
	assert_int_equal(n.lost + n.failures, 0);
}

static void a_line_that_is_too_large_has_a_file_of_its_own(void **state)
{
	(void)state;
	struct line_file *f = open_with(4, 0, 9);
	put_line(f, "{\"a\":1}\n");
	put_line(f, "{\"a\":2}\n");
	line_file_close(f);
	expect_file(path, "{\"a\":2}\n");
	expect_file(old(1), "{\"a\":1}\n");
	assert_int_equal(access(old(2), F_OK), -1);
}

static void moves_no_more_than_stand_in_the_way(void **state)
{
	(void)state;
	make_file(old(3), "third\n", 6);
	struct line_file *f = open_with(8, 0, 9);
	put_line(f, "{\"a\":1}\n");
	put_line(f, "{\"a\":2}\n");
	line_file_close(f);
	expect_file(old(1), "{\"a\":1}\n");
	expect_file(old(3), "third\n");
}

static void rotates_by_the_clock(void **state)
{
	(void)state;
	struct line_file *f = open_with(0, 60 * SECOND, 9);
	uint64_t now = 1700000000 * SECOND / (60 * SECOND) * (60 * SECOND);
	put_line(f, "{\"a\":1}\n");
	line_file_tick(f, now);
	line_file_tick(f, now + 59 * SECOND);
	put_line(f, "{\"a\":2}\n");
	line_file_tick(f, now + 60 * SECOND);
	put_line(f, "{\"a\":3}\n");
	line_file_tick(f, now + 61 * SECOND);
	line_file_tick(f, now + 120 * SECOND);
	line_file_tick(f, now + 180 * SECOND); /* empty: stays */
	line_file_close(f);
	expect_file(path, "");
	expect_file(old(1), "{\"a\":3}\n");
	expect_file(old(2), "{\"a\":1}\n{\"a\":2}\n");
	assert_int_equal(access(old(3), F_OK), -1);
}

static void goes_on_with_the_file_of_the_same_span(void **state)
{
	struct timespec times[2] = { { .tv_sec = 1700000000 }, { .tv_sec = 1700000000 } };
	(void)state;
	make_file(path, "{\"a\":1}\n", 8);
	assert_int_equal(utimensat(-1, path, times, 0), 0);
	struct line_file *f = open_with(0, 3600 * SECOND, 9);
	line_file_tick(f, 1700000001 * SECOND);
	put_line(f, "{\"a\":2}\n");
	assert_int_equal(access(old(1), F_OK), -1);
	line_file_close(f);
	assert_int_equal(utimensat(-1, path, times, 0), 0);
	f = open_with(0, 3600 * SECOND, 9);
	line_file_tick(f, 1700003601 * SECOND);
	line_file_close(f);
	expect_file(path, "");
	expect_file(old(1), "{\"a\":1}\n{\"a\":2}\n");
}

static void goes_on_where_it_is_when_it_cannot_rotate(void **state)
{
	(void)state;
	assert_int_equal(mkdir(old(1), 0700), 0);
	assert_int_equal(mkdir(old(2), 0700), 0);
	struct line_file *f = open_with(8, 0, 1);
	put_line(f, "{\"a\":1}\n");
	put_line(f, "{\"a\":2}\n");
	expect_file(path, "{\"a\":1}\n{\"a\":2}\n");
	assert_int_equal(n.lost, 0);
	assert_int_equal(n.failures, 1);
	assert_non_null(strstr(n.why, "cannot be rotated: "));
	line_file_close(f);
}

static void reopens_by_name(void **state)
{
	(void)state;
	struct line_file *f = open_with(0, 0, 9);
	put_line(f, "{\"a\":1}\n");
	assert_int_equal(rename(path, old(1)), 0);
	put_line(f, "{\"a\":2}\n");
	line_file_reopen(f);
	put_line(f, "{\"a\":3}\n");
	line_file_close(f);
	expect_file(old(1), "{\"a\":1}\n{\"a\":2}\n");
	expect_file(path, "{\"a\":3}\n");
}

static void writes_on_when_it_cannot_be_reopened(void **state)
{
	(void)state;
	struct line_file *f = open_with(0, 0, 9);
	put_line(f, "{\"a\":1}\n");
	assert_int_equal(rename(path, old(1)), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	line_file_reopen(f);
	assert_false(n.up);
	put_line(f, "{\"a\":2}\n");
	assert_int_equal(rmdir(path), 0);
	line_file_tick(f, 0);
	put_line(f, "{\"a\":3}\n");
	line_file_close(f);
	expect_file(old(1), "{\"a\":1}\n{\"a\":2}\n");
	expect_file(path, "{\"a\":3}\n");
	assert_int_equal(n.lost, 0);
}

static void makes_anew_what_somebody_removed(void **state)
{
	(void)state;
	struct line_file *f = open_with(0, 0, 9);
	assert_int_equal(unlink(path), 0);
	line_file_tick(f, 0);
	put_line(f, "{\"a\":1}\n");
	line_file_close(f);
	expect_file(path, "{\"a\":1}\n");
}

static void never_renames_what_took_its_name(void **state)
{
	(void)state;
	struct line_file *f = open_with(8, 0, 9);
	put_line(f, "{\"a\":1}\n");
	assert_int_equal(rename(path, old(5)), 0);
	make_file(path, "", 0);
	put_line(f, "{\"a\":2}\n");
	line_file_close(f);
	expect_file(path, "{\"a\":2}\n");
	assert_int_equal(access(old(1), F_OK), -1);
}

static void follows_a_link_and_rotates_what_it_leads_to(void **state)
{
	char link[80];
	struct stat st;
	struct line_file *f;
	(void)state;
	(void)snprintf(link, sizeof link, "%s/link", folder);
	assert_int_equal(symlink("events.ndjson", link), 0);
	assert_int_equal(line_file_open(&f, (struct line_file_options){ link, 8, 0, 9, &n }),
			 ERR_OK);
	put_line(f, "{\"a\":1}\n");
	put_line(f, "{\"a\":2}\n");
	line_file_close(f);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	(void)unlink(link);
	expect_file(path, "{\"a\":2}\n");
	expect_file(old(1), "{\"a\":1}\n");
}

static void a_full_disk_leaves_whole_lines(void **state)
{
	struct rlimit before, small;
	(void)state;
	struct line_file *f = open_with(0, 0, 9);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 20;
	put_line(f, "{\"a\":1}\n");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	put_line(f, "{\"a\":2}\n");
	put_line(f, "{\"a\":3}\n"); /* its first four bytes fit */
	put_line(f, "{\"a\":4}\n");
	bool was_up = n.up;
	put_line(f, "{}\n"); /* fits */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	put_line(f, "{\"a\":6}\n");
	line_file_close(f);
	expect_file(path, "{\"a\":1}\n{\"a\":2}\n{}\n{\"a\":6}\n");
	assert_false(was_up);
	assert_true(n.up);
	assert_int_equal(n.lost, 2);
	assert_int_equal(n.sent, 4);
	assert_non_null(strstr(n.why, "cannot be written: "));
}

static void says_why_it_cannot_be_opened(void **state)
{
	struct line_file *f = NULL;
	(void)state;
	assert_int_equal(
		line_file_open(&f, (struct line_file_options){ "/nonexistent/x", 0, 0, 1, &n }),
		ERR_IO);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(line_file_open(&f, (struct line_file_options){ "/dev/null", 0, 0, 1, &n }),
			 ERR_IO);
	assert_int_equal(errno, EINVAL);
}

#define TEST(f) cmocka_unit_test_setup(f, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(appends_whole_lines),
		TEST(takes_off_what_a_crash_left),
		TEST(a_line_that_lacks_its_newline_gets_it),
		TEST(what_is_not_ours_stays),
		TEST(repairs_a_line_longer_than_a_block),
		TEST(rotates_by_size_and_keeps_so_many),
		TEST(a_line_that_is_too_large_has_a_file_of_its_own),
		TEST(moves_no_more_than_stand_in_the_way),
		TEST(rotates_by_the_clock),
		TEST(goes_on_with_the_file_of_the_same_span),
		TEST(goes_on_where_it_is_when_it_cannot_rotate),
		TEST(reopens_by_name),
		TEST(writes_on_when_it_cannot_be_reopened),
		TEST(makes_anew_what_somebody_removed),
		TEST(never_renames_what_took_its_name),
		TEST(follows_a_link_and_rotates_what_it_leads_to),
		TEST(a_full_disk_leaves_whole_lines),
		TEST(says_why_it_cannot_be_opened),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
