/* test_feed_follow.c - a folder that captures are rotated into, by whatever program. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "tests/lib/feeding.h"

enum { WAIT = 8000, RECORD = 76 };

static struct feed *follow(struct feeding *t, struct feed_options o)
{
	const struct feed_source s = { FEED_FOLLOW, NULL, t->folder };
	struct feed *f;
	char *why;

	assert_int_equal(feed_open(&f, &s, 1, o, &why), ERR_OK);
	feed_start(f);
	return f;
}

/* So many frames, of a file that begins so many seconds after the start of all. */
static struct feeding_capture after(unsigned seconds, unsigned frames)
{
	return (struct feeding_capture){ .frames = frames,
					 .start_ns = FEEDING_START + seconds * 1000000000ull };
}

/* As if it had last been written so long ago. */
static void age(struct feeding *t, const char *name, int seconds)
{
	struct timespec times[2];

	(void)clock_gettime(CLOCK_REALTIME, &times[0]);
	times[0].tv_sec -= seconds;
	times[1] = times[0];
	assert_int_equal(utimensat(AT_FDCWD, feeding_path(t, 7, name), times, 0), 0);
}

/* The next frames, one by one, were captured so many seconds after the start. */
static void expect(struct feed *f, unsigned seconds, unsigned frames)
{
	struct frame got;

	for (unsigned i = 0; i < frames; i++) {
		assert_int_equal(feed_batch(f, &got, 1, WAIT), 1);
		assert_int_equal(got.ts_ns,
				 FEEDING_START + seconds * 1000000000ull + i * 1000000ull);
	}
}

static void expect_nothing(struct feed *f, int ms)
{
	struct frame got;

	assert_int_equal(feed_batch(f, &got, 1, ms), 0);
}

static void reads_once_what_is_there_by_first_frame(void **state)
{
	struct feeding *t = *state;
	struct frame got;

	feeding_file(t, "a.pcap", after(30, 3));
	feeding_file(t, "b.pcap", after(10, 2));
	feeding_file(t, "c.pcapng", (struct feeding_capture){ .frames = 2, .pcapng = true });
	feeding_text(t, "notes.txt", "captured on a Tuesday, with tcpdump, at the border\n");
	feeding_file(t, ".hidden.pcap", after(20, 5));
	feeding_file(t, "empty.pcap", after(20, 0));
	struct feed *f = follow(t, (struct feed_options){ .once = true });
	expect(f, 0, 2);
	expect(f, 10, 2);
	expect(f, 30, 2);
	assert_int_equal(feed_batch(f, &got, 1, WAIT), 1);
	assert_int_equal(got.number, 7); /* runs on over all files */
	expect_nothing(f, WAIT);
	assert_true(feed_over(f));
	assert_int_equal(feed_at(f, 0)->outages, 0);
	feed_close(f);
}

static void follows_the_newest_while_it_grows(void **state)
{
	struct feeding *t = *state;
	struct text one = { 0 };

	feeding_bytes(&one, after(0, 3));
	feeding_append(t, "one.pcap", one.p, one.n - RECORD - 10);
	struct feed *f = follow(t, (struct feed_options){ 0 });
	expect(f, 0, 1);
	expect_nothing(f, 300);
	feeding_append(t, "one.pcap", one.p + one.n - RECORD - 10, 10);
	assert_int_equal(feeding_all(f, 500), 1);
	feeding_append(t, "one.pcap", one.p + one.n - RECORD, RECORD);
	assert_int_equal(feeding_all(f, 500), 1);
	assert_false(feed_over(f));
	assert_true(feed_at(f, 0)->up);
	feed_stop(f);
	expect_nothing(f, WAIT);
	assert_true(feed_over(f));
	assert_int_equal(feed_at(f, 0)->outages, 0);
	feed_close(f);
	text_free(&one);
}

static void goes_on_to_the_next_file_after_a_grace(void **state)
{
	struct feeding *t = *state;
	struct text one = { 0 };

	feeding_bytes(&one, after(0, 3));
	feeding_append(t, "one.pcap", one.p, one.n - RECORD);
	struct feed *f = follow(t, (struct feed_options){ 0 });
	expect(f, 0, 2);
	feeding_file(t, "two.pcap", after(10, 2));
	expect_nothing(f, 300);
	/* The end of the first, written when the second was begun already. */
	feeding_append(t, "one.pcap", one.p + one.n - RECORD, RECORD);
	assert_int_equal(feeding_all(f, 500), 1);
	expect(f, 10, 2);
	feeding_file(t, "three.pcap", after(20, 1));
	expect(f, 20, 1);
	assert_int_equal(feed_at(f, 0)->outages, 0);
	feed_close(f);
	text_free(&one);
}

