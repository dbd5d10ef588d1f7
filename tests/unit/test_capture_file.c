/* test_capture_file.c - one input of every format, whole, odd and broken. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/capture/capture_file.h"
#include "analyzer/capture/capture_pcapng.h"
#include "tests/lib/making.h"

/* One file read to its end. */
struct reading {
	struct capture_input info;
	struct hasher *hasher;
	struct capture_file *file;
	uint64_t frames, bytes;
	struct frame last; /* without its bytes */
	uint64_t last_size;
};

static struct reading read_path(const char *path)
{
	struct reading r = { .info = { .path = mem_text(path) }, .hasher = hasher_new(false) };
	struct capture_file_run run = { .hasher = r.hasher, .hash = true };
	const struct frame *f;

	r.file = capture_file_open(&r.info, &run);
	while ((f = capture_file_next(r.file))) {
		r.frames++;
		r.bytes += f->bytes.n;
		assert_int_equal(f->number, r.frames);
		r.last = *f;
		r.last_size = f->bytes.n;
	}
	assert_int_equal(r.frames, r.info.packets);
	return r;
}

static void done(struct reading *r)
{
	for (size_t i = 0; i < r->info.problem_count; i++)
		free(r->info.problems[i].text);
	free(r->info.problems);
	free(r->info.path);
	capture_file_close(r->file);
	hasher_free(r->hasher);
}

static struct reading read_made(struct making *m)
{
	const char *path = making_file("made", m);

	making_drop(m);
	return read_path(path);
}

static void expect_problem(const struct reading *r, uint64_t frame, const char *says)
{
	for (size_t i = 0; i < r->info.problem_count; i++)
		if (r->info.problems[i].frame == frame && strstr(r->info.problems[i].text, says))
			return;
	fail_msg("no problem of frame %llu says \"%s\" but %zu others (%s)",
		 (unsigned long long)frame, says, r->info.problem_count,
		 r->info.problem_count ? r->info.problems[0].text : "");
}

static void expect_clean(struct reading *r, uint64_t frames)
{
	if (r->info.problem_count)
		fail_msg("problem: %s", r->info.problems[0].text);
	assert_int_equal(r->frames, frames);
	assert_true(r->info.complete);
	assert_true(r->info.usable);
	done(r);
}

