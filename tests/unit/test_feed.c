/* test_feed.c - sources read on threads of their own come out as one order of frames. */
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

#include "analyzer/feed/feed.h"
#include "tests/lib/feeding.h"

enum { WAIT = 2000 };

static struct feed *open_all(const struct feed_source *sources, size_t n, struct feed_options o)
{
	struct feed *f;
	char *why;

	assert_int_equal(feed_open(&f, sources, n, o, &why), ERR_OK);
	assert_null(why);
	feed_start(f);
	return f;
}

static void refuses(const struct feed_source *sources, size_t n, struct feed_options o, enum err e,
		    const char *word)
{
	struct feed *f;
	char *why;

	assert_int_equal(feed_open(&f, sources, n, o, &why), e);
	assert_null(f);
	assert_non_null(why);
	assert_non_null(strstr(why, word));
	free(why);
}

/* Three files whose frames lie between each other's, and at the same times. */
static void make_three(struct feeding *t)
{
	feeding_file(t, "a.pcap", (struct feeding_capture){ .frames = 400, .step_ns = 3000 });
	feeding_file(t, "b.pcap",
		     (struct feeding_capture){
			     .frames = 900, .step_ns = 2000, .big = true, .ns = true });
	feeding_file(t, "c.pcapng",
		     (struct feeding_capture){ .frames = 500, .step_ns = 2000, .pcapng = true });
}

static void same_frame(const struct frame *a, const struct frame *b)
{
	assert_int_equal(a->ts_ns, b->ts_ns);
	assert_int_equal(a->number, b->number);
	assert_int_equal(a->input, b->input);
	assert_int_equal(a->point, b->point);
	assert_int_equal(a->wire_len, b->wire_len);
	assert_int_equal(a->link_type, b->link_type);
	assert_int_equal(a->iface, b->iface);
	assert_true(slice_eq(a->bytes, b->bytes));
}

/* Every frame of the feed is the one that audit would have next. */
static void as_audit(struct feed *f, struct capture *c)
{
	struct frame got[CAPTURE_BATCH], want;

	while (!feed_over(f)) {
		size_t n = feed_batch(f, got, CAPTURE_BATCH, WAIT);
		for (size_t i = 0; i < n; i++) {
			assert_true(capture_next(c, &want));
			same_frame(&got[i], &want);
		}
	}
	assert_false(capture_next(c, &want));
}

static void merges_files_as_audit_does(void **state)
{
	struct feeding *t = *state;
	struct capture *c;
	const char *why;

	make_three(t);
	const struct capture_source captures[] = { { "x", feeding_path(t, 0, "a.pcap") },
						   { "y", feeding_path(t, 1, "b.pcap") },
						   { "z", feeding_path(t, 2, "c.pcapng") } };
	const struct feed_source sources[] = { { FEED_STREAM, "z", captures[2].path },
					       { FEED_STREAM, "x", captures[0].path },
					       { FEED_STREAM, "y", captures[1].path } };
	assert_int_equal(capture_open(&c, captures, 3, (struct capture_options){ 0 }, &why), 0);
	struct feed *f = open_all(sources, 3, (struct feed_options){ .hold_ns = 1 });
	as_audit(f, c);
	assert_int_equal(feed_points(f), 3);
	assert_int_equal(feed_at(f, 1)->packets, 900);
	assert_int_equal(feed_at(f, 1)->outages, 0);
	assert_true(feed_at(f, 1)->over);
	assert_false(feed_at(f, 1)->up);
	feed_close(f);
	capture_close(c);
}

static void names_pieces_of_one_label_as_audit_does(void **state)
{
	struct feeding *t = *state;

	make_three(t);
	const struct feed_source sources[] = {
		{ FEED_STREAM, "m", feeding_path(t, 0, "a.pcap") },
		{ FEED_STREAM, NULL, feeding_path(t, 1, "b.pcap") },
		{ FEED_STREAM, "m", feeding_path(t, 2, "c.pcapng") },
	};
	struct feed *f = open_all(sources, 3, (struct feed_options){ 0 });
	assert_string_equal(feed_at(f, 0)->label, "b");
	assert_string_equal(feed_at(f, 1)->label, "m");
	assert_string_equal(feed_at(f, 2)->label, "m#2");
	assert_string_equal(feed_at(f, 2)->name, "c.pcapng");
	assert_int_equal(feed_at(f, 2)->point, feed_at(f, 1)->point);
	assert_int_equal(feed_points(f), 2);
	assert_int_equal(feed_count(f), 3);
	feed_close(f);
}

