/* test_ip.c - IP headers and the transport headers behind them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/wire/ip.h"
#include "tests/lib/packets.h"

#define V4(total, flags, proto)                                                                    \
	"\x45\0" total "\x12\x34" flags "\x40" proto "\0\0\xc0\0\2\1\xc0\0\2\2"
#define SRC6		 "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
#define DST6		 "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\2"
#define V6(length, next) "\x60\0\0\0" length next "\x40" SRC6 DST6

static const struct {
	struct slice bytes;
	uint8_t proto;
	uint32_t len;
	struct slice payload;
} headers[] = {
	{ PACKETS_OF(V4("\0\x17", "\0\0", "\x11") "abc"), 17, 3, PACKETS_OF("abc") },
	{ PACKETS_OF(V4("\0\x15", "\0\0", "\x11") "a padding"), 17, 1, PACKETS_OF("a") },
	{ PACKETS_OF(V4("\0\0", "\0\0", "\x06") "offload"), 6, 7 + 5, PACKETS_OF("offload") },
	{ PACKETS_OF(V4("\0\x30", "\0\0", "\x11") "cut"), 17, 28, PACKETS_OF("cut") },
	{ PACKETS_OF("\x46\0\0\x1a\0\1\0\0\x40\x11\0\0\xc0\0\2\1\xc0\0\2\2\1\1\1\1zz"), 17, 2,
	  PACKETS_OF("zz") },
	{ PACKETS_OF(V4("\0\x23", "\0\0", "\x33") "\x11\1\0\0\0\0\0\0\0\0\0\0udp"), 17, 3,
	  PACKETS_OF("udp") },
	{ PACKETS_OF(V6("\0\3", "\x11") "abcdef"), 17, 3, PACKETS_OF("abc") },
	{ PACKETS_OF(V6("\0\0", "\x11") "jumbo"), 17, 5 + 5, PACKETS_OF("jumbo") },
	{ PACKETS_OF(V6("\0\x12", "\0") "\x3c\0\0\0\0\0\0\0\x11\0\0\0\0\0\0\0zz"), 17, 2,
	  PACKETS_OF("zz") },
	{ PACKETS_OF(V6("\0\x0a", "\x2c") "\x11\0\0\0\0\0\0\1at"), 17, 2, PACKETS_OF("at") },
	{ PACKETS_OF(V6("\0\x0e", "\x33") "\x11\1\0\0\0\0\0\0\0\0\0\0ah"), 17, 2,
	  PACKETS_OF("ah") },
};

static void reads_headers_of_both_versions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		struct ip p;
		assert_int_equal(ip_parse(headers[i].bytes, 5, &p), ERR_OK);
		assert_int_equal(p.proto, headers[i].proto);
		assert_int_equal(p.len, headers[i].len);
		assert_true(slice_eq(p.payload, headers[i].payload));
		assert_false(p.fragment);
	}
}

static void refuses_headers_that_lie(void **state)
{
	(void)state;
	static const struct {
		struct slice bytes;
		enum err err;
	} cases[] = {
		{ PACKETS_OF(""), ERR_TRUNCATED },
		{ PACKETS_OF("\x45\0\0"), ERR_TRUNCATED },
		{ PACKETS_OF("\x55\0\0\x14"), ERR_MALFORMED },
		{ PACKETS_OF("\x44\0\0\x14\0\1\0\0\x40\x11\0\0\xc0\0\2\1\xc0\0\2\2"),
		  ERR_MALFORMED },
		{ PACKETS_OF(V4("\0\x13", "\0\0", "\x11")), ERR_MALFORMED },
		{ PACKETS_OF("\x4f\0\0\x50\0\1\0\0\x40\x11\0\0\xc0\0\2\1\xc0\0\2\2"),
		  ERR_TRUNCATED },
		{ PACKETS_OF("\x60\0\0\0\0\3"), ERR_TRUNCATED },
		{ PACKETS_OF(V6("\0\x08", "\0") "\x11\5\0\0\0\0\0\0"), ERR_TRUNCATED },
		{ PACKETS_OF(V6("\0\1", "\0") "\x11"), ERR_TRUNCATED },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ip p;
		assert_int_equal(ip_parse(cases[i].bytes, 0, &p), cases[i].err);
	}
}

static void bounds_the_chain_of_extension_headers(void **state)
{
	(void)state;
	static struct packets p;
	struct ip ip;

	packets_begin(&p, SLICE(""));
	for (int i = 0; i < 40; i++)
		packets_front(&p, SLICE("\x3c\0\0\0\0\0\0\0"));
	packets_ip(&p, &(struct packets_ip){ .src = "2001:db8::1", .dst = "::2", .proto = 60 });
	assert_int_equal(ip_parse(packets_bytes(&p), 0, &ip), ERR_LIMIT);
}

static void reads_fragments_of_both_versions(void **state)
{
	(void)state;
	struct ip p;

	assert_int_equal(ip_parse(SLICE(V4("\0\x1c", "\x20\2", "\x11") "12345678"), 0, &p), ERR_OK);
	assert_true(p.fragment && p.more && p.offset == 16 && p.id == 0x1234);
	assert_int_equal(ip_parse(SLICE(V6("\0\x0a", "\x2c") "\x11\0\0\x18\0\1\0\2zz"), 0, &p),
			 ERR_OK);
	assert_true(p.fragment && !p.more && p.offset == 24 && p.id == 0x10002 && p.proto == 17);
}

static struct ip around(struct slice payload, uint32_t len, uint8_t proto)
{
	return (struct ip){ .payload = payload, .len = len, .proto = proto, .version = 4 };
}

static void believes_udp_only_within_ip(void **state)
{
	(void)state;
	static const struct {
		struct slice bytes;
		uint32_t ip_len, len;
		size_t there;
		uint8_t proto;
		enum err err;
	} cases[] = {
		{ PACKETS_OF("\x13\xc4\x13\xc5\0\x0b\0\0abc"), 11, 3, 3, 17, ERR_OK },
		{ PACKETS_OF("\x13\xc4\x13\xc5\0\x09\0\0abc"), 11, 1, 1, 17, ERR_OK },
		{ PACKETS_OF("\x13\xc4\x13\xc5\0\0\0\0abc"), 11, 3, 3, 17, ERR_OK },
		{ PACKETS_OF("\x13\xc4\x13\xc5\0\x20\0\0abc"), 32, 24, 3, 17, ERR_OK },
		{ PACKETS_OF("\x13\xc4\x13\xc5\0\x08\0\0abc"), 11, 3, 3, 136, ERR_OK },
		{ PACKETS_OF("\x13\xc4\x13\xc5\0\x0c\0\0abc"), 11, 0, 0, 17, ERR_MALFORMED },
		{ PACKETS_OF("\x13\xc4\x13\xc5\0\x07\0\0abc"), 11, 0, 0, 17, ERR_MALFORMED },
		{ PACKETS_OF("\x13\xc4\x13\xc5\0\x07"), 11, 0, 0, 17, ERR_TRUNCATED },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ip p = around(cases[i].bytes, cases[i].ip_len, cases[i].proto);
		struct ip_datagram d = { .len = 0 };
		assert_int_equal(ip_udp(&p, &d), cases[i].err);
		assert_int_equal(d.len, cases[i].len);
		assert_int_equal(d.bytes.n, cases[i].there);
		assert_int_equal(d.dport, cases[i].err ? 0 : 5061);
	}
}

static void reads_tcp_with_and_without_options(void **state)
{
	(void)state;
#define TCP(offset) "\x13\xc4\x13\xc5\0\0\0\1\0\0\0\2" offset "\x18\0\0\0\0\0\0"
	static const struct {
		struct slice bytes;
		uint32_t ip_len, len;
		enum err err;
	} cases[] = {
		{ PACKETS_OF(TCP("\x50") "abc"), 23, 3, ERR_OK },
		{ PACKETS_OF(TCP("\x60") "\1\1\1\1abc"), 27, 3, ERR_OK },
		{ PACKETS_OF(TCP("\x60") "\1\1"), 27, 0, ERR_TRUNCATED },
		{ PACKETS_OF(TCP("\x40") "abc"), 23, 0, ERR_MALFORMED },
		{ PACKETS_OF(TCP("\xf0") "abc"), 23, 0, ERR_MALFORMED },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ip p = around(cases[i].bytes, cases[i].ip_len, 6);
		struct ip_segment s = { .len = 0 };
		assert_int_equal(ip_tcp(&p, &s), cases[i].err);
		assert_int_equal(s.len, cases[i].len);
		if (!cases[i].err)
			assert_true(s.seq == 1 && s.ack == 2 && s.flags == 0x18);
	}
}

static void finds_user_messages_among_sctp_chunks(void **state)
{
	(void)state;
	struct ip p = around(SLICE("\x13\xc4\x13\xc5\0\0\0\1\0\0\0\0"
				   "\3\0\0\x05z\0\0\0"
				   "\0\3\0\x13\0\0\0\1\0\1\0\2\0\0\0\3one\0"
				   "\0\2\0\x13\0\0\0\1\0\1\0\2\0\0\0\3two\0"
				   "\x40\3\0\x17\0\0\0\1\0\1\0\2\0\0\0\3\0\0\0\4new"),
			     200, 132);
	struct ip_datagram d;
	struct cursor chunks;
	bool whole;

	assert_int_equal(ip_sctp(&p, &d, &chunks), ERR_OK);
	assert_true(ip_sctp_data(&chunks, &d.bytes, &whole) && whole);
	assert_true(slice_eq(d.bytes, SLICE("one")));
	assert_true(ip_sctp_data(&chunks, &d.bytes, &whole) && !whole);
	assert_true(ip_sctp_data(&chunks, &d.bytes, &whole) && slice_eq(d.bytes, SLICE("new")));
	assert_false(ip_sctp_data(&chunks, &d.bytes, &whole));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_headers_of_both_versions),
		cmocka_unit_test(refuses_headers_that_lie),
		cmocka_unit_test(bounds_the_chain_of_extension_headers),
		cmocka_unit_test(reads_fragments_of_both_versions),
		cmocka_unit_test(believes_udp_only_within_ip),
		cmocka_unit_test(reads_tcp_with_and_without_options),
		cmocka_unit_test(finds_user_messages_among_sctp_chunks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
