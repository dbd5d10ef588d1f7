/* test_link.c - every link type and tag leads to the same IP packet. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/wire/link.h"
#include "tests/lib/packets.h"

#define MACS "\2\0\0\0\0\1\2\0\0\0\0\2"
/* Stands for an IP packet: only its first nibble matters here. */
#define INSIDE "\x45in"

static const struct {
	const char *name;
	int type;
	struct slice bytes;
} good[] = {
	{ "ethernet", 1, PACKETS_OF(MACS "\x08\0" INSIDE) },
	{ "ethernet, IPv6", 1, PACKETS_OF(MACS "\x86\xdd" INSIDE) },
	{ "802.1Q", 1, PACKETS_OF(MACS "\x81\0\0\7\x08\0" INSIDE) },
	{ "QinQ", 1, PACKETS_OF(MACS "\x88\xa8\0\7\x81\0\0\x8\x08\0" INSIDE) },
	{ "three tags", 1, PACKETS_OF(MACS "\x91\0\0\7\x81\0\0\x8\x81\0\0\x9\x08\0" INSIDE) },
	{ "VN-Tag", 1, PACKETS_OF(MACS "\x89\x26\0\0\0\0\x08\0" INSIDE) },
	{ "Cisco metadata", 1, PACKETS_OF(MACS "\x89\x09\1\1\0\1\0\5\x08\0" INSIDE) },
	{ "two MPLS labels", 1, PACKETS_OF(MACS "\x88\x47\0\1\0\x40\0\2\1\x40" INSIDE) },
	{ "pseudowire", 1, PACKETS_OF(MACS "\x88\x47\0\1\1\x40\0\0\0\0" MACS "\x08\0" INSIDE) },
	{ "pseudowire without word", 1,
	  PACKETS_OF(MACS "\x88\x47\0\1\1\x40" MACS "\x08\0" INSIDE) },
	{ "PPPoE", 1, PACKETS_OF(MACS "\x88\x64\x11\0\0\1\0\5\0\x21" INSIDE) },
	{ "PPPoE with padding", 1, PACKETS_OF(MACS "\x88\x64\x11\0\0\1\0\5\0\x21" INSIDE "\0\0") },
	{ "802.1ah", 1, PACKETS_OF(MACS "\x88\xe7\0\0\0\1" MACS "\x08\0" INSIDE) },
	{ "SNAP", 1, PACKETS_OF(MACS "\0\x0b\xaa\xaa\3\0\0\0\x08\0" INSIDE) },
	{ "LLC with IP", 1, PACKETS_OF(MACS "\0\6\6\6\3" INSIDE) },
	{ "null, little endian", 0, PACKETS_OF("\2\0\0\0" INSIDE) },
	{ "null, big endian", 0, PACKETS_OF("\0\0\0\x1e" INSIDE) },
	{ "loop", 108, PACKETS_OF("\0\0\0\x18" INSIDE) },
	{ "PPP with address", 9, PACKETS_OF("\xff\3\0\x21" INSIDE) },
	{ "PPP compressed", 50, PACKETS_OF("\x21" INSIDE) },
	{ "PPP with MPLS", 50, PACKETS_OF("\x02\x81\0\1\1\x40" INSIDE) },
	{ "PPP with direction", 204, PACKETS_OF("\1\xff\3\0\x57" INSIDE) },
	{ "PPPoE alone", 51, PACKETS_OF("\x11\0\0\1\0\5\0\x21" INSIDE) },
	{ "raw 12", 12, PACKETS_OF(INSIDE) },
	{ "raw 14", 14, PACKETS_OF(INSIDE) },
	{ "raw 101", 101, PACKETS_OF(INSIDE) },
	{ "IPv4", 228, PACKETS_OF(INSIDE) },
	{ "IPv6", 229, PACKETS_OF(INSIDE) },
	{ "cooked", 113, PACKETS_OF("\0\4\0\1\0\6\1\2\3\4\5\6\0\0\x08\0" INSIDE) },
	{ "cooked, tagged", 113,
	  PACKETS_OF("\0\4\0\1\0\6\1\2\3\4\5\6\0\0\x81\0\0\7\x08\0" INSIDE) },
	{ "cooked 2", 276, PACKETS_OF("\x08\0\0\0\0\0\0\2\0\1\4\6\1\2\3\4\5\6\0\0" INSIDE) },
};

static void reaches_ip_through_every_link_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct link l;
		enum err e = link_parse(good[i].bytes, good[i].type, &l);
		if (e != ERR_OK || l.kind != LINK_IP || !slice_starts(l.rest, SLICE(INSIDE)))
			fail_msg("%s: error %d, kind %d, %zu left", good[i].name, (int)e,
				 (int)l.kind, l.rest.n);
	}
}