static void reads_a_backlog_without_waiting(void **state)
{
	struct feeding *t = *state;
	char name[32];

	for (unsigned i = 0; i < 40; i++) {
		(void)snprintf(name, sizeof name, "%02u.pcap", i);
		feeding_file(t, name, after(i, 5));
		age(t, name, 100 - (int)i);
	}
	uint64_t before = feeding_ms();
	struct feed *f = follow(t, (struct feed_options){ 0 });
	for (unsigned i = 0; i < 40; i++)
		expect(f, i, 5);
	assert_true(feeding_ms() - before < 10000);
	feed_close(f);
}

static void tells_of_a_record_that_is_cut(void **state)
{
	struct feeding *t = *state;
	struct feeding_capture c = after(0, 3);

	c.cut = 7;
	feeding_file(t, "one.pcap", c);
	feeding_file(t, "two.pcap", after(10, 1));
	struct feed *f = follow(t, (struct feed_options){ .once = true });
	assert_int_equal(feeding_all(f, WAIT), 3);
	assert_int_equal(feed_at(f, 0)->outages, 1);
	assert_string_equal(feed_at(f, 0)->why,
			    "one.pcap: frame 3 is cut short: the file ends inside its record");
	feed_close(f);
}

static void write_packed(struct feeding *t, const char *name, struct feeding_capture c)
{
	struct text plain = { 0 };

	feeding_bytes(&plain, c);
	gzFile z = gzopen(feeding_path(t, 6, name), "wb");
	assert_int_equal(gzwrite(z, plain.p, (unsigned)plain.n), plain.n);
	assert_int_equal(gzclose(z), Z_OK);
	text_free(&plain);
}

/* As tcpdump -z gzip does: the capture that was read comes again under another name. */
static void does_not_read_again_what_was_packed(void **state)
{
	struct feeding *t = *state;

	feeding_file(t, "one.pcap", after(0, 3));
	feeding_file(t, "two.pcap", after(10, 2));
	age(t, "one.pcap", 50);
	age(t, "two.pcap", 40);
	struct feed *f = follow(t, (struct feed_options){ 0 });
	expect(f, 0, 3);
	expect(f, 10, 2);
	write_packed(t, "one.pcap.gz", after(0, 3));
	assert_int_equal(unlink(feeding_path(t, 0, "one.pcap")), 0);
	age(t, "one.pcap.gz", 50);
	assert_int_equal(rename(feeding_path(t, 0, "two.pcap"), feeding_path(t, 1, "2.pcap")), 0);
	write_packed(t, "three.gz", after(20, 4));
	age(t, "three.gz", 30);
	expect(f, 20, 4);
	expect_nothing(f, 1300);
	assert_int_equal(feed_at(f, 0)->outages, 0);
	feed_close(f);
}

/* As tcpdump -W does: the oldest file is written anew, under its name and in its inode. */
static void reads_a_name_again_that_is_used_again(void **state)
{
	struct feeding *t = *state;

	feeding_file(t, "0.pcap", after(0, 3));
	feeding_file(t, "1.pcap", after(10, 2));
	age(t, "0.pcap", 50);
	age(t, "1.pcap", 40);
	struct feed *f = follow(t, (struct feed_options){ 0 });
	expect(f, 0, 3);
	expect(f, 10, 2);
	assert_int_equal(truncate(feeding_path(t, 0, "0.pcap"), 0), 0);
	feeding_file(t, "0.pcap", after(20, 3));
	expect(f, 20, 3);
	assert_int_equal(feed_at(f, 0)->outages, 0);
	feed_close(f);
}

