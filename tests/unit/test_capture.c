/* test_capture.c - several inputs as one run of frames. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/text.h"
#include "analyzer/base/when.h"
#include "analyzer/capture/capture.h"
#include "tests/lib/making.h"

enum { RAW_IP = 101, UDP_HEAD = 28 };

/* A file of one-byte frames at the given seconds. */
static const char *at_seconds(const char *name, const uint32_t *seconds, size_t n)
{
	struct making m = { 0 };

	making_pcap(&m, MAKING_US, 65535, 1);
	for (size_t i = 0; i < n; i++)
		making_record(&m, seconds[i], 0, 1, 1);
	const char *path = making_file(name, &m);
	making_drop(&m);
	return path;
}

#define AT(name, ...)                                                                              \
	at_seconds(name, (const uint32_t[]){ __VA_ARGS__ },                                        \
		   sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static struct capture *opened(const struct capture_source *sources, size_t n,
			      struct capture_options options)
{
	const char *why;
	struct capture *c;

	if (capture_open(&c, sources, n, options, &why))
		fail_msg("%s", why);
	return c;
}

/* All frames as "label:number " in order, then all inputs as the report has them. */
static void tell(struct text *t, struct capture *c)
{
	struct frame f;

	while (capture_next(c, &f))
		text_addf(t, "%s:%llu@%llu ", capture_at(c, f.input)->label,
			  (unsigned long long)f.number,
			  (unsigned long long)(f.ts_ns / WHEN_SECOND));
	capture_finish(c);
	for (size_t i = 0; i < capture_count(c); i++) {
		const struct capture_input *in = capture_at(c, i);

		text_addf(t, "| %s %s %u %s %llu %llu %d %d", in->label, in->name, in->point,
			  in->sha256, (unsigned long long)in->bytes,
			  (unsigned long long)in->packets, in->complete, in->usable);
		for (size_t k = 0; k < in->problem_count; k++)
			text_addf(t, " (%s)", in->problems[k].text);
	}
}

static void expect_frames(const struct capture_source *sources, size_t n, const char *expect)
{
	struct capture *c = opened(sources, n, (struct capture_options){ 0 });
	struct text t = { 0 };

	tell(&t, c);
	if (strncmp(text_of(&t), expect, strlen(expect)) != 0 || text_of(&t)[strlen(expect)] != '|')
		fail_msg("%s\nis not\n%s", text_of(&t), expect);
	text_free(&t);
	capture_close(c);
}

static void merges_by_time_then_label(void **state)
{
	struct capture_source s[] = {
		{ "bob", AT("b.pcap", 1, 3, 5) },
		{ "alice", AT("a.pcap", 1, 2, 5, 5) },
	};

	(void)state;
	expect_frames(s, 2, "alice:1@1 bob:1@1 alice:2@2 bob:2@3 alice:3@5 alice:4@5 bob:3@5 ");
}

static void one_input_keeps_its_own_order(void **state)
{
	struct capture_source s[] = { { "a", AT("a.pcap", 5, 3, 9) }, { "b", AT("b.pcap", 4, 8) } };

	(void)state;
	expect_frames(s, 1, "a:1@5 a:2@3 a:3@9 ");
	expect_frames(s, 2, "b:1@4 a:1@5 a:2@3 b:2@8 a:3@9 ");
}

static void equal_labels_are_one_point_in_pieces(void **state)
{
	struct capture_source s[] = {
		{ "bob", AT("x.pcap", 1) },
		{ "alice", AT("later.pcap", 10, 11) },
		{ "alice", AT("sooner.pcap", 2, 3) },
		{ "alice#2", AT("y.pcap", 7) }, /* the user's own word for something else */
	};
	struct capture *c = opened(s, 4, (struct capture_options){ 0 });

	(void)state;
	assert_int_equal(capture_points(c), 3);
	assert_string_equal(capture_at(c, 0)->label, "alice");
	assert_string_equal(capture_at(c, 0)->name, "sooner.pcap");
	assert_string_equal(capture_at(c, 1)->label, "alice#3");
	assert_string_equal(capture_at(c, 1)->name, "later.pcap");
	assert_string_equal(capture_at(c, 2)->label, "alice#2");
	assert_int_equal(capture_at(c, 0)->point, capture_at(c, 1)->point);
	assert_int_not_equal(capture_at(c, 0)->point, capture_at(c, 2)->point);
	capture_close(c);
}

static void labels_come_from_file_names(void **state)
{
	static const struct {
		const char *name, *label;
	} cases[] = {
		{ "alice.pcap", "alice" },
		{ "bob.pcapng", "bob" },
		{ "carol.cap", "carol" },
		{ "dave.pcap.gz", "dave" },
		{ "erin.PCAPNG.zst", "erin" },
		{ "frank", "frank" },
		{ "gina.pcap.pcap", "gina.pcap" },
		{ ".pcap", ".pcap" },
		{ "heidi.2024.txt", "heidi.2024.txt" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct capture_source s = { NULL, AT(cases[i].name, 1) };
		struct capture *c = opened(&s, 1, (struct capture_options){ 0 });

		assert_string_equal(capture_at(c, 0)->label, cases[i].label);
		assert_string_equal(capture_at(c, 0)->name, cases[i].name);
		capture_close(c);
		assert_int_equal(unlink(s.path), 0);
	}
}

static void standard_input_is_an_input(void **state)
{
	struct capture_source s[] = { { NULL, "-" }, { NULL, "-" } };
	int kept = dup(STDIN_FILENO);

	(void)state;
	assert_non_null(freopen(AT("in.pcap", 1, 2), "rb", stdin));
	struct capture *c = opened(s, 2, (struct capture_options){ 0 });
	struct frame f;
	assert_string_equal(capture_at(c, 0)->name, "-");
	assert_string_equal(capture_at(c, 0)->label, "stdin");
	assert_true(capture_next(c, &f));
	assert_true(capture_next(c, &f));
	assert_false(capture_next(c, &f));
	assert_true(capture_at(c, 0)->complete);
	assert_int_equal(capture_at(c, 1)->packets, 0); /* given twice, read once */
	capture_close(c);
	assert_int_equal(dup2(kept, STDIN_FILENO), STDIN_FILENO);
	close(kept);
}

static void the_same_bytes_are_read_once(void **state)
{
	struct capture_source s[] = {
		{ "bob", AT("b.pcap", 1, 2) },
		{ "alice", AT("a.pcap", 1, 2) }, /* the same bytes under another name */
		{ "carol", AT("c.pcap", 1, 3) }, /* the same size */
		{ "dave", s[0].path },		 /* the same file */
	};
	struct capture *c = opened(s, 4, (struct capture_options){ .hash = true });
	struct text t = { 0 };

	(void)state;
	tell(&t, c);
	assert_int_equal(strncmp(text_of(&t), "alice:1@1 carol:1@1 alice:2@2 carol:2@3 |", 41), 0);
	for (size_t i = 1; i < 4; i += 2) {
		const struct capture_input *copy = capture_at(c, i);

		assert_int_equal(copy->packets, 0);
		assert_true(copy->complete);
		assert_string_equal(copy->sha256, capture_at(c, 0)->sha256);
		assert_int_equal(copy->bytes, capture_at(c, 0)->bytes);
		assert_int_equal(copy->problem_count, 1);
		assert_non_null(strstr(copy->problems[0].text, "same bytes as the input alice"));
	}
	assert_int_equal(capture_at(c, 2)->problem_count, 0);
	text_free(&t);
	capture_close(c);
}

/* Reads the sources in the order of `turn` and compares with what came before. */
static void expect_same(const struct capture_source *s, const size_t *turn, size_t n,
			struct capture_options options, struct text *before)
{
	struct capture_source *turned = calloc(n, sizeof *turned);
	struct text t = { 0 };

	for (size_t i = 0; i < n; i++)
		turned[i] = s[turn[i]];
	struct capture *c = opened(turned, n, options);
	tell(&t, c);
	if (before->n)
		assert_string_equal(text_of(&t), text_of(before));
	else
		text_add(before, text_of(&t));
	text_free(&t);
	capture_close(c);
	free(turned);
}

static void the_order_of_files_changes_nothing(void **state)
{
	enum { N = 6, TURNS = 720 };
	struct capture_source s[N] = {
		{ "b", AT("1.pcap", 1, 4, 4, 9) }, { "a", AT("2.pcap", 4, 1, 7) },
		{ "a", AT("3.pcap", 4, 4, 4) },	   { "c", AT("4.pcap", 4, 4, 4) },
		{ "a", "/nonexistent" },	   { "b", AT("6.pcap", 2, 2, 11) },
	};
	struct text first = { 0 };

	(void)state;
	for (size_t k = 0; k < TURNS; k += 7) {
		size_t turn[N] = { 0, 1, 2, 3, 4, 5 }, rest = k;
		struct capture_options o = { .hash = true, .hash_thread = k % 2 };

		for (size_t i = N; i > 1; i--) { /* the k-th permutation */
			size_t j = rest % i, kept = turn[j];

			rest /= i;
			turn[j] = turn[i - 1];
			turn[i - 1] = kept;
		}
		expect_same(s, turn, N, o, &first);
	}
	text_free(&first);
}

static void many_pieces_are_read_in_turn(void **state)
{
	enum { N = 40 };
	struct capture_source s[N];
	size_t ahead[N], back[N];
	struct text first = { 0 };

	(void)state;
	for (size_t i = 0; i < N; i++) {
		char name[16];
		uint32_t from = (uint32_t)(i * 37 % N) * 3;

		(void)snprintf(name, sizeof name, "m%zu.pcap", i);
		s[i] = (struct capture_source){ i % 2 ? "a" : "b",
						AT(name, from + 1, from + 5, from + 5, from + 6) };
		ahead[i] = i;
		back[i] = N - 1 - i;
	}
	expect_same(s, ahead, N, (struct capture_options){ .hash = true }, &first);
	expect_same(s, back, N, (struct capture_options){ .hash = true, .hash_thread = true },
		    &first);
	struct capture *c = opened(s, N, (struct capture_options){ 0 });
	struct frame f;
	uint64_t frames = 0, before = 0;
	for (; capture_next(c, &f); frames++) {
		assert_true(f.ts_ns >= before);
		before = f.ts_ns;
	}
	assert_int_equal(frames, 4 * N);
	capture_close(c);
	text_free(&first);
}

/* A file of `records` whose bytes say which they are; packed or pcapng on request. */
static const char *numbered(const char *name, uint32_t from, uint32_t records, int kind)
{
	struct making m = { 0 }, packed = { 0 };

	if (kind == 2) {
		making_section(&m);
		making_interface(&m, 1, 0);
	} else {
		making_pcap(&m, MAKING_US, 65535, 1);
	}
	for (uint32_t i = 0; i < records; i++) {
		uint32_t size = i % 97 ? 60 + i % 300 : 60000;
		if (kind == 2)
			making_packet(&m, 0, (uint64_t)(from + i / 8) * 1000000, size, size);
		else
			making_record(&m, from + i / 8, i % 8, size, size);
	}
	if (kind == 1)
		making_gzip(&packed, &m);
	const char *path = making_file(name, kind == 1 ? &packed : &m);
	making_drop(&m);
	making_drop(&packed);
	return path;
}

static void expect_batches(const struct capture_source *sources, size_t n)
{
	struct capture *one = opened(sources, n, (struct capture_options){ .hash = true });
	struct capture *many = opened(sources, n, (struct capture_options){ .hash = true });
	struct frame f, batch[CAPTURE_BATCH];
	size_t got, batches = 0, frames = 0;

	while ((got = capture_batch(many, batch, CAPTURE_BATCH))) {
		/* All of a batch are good at once. */
		for (size_t i = 0; i < got; i++) {
			assert_true(capture_next(one, &f));
			assert_int_equal(f.number, batch[i].number);
			assert_int_equal(f.input, batch[i].input);
			assert_int_equal(f.point, batch[i].point);
			assert_true(f.ts_ns == batch[i].ts_ns);
			assert_int_equal(f.link_type, batch[i].link_type);
			assert_int_equal(f.bytes.n, batch[i].bytes.n);
			assert_memory_equal(f.bytes.p, batch[i].bytes.p, f.bytes.n);
		}
		batches++;
		frames += got;
	}
	assert_false(capture_next(one, &f));
	assert_true(batches < frames / 8);
	capture_close(one);
	capture_close(many);
}

static void batches_hold_what_comes_one_by_one(void **state)
{
	struct capture_source s[4];

	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		s[0] = (struct capture_source){ "a", numbered("one", 5, 5000, kind) };
		expect_batches(s, 1);
	}
	s[0] = (struct capture_source){ "a", numbered("a.pcap", 5, 1000, 0) };
	s[1] = (struct capture_source){ "b", numbered("b.pcap.gz", 20, 500, 1) };
	s[2] = (struct capture_source){ "c", numbered("c.pcapng", 50, 1500, 2) };
	s[3] = (struct capture_source){ "d", numbered("d.pcap", 100, 2000, 0) };
	expect_batches(s, 4);
}

static void finishing_early_still_digests(void **state)
{
	enum { N = 20 };
	struct capture_source s[N];
	struct frame f;

	(void)state;
	for (uint32_t i = 0; i < N; i++) {
		char name[16];

		(void)snprintf(name, sizeof name, "e%u.pcap", i);
		s[i] = (struct capture_source){ NULL, AT(name, i, i + 50) };
	}
	for (size_t n = 1; n <= N; n += N - 1) { /* all open, and most of them closed for now */
		struct capture *c = opened(s, n, (struct capture_options){ .hash = true });

		assert_true(capture_next(c, &f));
		capture_finish(c);
		assert_false(capture_next(c, &f));
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(capture_at(c, i)->bytes, 24 + 2 * 17);
			assert_int_equal(strlen(capture_at(c, i)->sha256), 64);
			assert_false(capture_at(c, i)->complete);
			assert_true(capture_at(c, i)->usable);
		}
		capture_close(c);
	}
}