static void reads_classic_files_of_every_dialect(void **state)
{
	static const struct {
		uint32_t magic, extra; /* bytes more in each record's head */
		bool big;
		uint32_t ns;
	} cases[] = {
		{ MAKING_US, 0, false, 7000 },	{ MAKING_US, 0, true, 7000 },
		{ MAKING_NS, 0, false, 7 },	{ MAKING_NS, 0, true, 7 },
		{ 0xa1b2cd34, 8, false, 7000 }, { 0xa1b2cd34, 8, true, 7000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct making m = { .big = cases[i].big };

		making_pcap(&m, cases[i].magic, 65535, 1);
		for (uint32_t k = 0; k < 3; k++) {
			making_record(&m, 100 + k, 7, 0, 60);
			m.n -= 8;
			making_u32(&m, 40 + k);
			making_u32(&m, 60);
			making_fill(&m, 0, cases[i].extra);
			making_fill(&m, 'p', 40 + k);
		}
		struct reading r = read_made(&m);
		assert_true(r.last.ts_ns == 102 * WHEN_SECOND + cases[i].ns);
		assert_int_equal(r.last.wire_len, 60);
		assert_int_equal(r.last_size, 42);
		assert_int_equal(r.last.link_type, DLT_EN10MB);
		assert_int_equal(r.info.snaplen_cut, 3);
		assert_true(r.info.first_ns == 100 * WHEN_SECOND + cases[i].ns);
		assert_true(r.info.last_ns == r.last.ts_ns);
		expect_clean(&r, 3);
	}
}

static void reads_times_up_to_2106(void **state)
{
	struct making m = { 0 };

	(void)state;
	making_pcap(&m, MAKING_NS, 65535, 1);
	making_record(&m, UINT32_MAX, 999999999, 1, 1);
	struct reading r = read_made(&m);
	assert_true(r.last.ts_ns == UINT32_MAX * WHEN_SECOND + 999999999);
	expect_clean(&r, 1);
}

static void reads_sections_of_both_byte_orders(void **state)
{
	struct making m = { 0 };

	(void)state;
	making_section(&m);
	making_interface(&m, 1, 0);
	making_interface(&m, 113, 0);
	making_packet(&m, 1, 5000001, 20, 20);
	m.big = true;
	making_section(&m);
	making_interface(&m, 101, 0);
	size_t unknown = making_block(&m, 0x0bad);
	making_fill(&m, 'u', 200001);
	making_end(&m, unknown);
	making_packet(&m, 0, 6000001, 30, 40);
	struct reading r = read_made(&m);
	assert_int_equal(r.last.link_type, DLT_RAW);
	assert_int_equal(r.last.iface, 2); /* counted over sections */
	assert_true(r.last.ts_ns == UINT64_C(6000001000));
	assert_true(r.info.first_ns == UINT64_C(5000001000));
	assert_int_equal(r.last.wire_len, 40);
	assert_int_equal(r.info.snaplen_cut, 1);
	expect_clean(&r, 2);
}

static void maps_link_types_as_libpcap_does(void **state)
{
	(void)state;
	for (uint32_t link = 0; link < 300; link++) {
		struct making m = { 0 };
		char error[PCAP_ERRBUF_SIZE];

		making_pcap(&m, MAKING_US, 65535, link);
		pcap_t *p = pcap_open_offline(making_file("link", &m), error);
		assert_non_null(p);
		assert_int_equal(capture_pcapng_link_type((uint16_t)link), pcap_datalink(p));
		pcap_close(p);
		making_drop(&m);
	}
}

static void a_simple_packet_takes_the_time_before_it(void **state)
{
	struct making m = { 0 };

	(void)state;
	making_section(&m);
	making_interface(&m, 1, 4);
	making_packet(&m, 0, 9000000, 4, 4);
	size_t block = making_block(&m, 3);
	making_u32(&m, 100);
	making_bytes(&m, "ssss", 4);
	making_end(&m, block);
	struct reading r = read_made(&m);
	assert_true(r.last.ts_ns == 9 * WHEN_SECOND);
	assert_int_equal(r.last_size, 4);
	assert_int_equal(r.last.wire_len, 100);
	assert_int_equal(r.info.time_backwards, 0);
	expect_clean(&r, 2);
}

static void counts_drops_once_however_they_are_told(void **state)
{
	struct making m = { 0 };

	(void)state;
	making_section(&m);
	making_interface(&m, 1, 0);
	for (uint64_t told = 5; told <= 7; told += 2) { /* running totals */
		size_t block = making_block(&m, 5);
		uint8_t drops[8] = { (uint8_t)told };

		making_u32(&m, 0);
		making_u64(&m, 0);
		making_option(&m, 5, drops, sizeof drops);
		making_end(&m, block);
	}
	size_t block = making_block(&m, 2); /* an old packet that tells 3 of them again */
	making_u16(&m, 0);
	making_u16(&m, 3);
	making_fill(&m, 0, 16);
	making_end(&m, block);
	struct reading r = read_made(&m);
	assert_int_equal(r.info.interface_drops, 7);
	expect_clean(&r, 1);
}

static void keeps_secrets_beyond_the_end(void **state)
{
	struct making m = { 0 };
	const struct capture_secret *found;

	(void)state;
	making_section(&m);
	size_t block = making_block(&m, 10);
	making_u32(&m, 0x544c534b);
	making_u32(&m, 5);
	making_bytes(&m, "KEYS\n", 5);
	making_end(&m, block);
	struct reading r = read_made(&m);
	assert_int_equal(capture_file_secrets(r.file, &found), 1);
	assert_int_equal(found[0].type, 0x544c534b);
	assert_true(slice_eq(found[0].text, SLICE("KEYS\n")));
	expect_clean(&r, 0);
}

static void reads_packed_captures(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct making plain = { 0 }, m = { 0 };

		if (i < 2) {
			making_pcap(&plain, MAKING_US, 65535, 1);
			for (uint32_t k = 0; k < 3000; k++)
				making_record(&plain, k, 0, 200, 200);
		} else {
			making_section(&plain);
			making_interface(&plain, 1, 0);
			for (uint32_t k = 0; k < 3000; k++)
				making_packet(&plain, 0, k, 200, 200);
		}
		(i % 2 ? making_zstd : making_gzip)(&m, &plain);
		making_drop(&plain);
		size_t size = m.n;
		struct reading r = read_made(&m);
		assert_int_equal(r.info.bytes, size);
		assert_int_equal(strlen(r.info.sha256), 64);
		expect_clean(&r, 3000);
	}
}