/* It cannot go on, as nobody takes what it gives; meanwhile the next file is removed. */
static void tells_of_files_it_came_too_late_for(void **state)
{
	struct feeding *t = *state;
	struct feeding_capture large = after(0, 2500);

	large.octets = 1400;
	feeding_file(t, "one.pcap", large);
	feeding_file(t, "two.pcap", after(10, 2));
	struct feed *f = follow(t, (struct feed_options){ .queue = 1, .once = true });
	for (int i = 0; i < 200 && feed_at(f, 0)->waiting < 1 << 20; i++)
		feeding_sleep(10);
	assert_int_equal(unlink(feeding_path(t, 0, "two.pcap")), 0);
	assert_int_equal(feeding_all(f, WAIT), 2500);
	assert_int_equal(feed_at(f, 0)->outages, 1);
	assert_string_equal(feed_at(f, 0)->why, "two.pcap: it was removed before it was read");
	feed_close(f);
}

static void tells_of_what_came_after_the_end(void **state)
{
	struct feeding *t = *state;
	struct text one = { 0 };

	feeding_bytes(&one, after(0, 3));
	feeding_append(t, "one.pcap", one.p, one.n - RECORD);
	age(t, "one.pcap", 50);
	feeding_file(t, "two.pcap", after(10, 1));
	struct feed *f = follow(t, (struct feed_options){ 0 });
	expect(f, 0, 2);
	expect(f, 10, 1);
	feeding_append(t, "one.pcap", one.p + one.n - RECORD, RECORD);
	for (int i = 0; i < 500 && !feed_at(f, 0)->outages; i++)
		expect_nothing(f, 10);
	assert_int_equal(feed_at(f, 0)->outages, 1);
	assert_non_null(strstr(feed_at(f, 0)->why, "one.pcap: it grew after"));
	feed_close(f);
	text_free(&one);
}

static void comes_back_to_a_folder_made_anew(void **state)
{
	struct feeding *t = *state;
	struct frame got;

	struct feed *f = follow(t, (struct feed_options){ 0 });
	feeding_sleep(50);
	assert_int_equal(rmdir(t->folder), 0);
	for (int i = 0; i < 50 && feed_at(f, 0)->up; i++)
		expect_nothing(f, 20);
	assert_false(feed_at(f, 0)->up);
	expect_nothing(f, 0);
	assert_int_equal(feed_at(f, 0)->outages, 1);
	assert_int_equal(mkdir(t->folder, 0700), 0);
	feeding_file(t, "one.pcap", after(0, 1));
	assert_int_equal(feed_batch(f, &got, 1, WAIT), 1);
	assert_true(feed_at(f, 0)->up);
	feed_close(f);
}

static void filters_files_too(void **state)
{
	struct feeding *t = *state;
	struct frame got;

	feeding_file(t, "a.pcap", (struct feeding_capture){ .frames = 3, .ports = true });
	feeding_file(t, "b.pcap",
		     (struct feeding_capture){
			     .frames = 3, .ports = true, .start_ns = FEEDING_START + 5000000000 });
	struct feed *f = follow(t, (struct feed_options){ .once = true, .bpf = "port 4036" });
	const uint64_t numbers[] = { 2, 3, 5, 6 };
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(feed_batch(f, &got, 1, WAIT), 1);
		assert_int_equal(got.number, numbers[i]);
	}
	expect_nothing(f, WAIT);
	feed_close(f);
}

/* Most of each is waiting: they wait beside each other, in a process each. */
static int run_beside(const struct CMUnitTest *tests, size_t n)
{
	int failed = 0, code;

	for (size_t i = 0; i < n; i++)
		if (fork() == 0) {
			const struct CMUnitTest one[] = { tests[i] };
			exit(cmocka_run_group_tests(one, NULL, NULL));
		}
	while (wait(&code) > 0)
		failed += code != 0;
	return failed;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FEEDING(reads_once_what_is_there_by_first_frame),
		FEEDING(follows_the_newest_while_it_grows),
		FEEDING(goes_on_to_the_next_file_after_a_grace),
		FEEDING(reads_a_backlog_without_waiting),
		FEEDING(tells_of_a_record_that_is_cut),
		FEEDING(does_not_read_again_what_was_packed),
		FEEDING(reads_a_name_again_that_is_used_again),
		FEEDING(tells_of_files_it_came_too_late_for),
		FEEDING(tells_of_what_came_after_the_end),
		FEEDING(comes_back_to_a_folder_made_anew),
		FEEDING(filters_files_too),
	};

	return run_beside(tests, sizeof tests / sizeof tests[0]);
}
