/* test_sink.c - whole or not at all. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reports/sink.h"

static char folder[] = "/tmp/test-sink-XXXXXX", path[64];

static int make_folder(void **state)
{
	(void)state;
	(void)signal(SIGXFSZ, SIG_IGN);
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof path, "%s/report.json", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

static int entries(void)
{
	DIR *d = opendir(folder);
	int n = 0;

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));)
		n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
	(void)closedir(d);
	return n;
}

static void expect_content(const char *text)
{
	char got[64] = "";
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_ptr_equal(fgets(got, sizeof got, f), got);
	(void)fclose(f);
	assert_string_equal(got, text);
}

static enum err write_report(const char *to, const char *text)
{
	struct sink s;

	if (sink_open(&s, to) != ERR_OK)
		return ERR_IO;
	(void)fputs(text, s.out);
	return sink_commit(&s);
}

static void appears_only_when_committed(void **state)
{
	struct sink s;
	(void)state;
	assert_int_equal(sink_open(&s, path), ERR_OK);
	(void)fputs("new", s.out);
	(void)fflush(s.out);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(sink_commit(&s), ERR_OK);
	expect_content("new");
	assert_int_equal(entries(), 1);
}

static void replaces_and_keeps_the_mode(void **state)
{
	struct stat st;
	(void)state;
	assert_int_equal(write_report(path, "old"), ERR_OK);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(write_report(path, "newer"), ERR_OK);
	expect_content("newer");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
}

static void discards_without_a_trace(void **state)
{
	struct sink s;
	(void)state;
	assert_int_equal(write_report(path, "old"), ERR_OK);
	assert_int_equal(sink_open(&s, path), ERR_OK);
	(void)fputs("half", s.out);
	sink_discard(&s);
	expect_content("old");
	assert_int_equal(entries(), 1);
}

static void follows_a_link_and_keeps_it(void **state)
{
	char link[80];
	struct stat st;
	(void)state;
	(void)snprintf(link, sizeof link, "%s/link", folder);
	assert_int_equal(write_report(path, "old"), ERR_OK);
	assert_int_equal(symlink("report.json", link), 0);
	assert_int_equal(write_report(link, "by link"), ERR_OK);
	expect_content("by link");
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	(void)unlink(link);
}

static void says_why_a_full_device_took_nothing(void **state)
{
	(void)state;
	assert_int_equal(write_report("/dev/full", "x"), ERR_IO);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(write_report("/dev/null", "x"), ERR_OK);
	assert_int_equal(access("/dev/full", F_OK), 0);
}

static void says_why_even_when_stdio_forgot(void **state)
{
	struct sink s;
	(void)state;
	assert_int_equal(sink_open(&s, "/dev/full"), ERR_OK);
	(void)fputs("x", s.out);
	(void)fflush(s.out);
	assert_int_equal(sink_commit(&s), ERR_IO);
	assert_int_equal(errno, ENOSPC);
}

static void leaves_no_partial_file_when_there_is_no_room(void **state)
{
	struct rlimit before, small;
	struct sink s;
	(void)state;
	(void)unlink(path);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 8192;
	assert_int_equal(sink_open(&s, path), ERR_OK);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (int i = 0; i < 10000; i++)
		(void)fputs("more than fits ", s.out);
	enum err e = sink_commit(&s);
	int why = errno;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(e, ERR_IO);
	assert_int_equal(why, EFBIG);
	assert_int_equal(entries(), 0);
}

static void refuses_what_cannot_be_written(void **state)
{
	(void)state;
	assert_int_equal(write_report("/nonexistent/x.json", "x"), ERR_IO);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(write_report(folder, "x"), ERR_IO);
	assert_int_equal(errno, EISDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appears_only_when_committed),
		cmocka_unit_test(replaces_and_keeps_the_mode),
		cmocka_unit_test(discards_without_a_trace),
		cmocka_unit_test(follows_a_link_and_keeps_it),
		cmocka_unit_test(says_why_a_full_device_took_nothing),
		cmocka_unit_test(says_why_even_when_stdio_forgot),
		cmocka_unit_test(leaves_no_partial_file_when_there_is_no_room),
		cmocka_unit_test(refuses_what_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