static void a_cut_packed_capture_is_not_complete(void **state)
{
	struct making plain = { 0 }, m = { 0 };

	(void)state;
	making_pcap(&plain, MAKING_US, 65535, 1);
	for (uint32_t k = 0; k < 300; k++)
		making_record(&plain, k, 0, 200, 200);
	making_gzip(&m, &plain);
	making_drop(&plain);
	m.n -= 8; /* all records are there, the trailer is not */
	struct reading r = read_made(&m);
	assert_int_equal(r.frames, 300);
	assert_false(r.info.complete);
	assert_true(r.info.usable);
	expect_problem(&r, 300, "ends before its trailer, after frame 300");
	done(&r);
}

static void a_header_alone_is_a_complete_capture(void **state)
{
	struct making m = { 0 };

	(void)state;
	making_pcap(&m, MAKING_US, 65535, 1);
	struct reading r = read_made(&m);
	expect_clean(&r, 0);
	making_section(&m);
	r = read_made(&m);
	expect_clean(&r, 0);
}

static void delivers_the_smallest_and_the_largest_packet(void **state)
{
	static const uint32_t sizes[] = { 0, 262144, 1 };
	struct making m = { 0 };

	(void)state;
	making_pcap(&m, MAKING_US, 262144, 1);
	for (size_t i = 0; i < 3; i++)
		making_record(&m, 1, 0, sizes[i], sizes[i]);
	struct reading r = read_made(&m);
	assert_int_equal(r.bytes, 262145);
	expect_clean(&r, 3);
	making_section(&m);
	making_interface(&m, 1, 262144);
	for (size_t i = 0; i < 3; i++)
		making_packet(&m, 0, 1, sizes[i], sizes[i]);
	r = read_made(&m);
	assert_int_equal(r.bytes, 262145);
	expect_clean(&r, 3);
}

static void says_what_is_no_capture(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *says;
	} cases[] = {
		{ "", 0, "it is empty" },
		{ "INVITE sip:a@b SIP/2.0\r\n", 24, "it is text" },
		{ "\xd4\xc3\xb2\xa1\2\0\4", 7, "ends inside its file header, after 7 of 24" },
		{ "\x01\x02\x03\x04zzzzzzzzzzzzzzzzzzzzzzzzzzzz", 32, "like no format known" },
		{ "snoop\0\0\0\0\0\0\2", 12, "snoop" },
		{ "\xfd\x37zXZ\0", 6, "xz" },
		{ "PK\3\4", 4, "zip" },
		{ "\x1f\x8b", 2, "ends before its trailer" },
		{ "\x1f\x8bzzzzzzzzzzz", 13, "damaged" },
		{ "\x28\xb5\x2f\xfdzzzzzzzzzzz", 15, "damaged" },
		{ "\xd4\xc3\xb2\xa1\xff\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0", 24, "libpcap" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct making m = { 0 };

		making_bytes(&m, cases[i].bytes, cases[i].n);
		struct reading r = read_made(&m);
		assert_int_equal(r.frames, 0);
		assert_false(r.info.usable);
		assert_false(r.info.complete);
		assert_int_equal(r.info.problem_count, 1);
		assert_int_equal(r.info.bytes, cases[i].n);
		assert_int_equal(strlen(r.info.sha256), 64);
		expect_problem(&r, 0, cases[i].says);
		done(&r);
	}
}