/* A raw IPv4 datagram to a UDP port, as a pcapng packet. */
static void make_udp(struct making *m, uint32_t iface, uint64_t ticks, uint8_t port)
{
	uint8_t ip[UDP_HEAD] = { 0x45, 0, 0, UDP_HEAD, 0, 0, 0, 0, 64, 17 };
	size_t block = making_block(m, 6);

	ip[20] = ip[22] = port;
	making_u32(m, iface);
	making_u32(m, 0);
	making_u32(m, ticks);
	making_u32(m, sizeof ip);
	making_u32(m, sizeof ip);
	making_bytes(m, ip, sizeof ip);
	making_end(m, block);
}

static const char *filtered_file(uint32_t other_link)
{
	struct making m = { 0 };

	making_section(&m);
	making_interface(&m, RAW_IP, 0);
	making_interface(&m, other_link, 0);
	make_udp(&m, 0, 1, 1);
	make_udp(&m, 0, 2, 2);
	make_udp(&m, 1, 3, 2);
	make_udp(&m, 0, 4, 2);
	const char *path = making_file("filter.pcapng", &m);
	making_drop(&m);
	return path;
}

static void a_filter_keeps_the_numbers_of_frames(void **state)
{
	struct capture_source s = { NULL, filtered_file(RAW_IP) };
	struct capture *c = opened(&s, 1, (struct capture_options){ .bpf = "udp dst port 512" });
	struct frame f;

	(void)state;
	for (uint64_t number = 2; number <= 4; number++) {
		assert_true(capture_next(c, &f));
		assert_int_equal(f.number, number);
	}
	assert_false(capture_next(c, &f));
	assert_int_equal(capture_at(c, 0)->packets, 4);
	assert_int_equal(capture_at(c, 0)->problem_count, 0);
	capture_close(c);
}

