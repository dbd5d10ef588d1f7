/* test_pcapng.c - the block walker, in both byte orders. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/capture/pcapng.h"
#include "tests/lib/making.h"

static struct slice made(const struct making *m)
{
	return (struct slice){ m->p, m->n };
}

/* The one block in m, which must be whole. */
static struct slice body_of(const struct making *m, uint32_t type)
{
	struct slice rest = made(m), body = { 0 };
	struct pcapng_head head;

	assert_int_equal(pcapng_block(&rest, m->big, &head, &body), ERR_OK);
	assert_int_equal(head.type, type);
	assert_int_equal(head.length, m->n);
	assert_int_equal(rest.n, 0);
	return body;
}

static void a_section_tells_its_byte_order(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct making m = { .big = big };
		struct pcapng_head head;

		making_section(&m);
		/* What the section before said does not matter. */
		assert_int_equal(pcapng_head(made(&m), !big, &head), ERR_OK);
		assert_int_equal(head.big, big);
		assert_int_equal(head.length, 28);
		assert_int_equal(pcapng_section(body_of(&m, PCAPNG_SECTION), big), ERR_OK);
		making_drop(&m);
	}
}

static void refuses_heads_that_cannot_be(void **state)
{
	static const struct {
		uint8_t bytes[12];
		size_t n;
		enum err expect;
	} cases[] = {
		{ { 6, 0, 0, 0, 12, 0, 0, 0 }, 8, ERR_OK },
		{ { 6, 0, 0, 0, 8, 0, 0, 0 }, 8, ERR_MALFORMED },
		{ { 6, 0, 0, 0, 0, 0, 0, 0 }, 8, ERR_MALFORMED },
		{ { 6, 0, 0, 0, 13, 0, 0, 0 }, 8, ERR_MALFORMED },
		{ { 6, 0, 0, 0, 12, 0, 0 }, 7, ERR_TRUNCATED },
		{ { 0 }, 0, ERR_TRUNCATED },
		{ { 0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0 }, 8, ERR_TRUNCATED },
		{ { 0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 1, 2, 3, 4 }, 12, ERR_MALFORMED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pcapng_head head;
		struct slice s = { cases[i].bytes, cases[i].n };

		assert_int_equal(pcapng_head(s, false, &head), cases[i].expect);
	}
}

static void every_cut_block_is_truncated(void **state)
{
	struct making m = { 0 };
	struct pcapng_head head;
	struct slice body;

	(void)state;
	making_packet(&m, 0, 1, 5, 5);
	for (size_t n = 0; n < m.n; n++) {
		struct slice rest = { m.p, n };

		assert_int_equal(pcapng_block(&rest, false, &head, &body), ERR_TRUNCATED);
		assert_int_equal(rest.n, n);
	}
	making_drop(&m);
}

static void a_trailer_must_repeat_the_length(void **state)
{
	struct making m = { 0 };
	struct pcapng_head head;
	struct slice rest, body;

	(void)state;
	making_packet(&m, 0, 1, 5, 5);
	m.p[m.n - 4] ^= 4;
	rest = made(&m);
	assert_int_equal(pcapng_block(&rest, false, &head, &body), ERR_MALFORMED);
	making_drop(&m);
}

static void only_version_one_is_read(void **state)
{
	struct making m = { 0 };

	(void)state;
	making_section(&m);
	m.p[12] = 2;
	assert_int_equal(pcapng_section(body_of(&m, PCAPNG_SECTION), false), ERR_UNSUPPORTED);
	assert_int_equal(pcapng_section((struct slice){ m.p, 4 }, false), ERR_TRUNCATED);
	making_drop(&m);
}

static void reads_an_interface_with_its_clock(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct making m = { .big = big };
		struct pcapng_interface i;
		size_t block = making_block(&m, PCAPNG_INTERFACE);

		making_u16(&m, 113);
		making_u16(&m, 0);
		making_u32(&m, 96);
		making_option(&m, 2, "eth0", 4);
		making_option(&m, 9, "\x09", 1);
		making_u16(&m, 14);
		making_u16(&m, 8);
		making_u64(&m, (uint64_t)-3600);
		making_option(&m, 0, "", 0);
		making_option(&m, 9, "\x03", 1); /* behind the end of options */
		making_end(&m, block);
		assert_int_equal(pcapng_interface(body_of(&m, PCAPNG_INTERFACE), big, &i), ERR_OK);
		assert_int_equal(i.link_type, 113);
		assert_int_equal(i.snaplen, 96);
		assert_int_equal(i.resolution, 9);
		assert_int_equal(i.offset, -3600);
		making_drop(&m);
	}
}