static void says_what_cannot_be_opened(void **state)
{
	static const struct {
		const char *path, *says;
	} cases[] = {
		{ "/nonexistent/a.pcap", "no such file" },
		{ "/tmp", "folder" },
		{ "/dev/zero", "like no format known" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct reading r = read_path(cases[i].path);

		assert_false(r.info.usable);
		assert_false(r.info.complete);
		expect_problem(&r, 0, cases[i].says);
		assert_null(strstr(r.info.problems[0].text, cases[i].path));
		done(&r);
	}
}

static void a_record_cut_short_names_its_frame(void **state)
{
	static const size_t lost[] = { 1, 59, 60, 61, 75 };

	(void)state;
	for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++) {
		struct making m = { 0 };

		making_pcap(&m, MAKING_US, 65535, 1);
		for (uint32_t k = 0; k < 4; k++)
			making_record(&m, k, 0, 60, 60);
		m.n -= lost[i];
		struct reading r = read_made(&m);
		assert_int_equal(r.frames, 3);
		assert_false(r.info.complete);
		assert_true(r.info.usable);
		expect_problem(&r, 4, "frame 4 is cut short");
		done(&r);
	}
}

static void a_lying_length_ends_the_file_there(void **state)
{
	static const struct {
		uint32_t captured;
		const char *says;
	} cases[] = {
		{ 262145, "frame 3 claims more than" },
		{ UINT32_MAX, "frame 3 claims more than" },
		{ 1000, "frame 3 is cut short" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct making m = { 0 };

		making_pcap(&m, MAKING_US, 65535, 1);
		making_record(&m, 1, 0, 60, 60);
		making_record(&m, 1, 0, 60, 60);
		making_u64(&m, 1);
		making_u32(&m, cases[i].captured);
		making_u32(&m, cases[i].captured);
		making_fill(&m, 'x', 500);
		size_t size = m.n;
		struct reading r = read_made(&m);
		assert_int_equal(r.frames, 2);
		assert_false(r.info.complete);
		assert_int_equal(r.info.bytes, size);
		expect_problem(&r, 3, cases[i].says);
		done(&r);
	}
}

static void records_that_contradict_themselves_are_told(void **state)
{
	struct making m = { 0 };

	(void)state;
	making_pcap(&m, MAKING_US, 100, 1);
	making_record(&m, 1, 0, 60, 60);
	making_record(&m, 1, 0, 60, 50);       /* 2: more captured than sent */
	making_record(&m, 1, 0, 300, 300);     /* 3: over the snap length */
	making_record(&m, 1, 0, 60, 40);       /* 4: as 2 */
	making_record(&m, 1, 0, 60, 300000);   /* 5: longer than anything */
	making_record(&m, 1, 1000000, 60, 60); /* 6: a fraction of a whole second */
	struct reading r = read_made(&m);
	assert_int_equal(r.frames, 6);
	assert_int_equal(r.bytes, 600); /* libpcap would have cut frame 3 to 100 */
	assert_int_equal(r.info.problem_count, 4);
	expect_problem(&r, 2, "frame 2 claims more captured bytes than were on the wire (2 such");
	expect_problem(&r, 3, "frame 3 is longer than the snap length");
	expect_problem(&r, 5, "frame 5 claims to have been longer");
	expect_problem(&r, 6, "frame 6 has a time");
	assert_false(r.info.complete);
	assert_int_equal(r.info.snaplen_cut, 1);
	done(&r);
}

static void a_wrong_snap_length_alone_is_no_damage(void **state)
{
	struct making m = { 0 };

	(void)state;
	making_pcap(&m, MAKING_US, 100, 1);
	making_record(&m, 1, 0, 300, 300);
	struct reading r = read_made(&m);
	expect_problem(&r, 1, "snap length");
	assert_true(r.info.complete);
	done(&r);
}

static void counts_times_that_run_backwards(void **state)
{
	static const uint32_t seconds[] = { 10, 12, 11, 11, 5, 20 };
	struct making m = { 0 };

	(void)state;
	making_pcap(&m, MAKING_US, 100, 1);
	for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++)
		making_record(&m, seconds[i], 0, 1, 1);
	struct reading r = read_made(&m);
	assert_int_equal(r.info.time_backwards, 2);
	assert_true(r.info.first_ns == 5 * WHEN_SECOND);
	assert_true(r.info.last_ns == 20 * WHEN_SECOND);
	expect_clean(&r, 6);
}