static void a_filter_says_what_it_could_not_judge(void **state)
{
	enum { USB = 189 };
	struct capture_source s = { NULL, filtered_file(USB) };
	struct capture *c = opened(&s, 1, (struct capture_options){ .bpf = "udp dst port 512" });
	struct frame f;

	(void)state;
	assert_true(capture_next(c, &f));
	assert_true(capture_next(c, &f));
	assert_int_equal(f.number, 4);
	assert_false(capture_next(c, &f));
	assert_int_equal(capture_at(c, 0)->problem_count, 1);
	assert_int_equal(capture_at(c, 0)->problems[0].frame, 3);
	assert_non_null(strstr(capture_at(c, 0)->problems[0].text, "left out"));
	capture_close(c);
}

static void a_filter_that_does_not_compile_is_wrong_usage(void **state)
{
	struct capture_source s[] = { { NULL, AT("f.pcap", 1) }, { NULL, "/nonexistent" } };

	(void)state;
	for (size_t i = 0; i < 2; i++) { /* with something to try it on, and without */
		const char *why = NULL;
		struct capture *c;
		struct capture_options o = { .bpf = "host and and" };

		assert_int_equal(capture_open(&c, &s[i], 1, o, &why), ERR_USAGE);
		assert_non_null(why);
		assert_true(strlen(why) > 5);
		capture_close(c);
	}
}

