/* test_extract_file.c - frames out and in again, and nothing else in. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "analyzer/cmd/extract_packet.h"
#include "reports/extract_file.h"

static char *file_of(const struct extract_frame *frames, size_t count, size_t *n)
{
	char *p;
	FILE *out = open_memstream(&p, n);

	assert_true(extract_file_begin(out, "alice"));
	for (size_t i = 0; i < count; i++)
		assert_true(extract_file_frame(out, &frames[i]));
	fclose(out);
	return p;
}

static const struct extract_frame two[] = {
	{ 12, 1700000000123456789, EXTRACT_SIP, { (const uint8_t *)"abcde", 5 }, 5 },
	{ 99, 1700000001000000001, EXTRACT_NOTHING, { NULL, 0 }, 60 },
};

static void gives_back_number_time_and_bytes(void **state)
{
	struct extract_file f;
	struct extract_frame one;
	size_t n;
	char *p = file_of(two, 2, &n);
	(void)state;

	assert_int_equal(extract_file_open(&f, (struct slice){ (uint8_t *)p, n }), ERR_OK);
	assert_string_equal(text_of(&f.label), "alice");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(extract_file_next(&f, &one), ERR_OK);
		assert_int_equal(one.frame, two[i].frame);
		assert_true(one.ts_ns == two[i].ts_ns);
		assert_int_equal(one.kept, two[i].kept);
		assert_int_equal(one.wire_len, two[i].wire_len);
		assert_true(slice_eq(one.bytes, two[i].bytes));
	}
	assert_int_equal(extract_file_next(&f, &one), ERR_TRUNCATED);
	extract_file_close(&f);
	free(p);
}

/* How many frames are read before something is wrong; 2 and whole: 3. */
static int reads(struct slice s)
{
	struct extract_file f;
	struct extract_frame one;
	int got = 0;
	enum err e = extract_file_open(&f, s);

	while (e == ERR_OK && (e = extract_file_next(&f, &one)) == ERR_OK)
		got++;
	extract_file_close(&f);
	return e == ERR_TRUNCATED ? got + 1 : got;
}

static void takes_no_other_form(void **state)
{
	size_t n, other = 0;
	char *p = file_of(two, 2, &n);
	struct slice whole = { (uint8_t *)p, n };
	(void)state;

	assert_int_equal(reads(whole), 3);
	for (size_t cut = 0; cut < n; cut++)
		assert_true(reads(slice_upto(whole, cut)) < 3);
	/* A changed octet of label, time, bytes or number is another file, not a broken one. */
	for (size_t i = 0; i < n; i++) {
		p[i] ^= 0x10;
		other += reads(whole) == 3;
		p[i] ^= 0x10;
	}
	assert_in_range(other, 5 + 2 * 8 + 5, 5 + 2 * 12 + 5 + 4);
	free(p);
}

static void makes_packets_that_add_up(void **state)
{
	struct endpoint a = { addr_v4((const uint8_t[4]){ 198, 18, 0, 1 }), 5060 };
	struct endpoint b = { addr_v4((const uint8_t[4]){ 198, 18, 0, 2 }), 4000 };
	struct extract_packet p = { .flow = addr_flow_key(a, b, 17),
				    .payload = SLICE("hello"),
				    .whole = 5 };
	struct text t = { 0 };
	uint32_t sum = 0;
	(void)state;

	assert_int_equal(extract_packet_make(&p, &t), 33);
	assert_int_equal(t.n, 33);
	for (size_t i = 0; i < 20; i += 2)
		sum += (uint32_t)(uint8_t)t.p[i] << 8 | (uint8_t)t.p[i + 1];
	assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
	text_clear(&t);
	p.whole = 172; /* most of it taken out: lengths of the whole, no checksum */
	assert_int_equal(extract_packet_make(&p, &t), 200);
	assert_int_equal(t.n, 33);
	assert_int_equal((uint8_t)t.p[3], 200);
	assert_int_equal((uint8_t)t.p[25], 180);
	assert_int_equal(t.p[26] | t.p[27], 0);
	text_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_number_time_and_bytes),
		cmocka_unit_test(takes_no_other_form),
		cmocka_unit_test(makes_packets_that_add_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