static void damaged_blocks_end_the_file_there(void **state)
{
	static const struct {
		size_t back; /* from the end */
		uint8_t byte;
		uint64_t frame;
		const char *says;
	} cases[] = {
		{ 4, 99, 3, "frame 3 does not end where its block says" },
		{ 40 - 4, 13, 2, "impossible length" },
		{ 40 - 20, 200, 3, "frame 3 claims more bytes than its block" },
		{ 40 - 23, 9, 3, "frame 3 claims more than the 262144" },
		{ 40 - 8, 1, 3, "frame 3 belongs to an interface" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct making m = { 0 };

		making_section(&m);
		making_interface(&m, 1, 0);
		for (uint64_t k = 0; k < 3; k++)
			making_packet(&m, 0, k, 8, 8);
		m.p[m.n - cases[i].back] = cases[i].byte;
		struct reading r = read_made(&m);
		assert_int_equal(r.frames, 2);
		assert_false(r.info.complete);
		expect_problem(&r, cases[i].frame, cases[i].says);
		done(&r);
	}
}

static void a_pcapng_cut_anywhere_keeps_what_was_before(void **state)
{
	struct making m = { 0 };

	(void)state;
	making_section(&m);
	making_interface(&m, 1, 0);
	making_packet(&m, 0, 1, 8, 8);
	size_t one = m.n;
	making_packet(&m, 0, 2, 8, 8);
	for (size_t n = one + 1; n < m.n; n++) {
		struct making cut = { .p = m.p, .n = n };
		struct reading r = read_path(making_file("cut", &cut));

		assert_int_equal(r.frames, 1);
		assert_false(r.info.complete);
		assert_true(r.info.usable);
		expect_problem(&r, n < one + 8 ? 1 : 2, n < one + 8 ? "after frame 1" : "frame 2");
		done(&r);
	}
	making_drop(&m);
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
		cmocka_unit_test(reads_classic_files_of_every_dialect),
		cmocka_unit_test(reads_times_up_to_2106),
		cmocka_unit_test(reads_sections_of_both_byte_orders),
		cmocka_unit_test(maps_link_types_as_libpcap_does),
		cmocka_unit_test(a_simple_packet_takes_the_time_before_it),
		cmocka_unit_test(counts_drops_once_however_they_are_told),
		cmocka_unit_test(keeps_secrets_beyond_the_end),
		cmocka_unit_test(reads_packed_captures),
		cmocka_unit_test(a_cut_packed_capture_is_not_complete),
		cmocka_unit_test(a_header_alone_is_a_complete_capture),
		cmocka_unit_test(delivers_the_smallest_and_the_largest_packet),
		cmocka_unit_test(says_what_is_no_capture),
		cmocka_unit_test(says_what_cannot_be_opened),
		cmocka_unit_test(a_record_cut_short_names_its_frame),
		cmocka_unit_test(a_lying_length_ends_the_file_there),
		cmocka_unit_test(records_that_contradict_themselves_are_told),
		cmocka_unit_test(a_wrong_snap_length_alone_is_no_damage),
		cmocka_unit_test(counts_times_that_run_backwards),
		cmocka_unit_test(damaged_blocks_end_the_file_there),
		cmocka_unit_test(a_pcapng_cut_anywhere_keeps_what_was_before),
	};

	return cmocka_run_group_tests(tests, folder, tidy);
}