static void secrets_know_their_input(void **state)
{
	const struct capture_secret *found;
	struct capture_source s[] = { { "a", AT("a.pcap", 1) }, { "b", making_path("s.pcapng") } };
	struct making m = { 0 };

	(void)state;
	making_section(&m);
	for (int i = 0; i < 2; i++) {
		size_t block = making_block(&m, 10);

		making_u32(&m, 0x544c534b);
		making_u32(&m, 4);
		making_bytes(&m, i ? "two\n" : "one\n", 4);
		making_end(&m, block);
	}
	(void)making_file("s.pcapng", &m);
	making_drop(&m);
	struct capture *c = opened(s, 2, (struct capture_options){ 0 });
	assert_int_equal(capture_secrets(c, &found), 2);
	assert_int_equal(found[0].input, 1);
	assert_true(slice_eq(found[0].text, SLICE("one\n")));
	assert_true(slice_eq(found[1].text, SLICE("two\n")));
	capture_close(c);
}

static void damage_in_one_input_stops_no_other(void **state)
{
	struct capture_source s[] = { { "a", AT("a.pcap", 1, 2, 3) },
				      { "b", AT("b.pcap", 1, 4) },
				      { "c", "/nonexistent" } };

	(void)state;
	assert_int_equal(truncate(s[0].path, 24 + 17 + 10), 0);
	expect_frames(s, 3, "a:1@1 b:1@1 b:2@4 ");
	struct capture *c = opened(s, 3, (struct capture_options){ 0 });
	struct frame f;
	while (capture_next(c, &f))
		;
	assert_false(capture_at(c, 0)->complete);
	assert_true(capture_at(c, 1)->complete);
	assert_false(capture_at(c, 2)->usable);
	assert_int_equal(capture_at(c, 0)->problems[0].frame, 2);
	capture_close(c);
}

static int folder(void **state)
{
	(void)state;
	making_folder();
	return 0;
}

static int tidy(void **state)
{
	(void)state;
	making_tidy();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merges_by_time_then_label),
		cmocka_unit_test(one_input_keeps_its_own_order),
		cmocka_unit_test(equal_labels_are_one_point_in_pieces),
		cmocka_unit_test(labels_come_from_file_names),
		cmocka_unit_test(standard_input_is_an_input),
		cmocka_unit_test(the_same_bytes_are_read_once),
		cmocka_unit_test(the_order_of_files_changes_nothing),
		cmocka_unit_test(many_pieces_are_read_in_turn),
		cmocka_unit_test(batches_hold_what_comes_one_by_one),
		cmocka_unit_test(finishing_early_still_digests),
		cmocka_unit_test(a_filter_keeps_the_numbers_of_frames),
		cmocka_unit_test(a_filter_says_what_it_could_not_judge),
		cmocka_unit_test(a_filter_that_does_not_compile_is_wrong_usage),
		cmocka_unit_test(secrets_know_their_input),
		cmocka_unit_test(damage_in_one_input_stops_no_other),
	};

	return cmocka_run_group_tests(tests, folder, tidy);
}