static void an_interface_counts_microseconds_unless_told(void **state)
{
	struct making m = { 0 };
	struct pcapng_interface i;

	(void)state;
	making_interface(&m, 1, 0);
	assert_int_equal(pcapng_interface(body_of(&m, PCAPNG_INTERFACE), false, &i), ERR_OK);
	assert_int_equal(i.resolution, 6);
	assert_int_equal(i.offset, 0);
	assert_int_equal(pcapng_interface((struct slice){ m.p, 7 }, false, &i), ERR_TRUNCATED);
	making_drop(&m);
}

static void reads_an_enhanced_packet_and_its_drops(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct making m = { .big = big };
		struct pcapng_packet p;
		size_t block = making_block(&m, PCAPNG_PACKET);

		making_u32(&m, 3);
		making_u32(&m, 0x00051234);
		making_u32(&m, 0x89abcdef);
		making_u32(&m, 5);
		making_u32(&m, 1500);
		making_bytes(&m, "hello\0\0\0", 8);
		making_u16(&m, 4);
		making_u16(&m, 8);
		making_u64(&m, 77);
		making_end(&m, block);
		struct slice body = body_of(&m, PCAPNG_PACKET);
		assert_int_equal(pcapng_packet(PCAPNG_PACKET, body, big, 0, &p), ERR_OK);
		assert_true(slice_eq(p.bytes, SLICE("hello")));
		assert_int_equal(p.iface, 3);
		assert_int_equal(p.wire_len, 1500);
		assert_true(p.ticks == UINT64_C(0x0005123489abcdef));
		assert_int_equal(p.drops, 77);
		making_drop(&m);
	}
}

static void reads_an_old_packet(void **state)
{
	static const struct {
		uint32_t told, drops;
	} cases[] = { { 9, 9 }, { 0xffff, 0 } };

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct making m = { .big = true };
		struct pcapng_packet p;
		size_t block = making_block(&m, PCAPNG_OLD_PACKET);

		making_u16(&m, 2);
		making_u16(&m, cases[k].told);
		making_u64(&m, 1000);
		making_u32(&m, 4);
		making_u32(&m, 4);
		making_bytes(&m, "abcd", 4);
		making_end(&m, block);
		struct slice body = body_of(&m, PCAPNG_OLD_PACKET);
		assert_int_equal(pcapng_packet(PCAPNG_OLD_PACKET, body, true, 0, &p), ERR_OK);
		assert_int_equal(p.iface, 2);
		assert_int_equal(p.drops, cases[k].drops);
		assert_true(p.ticks == 1000);
		assert_true(slice_eq(p.bytes, SLICE("abcd")));
		making_drop(&m);
	}
}

static void a_simple_packet_is_cut_by_the_snap_length(void **state)
{
	static const struct {
		uint32_t wire, snaplen, bytes;
		enum err expect;
	} cases[] = {
		{ 8, 0, 8, ERR_OK }, { 100, 8, 8, ERR_OK },	   { 6, 100, 6, ERR_OK },
		{ 0, 8, 0, ERR_OK }, { 100, 0, 0, ERR_TRUNCATED }, { 300000, 0, 0, ERR_LIMIT },
	};
	struct making m = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pcapng_packet p;

		m.n = 0;
		making_u32(&m, cases[i].wire);
		making_fill(&m, 's', 8);
		assert_int_equal(
			pcapng_packet(PCAPNG_SIMPLE_PACKET, made(&m), false, cases[i].snaplen, &p),
			cases[i].expect);
		assert_int_equal(p.bytes.n, cases[i].bytes);
		assert_int_equal(p.wire_len, cases[i].wire);
	}
	making_drop(&m);
}

static void a_packet_cannot_claim_more_than_its_block(void **state)
{
	static const struct {
		uint32_t captured;
		enum err expect;
	} cases[] = { { 8, ERR_OK },
		      { 9, ERR_TRUNCATED },
		      { 262144, ERR_TRUNCATED },
		      { 262145, ERR_LIMIT },
		      { UINT32_MAX, ERR_LIMIT } };
	struct making m = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pcapng_packet p;

		m.n = 0;
		making_u32(&m, 0);
		making_u64(&m, 0);
		making_u32(&m, cases[i].captured);
		making_u32(&m, 8);
		making_fill(&m, 'x', 8);
		assert_int_equal(pcapng_packet(PCAPNG_PACKET, made(&m), false, 0, &p),
				 cases[i].expect);
	}
	making_drop(&m);
}

