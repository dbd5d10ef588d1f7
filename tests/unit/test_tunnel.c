/* test_tunnel.c - what is inside of tunnels, and what only uses their ports. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/wire/tunnel.h"
#include "tests/lib/packets.h"

#define MACS "\2\0\0\0\0\1\2\0\0\0\0\2"
#define IP4  "\x45\0\0\x16\0\1\0\0\x40\x11\0\0\xc0\0\2\1\xc0\0\2\2in"
#define IP6                                                                                        \
	"\x60\0\0\0\0\2\x11\x40\x20\1\0\0\0\0\0\0\0\0\0\0\0\0\0\1"                                 \
	"\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\2in"
#define ETHER MACS "\x08\0" IP4

static const struct {
	const char *name;
	uint8_t proto;
	struct slice bytes;
} over_ip[] = {
	{ "IP in IP", 4, PACKETS_OF(IP4) },
	{ "6in4", 41, PACKETS_OF(IP6) },
	{ "GRE", 47, PACKETS_OF("\0\0\x08\0" IP4) },
	{ "GRE, IPv6", 47, PACKETS_OF("\0\0\x86\xdd" IP6) },
	{ "GRE, checksum", 47, PACKETS_OF("\x80\0\x08\0\1\2\0\0" IP4) },
	{ "GRE, key", 47, PACKETS_OF("\x20\0\x08\0\1\2\3\4" IP4) },
	{ "GRE, sequence", 47, PACKETS_OF("\x10\0\x08\0\1\2\3\4" IP4) },
	{ "GRE, all", 47, PACKETS_OF("\xb0\0\x08\0\1\2\0\0\1\2\3\4\5\6\7\x8" IP4) },
	{ "GRE, routing", 47, PACKETS_OF("\x40\0\x08\0\0\0\0\0\0\1\0\4\1\2\3\4\0\0\0\0" IP4) },
	{ "GRE, bridged", 47, PACKETS_OF("\0\0\x65\x58" ETHER) },
	{ "GRE, MPLS", 47, PACKETS_OF("\0\0\x88\x47\0\1\1\x40" IP4) },
	{ "GRE, WCCP", 47, PACKETS_OF("\0\0\x88\x3e" IP4) },
	{ "GRE, WCCP 2", 47, PACKETS_OF("\0\0\x88\x3e\0\1\2\3" IP4) },
	{ "GRE, PPP", 47, PACKETS_OF("\x30\x81\x88\x0b\0\7\0\1\0\0\0\1\0\0\0\2\xff\3\0\x21" IP4) },
	{ "GRE, metadata", 47, PACKETS_OF("\0\0\x89\x09\x08\0\1\1\0\1\0\5" IP4) },
	{ "ERSPAN I", 47, PACKETS_OF("\0\0\x88\xbe" ETHER) },
	{ "ERSPAN II", 47, PACKETS_OF("\x10\0\x88\xbe\0\0\0\1\x10\0\0\1\0\0\0\0" ETHER) },
	{ "ERSPAN III", 47, PACKETS_OF("\x10\0\x22\xeb\0\0\0\1\x20\0\0\1\0\0\0\0\0\0\0\0" ETHER) },
	{ "ERSPAN III, more", 47,
	  PACKETS_OF("\x10\0\x22\xeb\0\0\0\1\x20\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"
		     "\0" ETHER) },
	{ "ERSPAN III, IP", 47,
	  PACKETS_OF("\x10\0\x22\xeb\0\0\0\1\x20\0\0\1\0\0\0\0\0\0\x08\0" IP4) },
	{ "EtherIP", 97, PACKETS_OF("\x30\0" ETHER) },
	{ "MPLS in IP", 137, PACKETS_OF("\0\1\1\x40" IP4) },
};

static void opens_every_tunnel_over_ip(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof over_ip / sizeof *over_ip; i++) {
		struct ip p = { .payload = over_ip[i].bytes, .proto = over_ip[i].proto };
		struct link in = { .place = 1 };
		enum err e = tunnel_ip(&p, &in);
		if (e != ERR_OK || in.kind != LINK_IP ||
		    !(slice_eq(in.rest, SLICE(IP4)) || slice_eq(in.rest, SLICE(IP6))))
			fail_msg("%s: error %d, kind %d", over_ip[i].name, (int)e, (int)in.kind);
	}
}

static void says_why_a_tunnel_stays_shut(void **state)
{
	(void)state;
	static const struct {
		uint8_t proto;
		struct slice bytes;
		enum err err;
		enum link_kind kind;
	} cases[] = {
		{ 47, PACKETS_OF("\0\0\x08"), ERR_TRUNCATED, LINK_OTHER },
		{ 47, PACKETS_OF("\x20\0\x08\0\1"), ERR_TRUNCATED, LINK_OTHER },
		{ 47, PACKETS_OF("\0\2\x08\0" IP4), ERR_MALFORMED, LINK_OTHER },
		{ 47, PACKETS_OF("\0\0\0\0"), ERR_OK, LINK_QUIET },
		{ 47, PACKETS_OF("\x20\x81\x88\x0b\0\0\0\1\0\0\0\1"), ERR_OK, LINK_QUIET },
		{ 47, PACKETS_OF("\x10\0\x22\xeb\0\0\0\1\x20\0\0\1\0\0\0\0\0\0\x1c\0" IP4), ERR_OK,
		  LINK_OTHER },
		{ 97, PACKETS_OF("\x20\0" ETHER), ERR_MALFORMED, LINK_OTHER },
		{ 89, PACKETS_OF("\2\1"), ERR_UNSUPPORTED, LINK_OTHER },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ip p = { .payload = cases[i].bytes, .proto = cases[i].proto };
		struct link in = { .kind = LINK_OTHER };
		assert_int_equal(tunnel_ip(&p, &in), cases[i].err);
		assert_int_equal(in.kind, cases[i].kind);
	}
}

static const struct {
	const char *name;
	uint16_t sport, dport;
	struct slice bytes;
} over_udp[] = {
	{ "VXLAN", 9, 4789, PACKETS_OF("\x8\0\0\0\0\0\7\0" ETHER) },
	{ "VXLAN, old port", 9, 8472, PACKETS_OF("\x8\0\0\0\0\0\7\0" ETHER) },
	{ "VXLAN, group", 9, 4789, PACKETS_OF("\x88\0\0\1\0\0\7\0" ETHER) },
	{ "Geneve", 9, 6081, PACKETS_OF("\0\0\x65\x58\0\0\7\0" ETHER) },
	{ "Geneve, options", 9, 6081, PACKETS_OF("\2\0\x08\0\0\0\7\0\1\2\3\4\5\6\7\x8" IP4) },
	{ "GTP-U", 9, 2152, PACKETS_OF("\x30\xff\0\x16\0\0\0\1" IP4) },
	{ "GTP-U, sequence", 2152, 9, PACKETS_OF("\x32\xff\0\x1a\0\0\0\1\0\1\0\0" IP4) },
	{ "GTP-U, extension", 9, 2152,
	  PACKETS_OF("\x34\xff\0\x1e\0\0\0\1\0\1\0\x85\1\0\x9\0" IP4) },
	{ "Teredo", 3544, 9, PACKETS_OF(IP6) },
	{ "Teredo, origin", 9, 3544, PACKETS_OF("\0\0\1\2\3\4\5\6" IP6) },
	{ "Teredo, both", 9, 3544, PACKETS_OF("\0\1\1\2iau12345678\0\0\0\1\2\3\4\5\6" IP6) },
	{ "TZSP", 9, 37008, PACKETS_OF("\1\0\0\1\0\x0a\1\5\1" ETHER) },
};

static void opens_every_tunnel_over_udp(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof over_udp / sizeof *over_udp; i++) {
		struct ip_datagram d = { over_udp[i].bytes, (uint32_t)over_udp[i].bytes.n,
					 over_udp[i].sport, over_udp[i].dport };
		struct link in = { .place = 1 };
		if (!tunnel_udp(&d, &in) || in.kind != LINK_IP ||
		    !(slice_eq(in.rest, SLICE(IP4)) || slice_eq(in.rest, SLICE(IP6))))
			fail_msg("%s stays shut", over_udp[i].name);
		d.sport = d.dport = 5060;
		assert_false(tunnel_udp(&d, &in));
	}
}

/* Whatever is missing at the end, or spoilt in the header: then it is a datagram like others. */
static void never_believes_the_port_alone(void **state)
{
	(void)state;
	static const char *const speech =
		"\x80\0\0\1\0\0\0\1\0\0\0\1 not a tunnel but media, really";
	for (size_t i = 0; i < sizeof over_udp / sizeof *over_udp; i++) {
		struct ip_datagram d = { slice_of("INVITE sip:bob@example.com SIP/2.0\r\n"), 36,
					 over_udp[i].sport, over_udp[i].dport };
		struct link in = { .place = 42 };
		assert_false(tunnel_udp(&d, &in));
		d.bytes = (struct slice){ (const uint8_t *)speech, 44 };
		d.len = 44;
		assert_false(tunnel_udp(&d, &in));
		for (size_t n = 0; n < over_udp[i].bytes.n; n++) {
			d.bytes = slice_upto(over_udp[i].bytes, n);
			d.len = (uint32_t)n;
			assert_false(tunnel_udp(&d, &in));
		}
		assert_int_equal(in.place, 42);
	}
}

static void opens_what_the_snap_length_cut(void **state)
{
	(void)state;
	struct ip_datagram d = { SLICE("\x8\0\0\0\0\0\7\0" MACS "\x08\0"
				       "\x45\0\1\x16\0\1\0\0\x40\x11\0\0\xc0\0\2\1\xc0\0\2\2in"),
				 600, 9, 4789 };
	struct link in = { .place = 1 };

	assert_true(tunnel_udp(&d, &in));
	d.len = (uint32_t)d.bytes.n;
	assert_false(tunnel_udp(&d, &in));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_every_tunnel_over_ip),
		cmocka_unit_test(says_why_a_tunnel_stays_shut),
		cmocka_unit_test(opens_every_tunnel_over_udp),
		cmocka_unit_test(never_believes_the_port_alone),
		cmocka_unit_test(opens_what_the_snap_length_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