/* A ring smaller than the file: the reader waits, and loses nothing. */
static void drops_nothing_of_a_file(void **state)
{
	struct feeding *t = *state;

	feeding_file(t, "a.pcap",
		     (struct feeding_capture){ .frames = 5000, .step_ns = 1000, .octets = 1400 });
	const struct feed_source s = { FEED_STREAM, NULL, feeding_path(t, 0, "a.pcap") };
	struct feed *f = open_all(&s, 1, (struct feed_options){ .queue = 1 });
	for (int i = 0; i < 200 && feed_at(f, 0)->waiting < 1 << 20; i++)
		feeding_sleep(10);
	feeding_sleep(50);
	assert_int_equal(feeding_all(f, WAIT), 5000);
	assert_int_equal(feed_at(f, 0)->queue_drops, 0);
	assert_int_equal(feed_at(f, 0)->bytes, 5000 * 1400);
	assert_int_equal(feed_at(f, 0)->waiting, 0);
	feed_close(f);
}

/* The queues are not there: what was known is told, of frames that wait as of all else. */
static void a_copy_of_the_process_knows_how_it_stood(void **state)
{
	struct feeding *t = *state;
	struct frame one;
	int status;

	feeding_file(t, "a.pcap", (struct feeding_capture){ .frames = 50, .step_ns = 1000 });
	const struct feed_source s = { FEED_STREAM, "m", feeding_path(t, 0, "a.pcap") };
	struct feed *f = open_all(&s, 1, (struct feed_options){ 0 });
	assert_int_equal(feed_batch(f, &one, 1, WAIT), 1);
	pid_t child = fork();
	if (child == 0) {
		feed_in_copy(f);
		const struct feed_input *in = feed_at(f, 0);
		_exit(in->packets == 1 && strcmp(in->label, "m") == 0 ? 7 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_int_equal(feeding_all(f, WAIT), 49);
	feed_close(f);
}

static void waits_for_a_pipe_byte_by_byte(void **state)
{
	struct feeding *t = *state;
	struct frame got[CAPTURE_BATCH];
	size_t n, size;

	feeding_file(t, "a.pcap", (struct feeding_capture){ .frames = 3, .octets = 40 });
	uint8_t *bytes = feeding_read(feeding_path(t, 0, "a.pcap"), &size);
	const char *fifo = feeding_path(t, 1, "fifo");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	const struct feed_source s = { FEED_STREAM, NULL, fifo };
	struct feed *f = open_all(&s, 1, (struct feed_options){ 0 });
	assert_int_equal(feed_batch(f, got, CAPTURE_BATCH, 20), 0);
	int to = open(fifo, O_WRONLY);
	size_t seen = 0;
	for (size_t i = 0; i < size; i++) {
		assert_int_equal(write(to, bytes + i, 1), 1);
		n = feed_batch(f, got, CAPTURE_BATCH, (i + 1 - 24) % 56 == 0 && i >= 24 ? WAIT : 0);
		seen += n;
		assert_true(seen <= (i + 1 < 24 ? 0 : (i + 1 - 24) / 56));
	}
	assert_int_equal(seen, 3);
	assert_true(feed_at(f, 0)->up);
	assert_false(feed_over(f));
	(void)close(to);
	assert_int_equal(feed_batch(f, got, CAPTURE_BATCH, WAIT), 0);
	assert_true(feed_over(f));
	assert_int_equal(feed_at(f, 0)->outages, 0);
	feed_close(f);
	free(bytes);
}

/* Cooked captures are libpcap's to parse: their frames may not wait for a buffer to fill. */
static void gives_cooked_frames_of_a_pipe_as_they_come(void **state)
{
	struct feeding *t = *state;
	struct frame got[CAPTURE_BATCH];
	size_t size;

	feeding_file(t, "a.pcap",
		     (struct feeding_capture){ .frames = 2, .octets = 40, .link_type = 113 });
	uint8_t *bytes = feeding_read(feeding_path(t, 0, "a.pcap"), &size);
	const char *fifo = feeding_path(t, 1, "fifo");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	const struct feed_source s = { FEED_STREAM, NULL, fifo };
	struct feed *f = open_all(&s, 1, (struct feed_options){ 0 });
	int to = open(fifo, O_WRONLY);
	assert_int_equal(write(to, bytes, size - 1), size - 1);
	assert_int_equal(feed_batch(f, got, CAPTURE_BATCH, WAIT), 1);
	assert_int_equal(got[0].link_type, 113);
	assert_int_equal(write(to, bytes + size - 1, 1), 1);
	assert_int_equal(feed_batch(f, got, CAPTURE_BATCH, WAIT), 1);
	(void)close(to);
	feed_close(f);
	free(bytes);
}

static void tells_where_a_stream_breaks(void **state)
{
	struct feeding *t = *state;

	feeding_file(t, "a.pcap",
		     (struct feeding_capture){ .frames = 5, .octets = 100, .cut = 10 });
	feeding_text(t, "b.pcap", "this is no capture, but a note about one\n");
	const struct feed_source sources[] = {
		{ FEED_STREAM, NULL, feeding_path(t, 0, "a.pcap") },
		{ FEED_STREAM, NULL, feeding_path(t, 1, "b.pcap") },
	};
	struct feed *f = open_all(sources, 2, (struct feed_options){ 0 });
	assert_int_equal(feeding_all(f, WAIT), 4);
	assert_int_equal(feed_at(f, 0)->outages, 1);
	assert_string_equal(feed_at(f, 0)->why,
			    "frame 5 is cut short: the file ends inside its record");
	assert_int_equal(feed_at(f, 1)->outages, 1);
	assert_string_equal(feed_at(f, 1)->why, "it is text, not a packet capture");
	feed_close(f);
}

static void stops_at_once_in_the_middle_of_a_pipe(void **state)
{
	struct feeding *t = *state;
	struct frame got[CAPTURE_BATCH];
	size_t size;

	feeding_file(t, "a.pcap", (struct feeding_capture){ .frames = 3, .octets = 40 });
	uint8_t *bytes = feeding_read(feeding_path(t, 0, "a.pcap"), &size);
	const char *fifo = feeding_path(t, 1, "fifo");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	const struct feed_source s = { FEED_STREAM, NULL, fifo };
	struct feed *f = open_all(&s, 1, (struct feed_options){ 0 });
	int to = open(fifo, O_WRONLY);
	assert_int_equal(write(to, bytes, size - 5), size - 5);
	feeding_sleep(50);
	uint64_t before = feeding_ms();
	feed_stop(f);
	size_t n = 0;
	while (!feed_over(f))
		n += feed_batch(f, got, CAPTURE_BATCH, WAIT);
	assert_int_equal(n, 2);
	assert_int_equal(feed_at(f, 0)->outages, 0);
	feed_close(f);
	assert_true(feeding_ms() - before < 200);
	(void)close(to);
	free(bytes);
}

/* Of a source that has nothing the others' frames wait, but not for ever. */
static void holds_frames_for_a_source_that_is_late(void **state)
{
	struct feeding *t = *state;
	struct frame got[CAPTURE_BATCH];
	size_t size;

	feeding_file(t, "a.pcap", (struct feeding_capture){ .frames = 1, .octets = 40 });
	uint8_t *bytes = feeding_read(feeding_path(t, 0, "a.pcap"), &size);
	const char *one = feeding_path(t, 1, "one"), *two = feeding_path(t, 2, "two");
	assert_int_equal(mkfifo(one, 0600), 0);
	assert_int_equal(mkfifo(two, 0600), 0);
	const struct feed_source sources[] = { { FEED_STREAM, NULL, one },
					       { FEED_STREAM, NULL, two } };
	struct feed *f = open_all(sources, 2, (struct feed_options){ .hold_ns = 150000000 });
	int to_one = open(one, O_WRONLY), to_two = open(two, O_WRONLY);
	assert_int_equal(write(to_two, bytes, size), size);
	uint64_t before = feeding_ms();
	assert_int_equal(feed_batch(f, got, CAPTURE_BATCH, 50), 0);
	assert_int_equal(feed_batch(f, got, CAPTURE_BATCH, WAIT), 1);
	assert_int_equal(got[0].input, 1);
	assert_in_range(feeding_ms() - before, 130, 1000);
	/* One that has ended is not waited for. */
	(void)close(to_two);
	feeding_sleep(20);
	before = feeding_ms();
	assert_int_equal(write(to_one, bytes, size), size);
	assert_int_equal(feed_batch(f, got, CAPTURE_BATCH, WAIT), 1);
	assert_true(feeding_ms() - before < 120);
	(void)close(to_one);
	feed_close(f);
	free(bytes);
}

static void gives_secrets_before_what_they_open(void **state)
{
	struct feeding *t = *state;
	const struct capture_secret *found;
	struct frame got[CAPTURE_BATCH];

	feeding_file(t, "a.pcapng",
		     (struct feeding_capture){
			     .frames = 3, .pcapng = true, .secret = "CLIENT_RANDOM 1" });
	feeding_file(t, "b.pcapng",
		     (struct feeding_capture){
			     .frames = 3, .pcapng = true, .secret = "CLIENT_RANDOM 1" });
	const struct feed_source sources[] = {
		{ FEED_STREAM, NULL, feeding_path(t, 0, "a.pcapng") },
		{ FEED_STREAM, NULL, feeding_path(t, 1, "b.pcapng") },
	};
	struct feed *f = open_all(sources, 2, (struct feed_options){ 0 });
	assert_true(feed_batch(f, got, 1, WAIT) == 1);
	assert_int_equal(feed_secrets(f, &found), 1);
	assert_true(slice_eq(found[0].text, SLICE("CLIENT_RANDOM 1")));
	assert_int_equal(found[0].type, 0x544c534b);
	assert_int_equal(feeding_all(f, WAIT), 5);
	assert_int_equal(feed_secrets(f, &found), 1);
	feed_close(f);
}

static void filters_and_keeps_later_fragments(void **state)
{
	struct feeding *t = *state;
	struct frame got[CAPTURE_BATCH];

	feeding_file(t, "a.pcap",
		     (struct feeding_capture){ .frames = 9, .octets = 60, .ports = true });
	const struct feed_source s = { FEED_STREAM, NULL, feeding_path(t, 0, "a.pcap") };
	struct feed *f = open_all(&s, 1, (struct feed_options){ .bpf = "udp port 5060" });
	size_t n = 0, more;
	while ((more = feed_batch(f, got + n, CAPTURE_BATCH - n, WAIT)))
		n += more;
	/* By threes: port 5060, another port, a later fragment. */
	assert_int_equal(n, 6);
	assert_int_equal(got[0].number, 1);
	assert_int_equal(got[1].number, 3);
	assert_int_equal(got[2].number, 4);
	feed_close(f);
}

static void refuses_what_cannot_be_read(void **state)
{
	struct feeding *t = *state;
	const struct feed_source none = { FEED_STREAM, NULL, "/nowhere/at/all" };
	const struct feed_source folder = { FEED_STREAM, NULL, t->folder };
	const struct feed_source twice[] = { { FEED_FOLLOW, "a", t->folder },
					     { FEED_FOLLOW, "b", t->folder } };
	const struct feed_source follow = { FEED_FOLLOW, NULL, "/nowhere/at/all" };
	const struct feed_source device = { FEED_INTERFACE, NULL, "no-such-device0" };

	refuses(&none, 1, (struct feed_options){ 0 }, ERR_IO, "/nowhere/at/all: ");
	refuses(&folder, 1, (struct feed_options){ 0 }, ERR_IO, "folder");
	refuses(&follow, 1, (struct feed_options){ 0 }, ERR_IO, "/nowhere/at/all: ");
	refuses(&device, 1, (struct feed_options){ 0 }, ERR_IO, "no-such-device0: ");
	refuses(twice, 2, (struct feed_options){ 0 }, ERR_USAGE, "twice");
	refuses(&folder, 1, (struct feed_options){ .bpf = "port port" }, ERR_USAGE, "port port");
}

static void says_what_kinds_are_called(void **state)
{
	(void)state;
	assert_string_equal(feed_kind_text(FEED_INTERFACE), "interface");
	assert_string_equal(feed_kind_text(FEED_FOLLOW), "folder");
	assert_string_equal(feed_kind_text(FEED_STREAM), "stream");
	assert_string_equal(feed_kind_text(FEED_HEP_UDP), "hep");
	assert_string_equal(feed_kind_text(FEED_HEP_TCP), "hep");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FEEDING(merges_files_as_audit_does),
		FEEDING(names_pieces_of_one_label_as_audit_does),
		FEEDING(drops_nothing_of_a_file),
		FEEDING(a_copy_of_the_process_knows_how_it_stood),
		FEEDING(waits_for_a_pipe_byte_by_byte),
		FEEDING(gives_cooked_frames_of_a_pipe_as_they_come),
		FEEDING(tells_where_a_stream_breaks),
		FEEDING(stops_at_once_in_the_middle_of_a_pipe),
		FEEDING(holds_frames_for_a_source_that_is_late),
		FEEDING(gives_secrets_before_what_they_open),
		FEEDING(filters_and_keeps_later_fragments),
		FEEDING(refuses_what_cannot_be_read),
		cmocka_unit_test(says_what_kinds_are_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