static void adds_up_the_drops_of_statistics(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct making m = { .big = big };
		struct pcapng_statistics s;

		making_u32(&m, 1);
		making_u64(&m, 0);
		for (uint32_t code = 4; code <= 7; code++) {
			making_u16(&m, code);
			making_u16(&m, 8);
			making_u64(&m, UINT64_C(1) << 8 * (code - 4));
		}
		assert_int_equal(pcapng_statistics(made(&m), big, &s), ERR_OK);
		assert_int_equal(s.iface, 1);
		assert_int_equal(s.drops, 0x100 + 0x1000000); /* ifdrop and osdrop only */
		making_drop(&m);
	}
}

static void reads_secrets_only_when_whole(void **state)
{
	struct making m = { 0 };
	struct pcapng_secrets s;

	(void)state;
	making_u32(&m, 0x544c534b);
	making_u32(&m, 6);
	making_bytes(&m, "SECRET\0\0", 8);
	assert_int_equal(pcapng_secrets(made(&m), false, &s), ERR_OK);
	assert_int_equal(s.type, 0x544c534b);
	assert_true(slice_eq(s.text, SLICE("SECRET")));
	assert_int_equal(pcapng_secrets((struct slice){ m.p, 13 }, false, &s), ERR_TRUNCATED);
	making_drop(&m);
}

static void tells_time_in_every_resolution(void **state)
{
	static const struct {
		uint8_t resolution;
		int64_t offset;
		uint64_t ticks, ns;
	} cases[] = {
		{ 6, 0, 1500000, 1500 * WHEN_MS },
		{ 9, 0, 1500000001, UINT64_C(1500000001) },
		{ 0, 0, 7, 7 * WHEN_SECOND },
		{ 3, 0, 1, WHEN_MS },
		{ 12, 0, UINT64_C(1000000001999), UINT64_C(1000000001) },
		{ 19, 0, UINT64_C(10000000000000000000), WHEN_SECOND },
		{ 20, 0, UINT64_C(10000000000000000000), 100 * WHEN_MS },
		{ 127, 0, UINT64_MAX, 0 },
		{ 0x80, 0, 3, 3 * WHEN_SECOND },
		{ 0x81, 0, 3, 1500 * WHEN_MS },
		{ 0xa0, 0, UINT64_C(0x180000000), 1500 * WHEN_MS },
		{ 0xbf, 0, UINT64_C(0xc000000000000000), 1500 * WHEN_MS },
		{ 0xc0, 0, UINT64_C(0x8000000000000000), 500 * WHEN_MS },
		{ 0xff, 0, UINT64_MAX, 0 },
		{ 6, 3600, 1000000, 3601 * WHEN_SECOND },
		{ 6, -1, 2000001, WHEN_SECOND + 1000 },
		{ 6, -3, 2000000, 0 },
		{ 6, INT64_MIN, 1, 0 },
		{ 6, INT64_MAX, 1, UINT64_MAX },
		{ 0, 0, UINT64_MAX, UINT64_MAX },
		{ 0, 1, UINT64_MAX, UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pcapng_interface f = { .resolution = cases[i].resolution,
					      .offset = cases[i].offset };

		if (pcapng_time(&f, cases[i].ticks) != cases[i].ns)
			fail_msg("case %zu: %llu ns", i,
				 (unsigned long long)pcapng_time(&f, cases[i].ticks));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_tells_its_byte_order),
		cmocka_unit_test(refuses_heads_that_cannot_be),
		cmocka_unit_test(every_cut_block_is_truncated),
		cmocka_unit_test(a_trailer_must_repeat_the_length),
		cmocka_unit_test(only_version_one_is_read),
		cmocka_unit_test(reads_an_interface_with_its_clock),
		cmocka_unit_test(an_interface_counts_microseconds_unless_told),
		cmocka_unit_test(reads_an_enhanced_packet_and_its_drops),
		cmocka_unit_test(reads_an_old_packet),
		cmocka_unit_test(a_simple_packet_is_cut_by_the_snap_length),
		cmocka_unit_test(a_packet_cannot_claim_more_than_its_block),
		cmocka_unit_test(adds_up_the_drops_of_statistics),
		cmocka_unit_test(reads_secrets_only_when_whole),
		cmocka_unit_test(tells_time_in_every_resolution),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
