/* test_plain.c - the short way gives what the long way gives, and leaves the rest alone. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "analyzer/wire/ip.h"
#include "analyzer/wire/link.h"
#include "analyzer/wire/plain.h"
#include "tests/lib/packets.h"

static struct packets packets;

static struct frame made(const struct packets_ip *ip, uint16_t sport, uint16_t dport)
{
	packets_begin(&packets, SLICE("hello"));
	packets_udp(&packets, sport, dport);
	packets_ip(&packets, ip);
	packets_ether(&packets, 0x0800);
	return packets_frame(&packets, LINK_ETHERNET, 1);
}

static const struct packets_ip from_to = {
	.src = "192.0.2.1", .dst = "198.51.100.9", .id = 77, .proto = 17, .hops = 9
};

static void reads_what_the_long_way_reads(void **state)
{
	(void)state;
	struct frame f = made(&from_to, 16384, 20000);
	struct wire_ahead a = { .plain = false };
	struct link l;
	struct ip p;
	struct ip_datagram d;

	assert_true(plain_parse(&f, &a));
	assert_int_equal(link_parse(f.bytes, f.link_type, &l), ERR_OK);
	assert_int_equal(ip_parse(l.rest, 0, &p), ERR_OK);
	assert_int_equal(ip_udp(&p, &d), ERR_OK);
	assert_true(addr_eq(&a.payload.flow.src, &p.src) && addr_eq(&a.payload.flow.dst, &p.dst));
	assert_int_equal(a.payload.flow.sport, d.sport);
	assert_int_equal(a.payload.flow.dport, d.dport);
	assert_int_equal(a.payload.flow.proto, p.proto);
	assert_ptr_equal(a.ip, l.rest.p);
	assert_ptr_equal(a.payload.frame, &f);
	assert_true(slice_eq(a.payload.bytes, d.bytes));
	assert_int_equal(a.payload.wire_len, d.len);
	assert_false(a.payload.cut);
}

static void leaves_padding_behind_the_packet_out(void **state)
{
	(void)state;
	static uint8_t padded[60];
	struct frame f = made(&from_to, 16384, 20000);
	struct wire_ahead a;

	assert_true(f.bytes.n < sizeof padded);
	memcpy(padded, f.bytes.p, f.bytes.n);
	f.bytes = (struct slice){ padded, sizeof padded };
	f.wire_len = sizeof padded;
	assert_true(plain_parse(&f, &a));
	assert_true(slice_eq(a.payload.bytes, SLICE("hello")));
}

static void leaves_every_other_frame_to_the_long_way(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {
		{ 12, 0x86 }, /* another ethertype */
		{ 14, 0x46 }, /* IP options */
		{ 14, 0x55 }, /* another version */
		{ 20, 0x20 }, /* more fragments */
		{ 21, 1 },    /* a later fragment */
		{ 23, 6 },    /* TCP */
		{ 17, 200 },  /* longer than the frame */
		{ 17, 27 },   /* shorter than its headers */
		{ 39, 12 },   /* UDP length that differs */
		{ 39, 0 },    /* UDP length 0 */
	};

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct frame f = made(&from_to, 16384, 20000);
		struct wire_ahead a;
		assert_true(plain_parse(&f, &a));
		packets.room[packets.at + changes[i].at] = changes[i].value;
		assert_false(plain_parse(&f, &a));
	}
}

static void leaves_tunnels_cut_frames_and_other_links_to_the_long_way(void **state)
{
	(void)state;
	static const uint16_t ports[] = { 4789, 8472, 6081, 2152, 3544, 37008, 4500 };
	struct wire_ahead a;
	struct frame f;

	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
		f = made(&from_to, 5060, ports[i]);
		assert_false(plain_parse(&f, &a));
		f = made(&from_to, ports[i], 5060);
		assert_false(plain_parse(&f, &a));
	}
	f = made(&from_to, 5060, 5060);
	f.wire_len++;
	assert_false(plain_parse(&f, &a));
	f.wire_len--;
	f.link_type = 113;
	assert_false(plain_parse(&f, &a));
	f.link_type = LINK_ETHERNET;
	for (size_t n = 0; n < f.bytes.n; n++) {
		struct frame cut = f;
		cut.bytes.n = cut.wire_len = (uint32_t)n;
		assert_false(plain_parse(&cut, &a));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_the_long_way_reads),
		cmocka_unit_test(leaves_padding_behind_the_packet_out),
		cmocka_unit_test(leaves_every_other_frame_to_the_long_way),
		cmocka_unit_test(leaves_tunnels_cut_frames_and_other_links_to_the_long_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
