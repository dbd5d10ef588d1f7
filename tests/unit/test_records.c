/* test_records.c - records read in place are what libpcap makes of the same file. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/capture/records.h"
#include "tests/lib/making.h"

static uint32_t state32;

static uint32_t rnd(uint32_t below)
{
	state32 = state32 * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)state32 * below >> 32);
}

/* Small and large records, odd fractions now and then, a few stretches long. */
static void fill(struct making *m, uint32_t magic, unsigned records)
{
	making_pcap(m, magic, SOURCE_CAPTURED_MAX, 1);
	for (unsigned i = 0; i < records; i++) {
		uint32_t captured = rnd(20) ? rnd(300) : rnd(200000);
		uint32_t fraction = rnd(50) ? rnd(1000000) : UINT32_MAX - rnd(3);

		making_record(m, UINT32_MAX / 2 + i, fraction, 0, captured + rnd(2));
		m->n -= 8;
		making_u32(m, captured);
		making_u32(m, captured + rnd(2));
		for (uint32_t k = 0; k < captured; k++)
			making_fill(m, (uint8_t)(i + k), 1);
	}
}

struct side {
	enum source_step step;
	struct source_record record;
	struct source_break end;
};

static void next_of_libpcap(pcap_t *p, struct side *s)
{
	struct pcap_pkthdr *h;
	const u_char *bytes;
	int got = pcap_next_ex(p, &h, &bytes);

	s->step = got == 1 ? SOURCE_FRAME : got == PCAP_ERROR_BREAK ? SOURCE_END : SOURCE_BROKEN;
	if (got != 1)
		return;
	uint64_t ns = (uint64_t)h->ts.tv_usec;
	s->record.odd_time = ns >= WHEN_SECOND;
	s->record.frame = (struct frame){
		.bytes = { bytes, h->caplen },
		.ts_ns = (uint32_t)h->ts.tv_sec * WHEN_SECOND +
			 (s->record.odd_time ? WHEN_SECOND - 1 : ns),
		.wire_len = h->len,
	};
}

static void expect_same(const struct side *ours, const struct side *theirs)
{
	const struct frame *a = &ours->record.frame, *b = &theirs->record.frame;

	assert_int_equal(ours->step, theirs->step);
	if (ours->step != SOURCE_FRAME)
		return;
	assert_int_equal(ours->record.odd_time, theirs->record.odd_time);
	assert_true(a->ts_ns == b->ts_ns);
	assert_int_equal(a->wire_len, b->wire_len);
	assert_int_equal(a->bytes.n, b->bytes.n);
	assert_memory_equal(a->bytes.p, b->bytes.p, a->bytes.n);
}

static struct records *begin(struct block *b)
{
	uint8_t header[RECORDS_FILE_HEADER];

	assert_int_equal(block_peek(b).n > RECORDS_FILE_HEADER, true);
	assert_int_equal(block_read(b, header, sizeof header), sizeof header);
	return records_open(b, header);
}

/* `packed`: what we read is this, while libpcap reads the plain bytes. */
static void compare(struct making *plain, struct making *packed)
{
	char why[PCAP_ERRBUF_SIZE];
	struct text text = { 0 };
	struct hasher *h = hasher_new(false);
	struct side ours = { 0 }, theirs = { 0 };
	struct block *b;

	pcap_t *p = pcap_open_offline_with_tstamp_precision(making_file("plain", plain),
							    PCAP_TSTAMP_PRECISION_NANO, why);
	assert_non_null(p);
	const char *path = making_file("read", packed ? packed : plain);
	assert_int_equal(block_open(&b, path, h, packed == NULL, &text), ERR_OK);
	struct records *r = begin(b);
	assert_non_null(r);
	do {
		ours.step = records_next(r, &ours.record, &ours.end);
		next_of_libpcap(p, &theirs);
		expect_same(&ours, &theirs);
	} while (ours.step == SOURCE_FRAME);
	text_free(&ours.end.why);
	records_close(r);
	block_close(b);
	pcap_close(p);
	hasher_free(h);
	text_free(&text);
}

static void reads_what_libpcap_reads(void **state)
{
	static const uint32_t magics[] = { MAKING_US, MAKING_NS };

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct making m = { .big = i & 1 }, gz = { 0 }, zst = { 0 };

		state32 = (uint32_t)i + 7;
		fill(&m, magics[i / 2], 120);
		making_gzip(&gz, &m);
		making_zstd(&zst, &m);
		compare(&m, NULL);
		compare(&m, &gz);
		compare(&m, &zst);
		making_drop(&m);
		making_drop(&gz);
		making_drop(&zst);
	}
}

static void ends_where_libpcap_ends(void **state)
{
	(void)state;
	struct making m = { 0 };

	state32 = 3;
	making_pcap(&m, MAKING_US, 65535, 1);
	making_record(&m, 1, 2, 40, 40);
	making_record(&m, 1, 2, 30, 40);
	/* Not the header alone: that is no capture with records. */
	while (--m.n > RECORDS_FILE_HEADER)
		compare(&m, NULL);
	m.n = RECORDS_FILE_HEADER;
	making_record(&m, 1, 2, 0, 0);
	m.n -= 8;
	making_u32(&m, SOURCE_CAPTURED_MAX + 1);
	making_u32(&m, 10);
	making_fill(&m, 0, 100);
	compare(&m, NULL);
	making_drop(&m);
}

static void leaves_other_dialects_alone(void **state)
{
	static const uint8_t headers[][8] = {
		{ 0xa1, 0xb2, 0xcd, 0x34, 0, 2, 0, 4 }, { 0x34, 0xcd, 0xb2, 0xa1, 2, 0, 4, 0 },
		{ 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 3, 0 }, { 0xa1, 0xb2, 0xc3, 0xd4, 0, 1, 0, 4 },
		{ 0xa1, 0xb2, 0xc3, 0xd4, 2, 0, 4, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		uint8_t header[RECORDS_FILE_HEADER] = { 0 };
		memcpy(header, headers[i], sizeof headers[i]);
		assert_null(records_open(NULL, header));
	}
}

static void lends_until_the_stretch_ends(void **state)
{
	struct making m = { 0 };
	struct text text = { 0 };
	struct hasher *h = hasher_new(false);
	struct source_record first, more;
	struct source_break end = { 0 };
	struct block *b;
	unsigned lent = 0, all = 1;

	(void)state;
	making_pcap(&m, MAKING_US, 65535, 1);
	for (unsigned i = 0; i < 5000; i++)
		making_record(&m, i, 0, 200, 200);
	assert_int_equal(block_open(&b, making_file("lent", &m), h, false, &text), ERR_OK);
	struct records *r = begin(b);
	while (records_next(r, &first, &end) == SOURCE_FRAME) {
		uint64_t ts_ns = first.frame.ts_ns;
		for (; records_more(r, &more.frame, &more.odd_time); lent++, all++)
			assert_true(more.frame.ts_ns == (ts_ns += WHEN_SECOND));
		assert_int_equal(first.frame.bytes.p[0], 'a');
		all += 1;
	}
	assert_int_equal(all, 5001);
	assert_true(lent > 4900);
	records_close(r);
	block_close(b);
	hasher_free(h);
	making_drop(&m);
}

static int setup(void **state)
{
	(void)state;
	making_folder();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	making_tidy();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_libpcap_reads),
		cmocka_unit_test(ends_where_libpcap_ends),
		cmocka_unit_test(leaves_other_dialects_alone),
		cmocka_unit_test(lends_until_the_stretch_ends),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