/* Frames cut anywhere are short, or lead to a shorter IP packet; never anything else. */
static void stops_at_the_end_of_every_cut_frame(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		for (size_t n = 0; n < good[i].bytes.n; n++) {
			struct link l;
			enum err e = link_parse(slice_upto(good[i].bytes, n), good[i].type, &l);
			assert_true(e == ERR_TRUNCATED || l.kind != LINK_IP ||
				    slice_starts(SLICE(INSIDE "\0\0"), l.rest));
		}
	}
}

static void names_what_it_does_not_read(void **state)
{
	(void)state;
	static const struct {
		int type;
		struct slice bytes;
		enum err err;
		enum link_kind kind;
	} cases[] = {
		{ 1, PACKETS_OF(MACS "\x08\x06\0\1"), ERR_OK, LINK_QUIET },
		{ 1, PACKETS_OF(MACS "\x88\xcc\0\1"), ERR_OK, LINK_OTHER },
		{ 1, PACKETS_OF(MACS "\0\4\x42\x42\3\0"), ERR_OK, LINK_OTHER },
		{ 1, PACKETS_OF(MACS "\x88\x64\x11\7\0\1\0\2\0\x21"), ERR_MALFORMED, LINK_OTHER },
		{ 50, PACKETS_OF("\xff\3\xc0\x21\1"), ERR_OK, LINK_QUIET },
		{ 50, PACKETS_OF("\xff\3\0\x2b\1"), ERR_OK, LINK_OTHER },
		{ 113, PACKETS_OF("\0\4\3\x38\0\0\0\0\0\0\0\0\0\0\x08\0" INSIDE), ERR_OK,
		  LINK_OTHER },
		{ 0, PACKETS_OF("\2\0\0\2" INSIDE), ERR_OK, LINK_OTHER },
		{ 0, PACKETS_OF("\7\0\0\0" INSIDE), ERR_OK, LINK_OTHER },
		{ 105, PACKETS_OF(INSIDE), ERR_UNSUPPORTED, LINK_OTHER },
		{ 252, PACKETS_OF("\0\0\0\0"), ERR_OK, LINK_EXPORTED },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct link l;
		assert_int_equal(link_parse(cases[i].bytes, cases[i].type, &l), cases[i].err);
		assert_int_equal(l.kind, cases[i].kind);
	}
}

static void refuses_endless_tags(void **state)
{
	(void)state;
	static struct packets p;
	struct link l;

	packets_begin(&p, SLICE(INSIDE));
	for (int i = 0; i < 100; i++)
		packets_vlan(&p, 1, i ? 0x8100 : 0x0800);
	packets_ether(&p, 0x8100);
	assert_int_equal(link_parse(packets_bytes(&p), 1, &l), ERR_LIMIT);
}

static void tells_places_apart(void **state)
{
	(void)state;
	static const struct slice frames[] = {
		PACKETS_OF("\0\4\0\1\0\6\1\2\3\4\5\6\0\0\x08\0" INSIDE),
		PACKETS_OF("\0\0\0\1\0\6\1\2\3\4\5\6\0\0\x08\0" INSIDE),
		PACKETS_OF("\0\0\0\1\0\6\1\2\3\4\5\6\0\0\x81\0\0\7\x08\0" INSIDE),
		PACKETS_OF("\0\0\0\1\0\6\1\2\3\4\5\6\0\0\x81\0\0\x8\x08\0" INSIDE),
	};
	struct link a, b;

	for (size_t i = 0; i + 1 < sizeof frames / sizeof *frames; i++) {
		assert_int_equal(link_parse(frames[i], 113, &a), ERR_OK);
		assert_int_equal(link_parse(frames[i + 1], 113, &b), ERR_OK);
		assert_true(a.place != b.place);
	}
}

static void reads_the_tags_of_an_exported_pdu(void **state)
{
	(void)state;
	struct link_pdu pdu;

	assert_int_equal(link_exported(SLICE("\0\x0c\0\4sip\0\0\x14\0\4\xc0\0\2\1\0\x15\0\4\xc0\0"
					     "\2\2\0\x18\0\4\0\0\0\2\0\x19\0\4\0\0\x13\xc4\0\x1a\0"
					     "\4\0\0\x13\xc5\0\x63\0\0\0\0\0\0OPTIONS"),
				       &pdu),
			 ERR_OK);
	assert_true(slice_eq(pdu.name, SLICE("sip")) && slice_eq(pdu.bytes, SLICE("OPTIONS")));
	assert_int_equal(pdu.flow.proto, 6);
	assert_int_equal(pdu.flow.sport, 5060);
	assert_int_equal(pdu.flow.dport, 5061);
	assert_true(addr_is_v4(&pdu.flow.src) && pdu.flow.src.b[15] == 1);
	assert_int_equal(link_exported(SLICE("\0\x0c\0\x10sip"), &pdu), ERR_TRUNCATED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reaches_ip_through_every_link_type),
		cmocka_unit_test(stops_at_the_end_of_every_cut_frame),
		cmocka_unit_test(names_what_it_does_not_read),
		cmocka_unit_test(refuses_endless_tags),
		cmocka_unit_test(tells_places_apart),
		cmocka_unit_test(reads_the_tags_of_an_exported_pdu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
