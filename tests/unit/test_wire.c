/* test_wire.c - whole frames through the door. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "analyzer/base/when.h"
#include "analyzer/wire/wire.h"
#include "tests/lib/packets.h"

struct scene {
	struct wire *wire;
	const struct wire_counters *n;
	struct text heard; /* payloads, "?" before cut ones, "^" before tunnelled, "=" before
			      sightings, ">" where they passed a router */
	struct payload last;
	struct packets p;
	uint64_t ms;
	uint32_t iface, id;
};

static void hear(void *ctx, const struct payload *p)
{
	struct scene *s = ctx;

	text_addf(&s->heard, "%s%s%s", s->heard.n ? " " : "", p->cut ? "?" : "",
		  p->tunnelled ? "^" : "");
	text_add_slice(&s->heard, p->bytes);
	s->last = *p;
}

static void sight(void *ctx, const struct wire_sighting *w)
{
	struct scene *s = ctx;

	text_addf(&s->heard, "%s%s", s->heard.n ? " " : "", w->routed ? ">" : "=");
	text_add_slice(&s->heard, w->bytes);
	assert_int_equal(w->flow.dport, 5060);
}

static int begin(void **state)
{
	static struct scene s;

	memset(&s, 0, sizeof s);
	s.ms = 1000;
	s.id = 1;
	s.wire = wire_new((struct wire_hooks){ &s, hear, sight },
			  (struct wire_limits){ .tunnel_depth = 2 });
	s.n = wire_counters(s.wire);
	*state = &s;
	return 0;
}

static int finish(void **state)
{
	struct scene *s = *state;

	wire_free(s->wire);
	text_free(&s->heard);
	return 0;
}

static void feed(struct scene *s, int link_type)
{
	struct frame f = packets_frame(&s->p, link_type, s->ms * WHEN_MS);

	f.iface = s->iface;
	wire_feed(s->wire, &f);
}

static void heard(struct scene *s, const char *expected)
{
	assert_string_equal(text_of(&s->heard), expected);
	text_clear(&s->heard);
}

static void ip4(struct scene *s, uint8_t proto)
{
	packets_ip(&s->p,
		   &(struct packets_ip){
			   .src = "192.0.2.1", .dst = "192.0.2.2", .id = s->id, .proto = proto });
}

/* A datagram from port 4000 to 5060, without a link header yet. */
static void datagram(struct scene *s, const char *text)
{
	packets_begin(&s->p, slice_of(text));
	packets_udp(&s->p, 4000, 5060);
	ip4(s, 17);
}

static void udp(struct scene *s, const char *text)
{
	datagram(s, text);
	packets_ether(&s->p, 0x0800);
	feed(s, 1);
}

static void hands_on_a_datagram_without_its_padding(void **state)
{
	struct scene *s = *state;

	datagram(s, "hello");
	packets_ether(&s->p, 0x0800);
	memmove(s->p.room + s->p.at - 9, s->p.room + s->p.at, PACKETS_ROOM - s->p.at);
	s->p.at -= 9;
	feed(s, 1);
	heard(s, "hello");
	assert_int_equal(s->last.flow.sport, 4000);
	assert_int_equal(s->last.flow.proto, 17);
	assert_int_equal(s->last.wire_len, 5);
	assert_true(s->n->udp == 1 && s->n->ip_packets == 1 && s->n->frames == 1);
}

static void tells_what_the_snap_length_cut(void **state)
{
	struct scene *s = *state;

	datagram(s, "hello");
	struct frame f = packets_frame(&s->p, 101, s->ms * WHEN_MS);
	f.bytes.n -= 3;
	wire_feed(s->wire, &f);
	heard(s, "?he");
	assert_int_equal(s->last.wire_len, 5);
	f.bytes.n = 23;
	wire_feed(s->wire, &f);
	assert_true(s->n->snaplen_cut == 2 && s->n->malformed == 0);
	f.wire_len = 23;
	wire_feed(s->wire, &f);
	assert_int_equal(s->n->malformed + s->n->duplicates, 1);
}

static void counts_a_packet_once_whatever_vlan_tunnel_or_interface(void **state)
{
	struct scene *s = *state;

	udp(s, "once");
	udp(s, "once");
	datagram(s, "once");
	packets_vlan(&s->p, 7, 0x0800);
	packets_ether(&s->p, 0x8100);
	feed(s, 1);
	datagram(s, "once");
	packets_gre(&s->p, 0x0800);
	s->id = 500;
	ip4(s, 47);
	feed(s, 101);
	heard(s, "once =once =once =once");
	assert_int_equal(s->n->duplicates, 3);
	assert_int_equal(s->n->udp, 1);
}

static void never_eats_a_retransmission(void **state)
{
	struct scene *s = *state;

	for (int i = 0; i < 4; i++) {
		s->id = i < 2 ? 1 : 2;
		udp(s, "again");
	}
	heard(s, "again =again again =again");
	s->id = 0;
	udp(s, "zero");
	udp(s, "zero");
	heard(s, "zero zero");
	s->iface = 1;
	udp(s, "zero");
	heard(s, "=zero");
	s->ms += 101;
	udp(s, "zero");
	heard(s, "zero");
}

static void treats_ipv6_by_the_rule_for_packets_without_id(void **state)
{
	struct scene *s = *state;

	for (int i = 0; i < 3; i++) {
		packets_begin(&s->p, SLICE("six"));
		packets_udp(&s->p, 4000, 5060);
		packets_ip(&s->p, &(struct packets_ip){ .src = "2001:db8::1",
							.dst = "2001:db8::2",
							.proto = 17,
							.hops = i < 2 ? 64 : 63 });
		feed(s, 229);
	}
	heard(s, "six six >six");
}

static void fragment(struct scene *s, uint16_t offset, const char *text, bool more)
{
	packets_begin(&s->p, slice_of(text));
	if (offset == 0)
		packets_front(&s->p, SLICE("\x0f\xa0\x13\xc4\0\x15\0\0"));
	packets_ip(&s->p, &(struct packets_ip){ .src = "192.0.2.1",
						.dst = "192.0.2.2",
						.id = 9,
						.offset = offset,
						.more = more,
						.proto = 17 });
	feed(s, 101);
}

static void joins_fragments_and_knows_each_seen_twice(void **state)
{
	struct scene *s = *state;

	fragment(s, 16, "world", false);
	fragment(s, 16, "world", false);
	fragment(s, 0, "big hell", true);
	heard(s, "big hellworld");
	fragment(s, 0, "big hell", true);
	heard(s, "=big hell");
	assert_int_equal(s->n->fragments, 2);
	assert_int_equal(s->n->duplicates, 2);
	wire_end(s->wire);
	assert_int_equal(s->n->fragments_expired, 0);
}

static void joins_fragments_of_ipv6(void **state)
{
	struct scene *s = *state;
	static const char *const parts[] = { "\x0f\xa0\x13\xc4\0\x0d\0\0", "hello" };

	for (int i = 0; i < 2; i++) {
		packets_begin(&s->p,
			      i ? SLICE("hello") : (struct slice){ (const uint8_t *)parts[0], 8 });
		packets_ip(&s->p, &(struct packets_ip){ .src = "2001:db8::1",
							.dst = "2001:db8::2",
							.id = 9,
							.offset = (uint16_t)(8 * i),
							.more = i == 0,
							.proto = 17 });
		feed(s, 101);
	}
	heard(s, parts[1]);
}

static void opens_tunnels_down_to_its_limit(void **state)
{
	struct scene *s = *state;

	datagram(s, "deep");
	for (int i = 0; i < 2; i++) {
		packets_ether(&s->p, 0x0800);
		packets_vxlan(&s->p, 7);
		packets_udp(&s->p, 1, 4789);
		ip4(s, 17);
	}
	feed(s, 101);
	heard(s, "^deep");
	assert_int_equal(s->n->tunnels, 2);
	packets_gre(&s->p, 0x0800);
	ip4(s, 47);
	s->ms += 500;
	feed(s, 101);
	assert_int_equal(s->n->tunnel_too_deep, 1);
	assert_int_equal(s->last.flow.dport, 4789);
}

static void hands_on_tcp_and_ends_it(void **state)
{
	struct scene *s = *state;
	struct packets_tcp t = { 4000, 5060, 1, 1, 0x18 };

	for (int i = 0; i < 3; i++) {
		packets_begin(&s->p, SLICE("tcp"));
		packets_tcp(&s->p, &t);
		s->id = i ? 2 : 1;
		t.seq = 4;
		ip4(s, 6);
		feed(s, 101);
	}
	heard(s, "tcp tcp =tcp");
	assert_int_equal(s->last.stream, 1);
	wire_end(s->wire);
	assert_true(s->last.closed && s->n->tcp == 2);
}

static void hands_on_an_exported_pdu(void **state)
{
	struct scene *s = *state;

	packets_begin(&s->p, SLICE("\0\x0c\0\4sip\0\0\x18\0\4\0\0\0\2\0\0\0\0OPTIONS"));
	feed(s, 252);
	heard(s, "OPTIONS");
	assert_true(s->last.exported && s->last.stream == 0 && s->last.flow.proto == 6);
}

static void counts_what_is_no_payload(void **state)
{
	struct scene *s = *state;
	static const uint8_t protos[] = { 1, 50, 89, 59 };
	static const uint8_t wireguard[148] = { 1 };

	for (size_t i = 0; i < 4; i++) {
		packets_begin(&s->p, SLICE("\3\1\0\0\0\0\0\0\x45quoted"));
		ip4(s, protos[i]);
		feed(s, 101);
	}
	packets_begin(&s->p, SLICE("?"));
	packets_ether(&s->p, 0x88cc);
	feed(s, 1);
	feed(s, 105);
	packets_begin(&s->p, SLICE("\x45"));
	feed(s, 101);
	heard(s, "");
	packets_begin(&s->p, (struct slice){ wireguard, sizeof wireguard });
	packets_udp(&s->p, 4000, 5060);
	ip4(s, 17);
	feed(s, 101);
	assert_true(s->n->icmp_quotes == 1 && s->n->esp == 1 && s->n->undecoded_ip_proto == 1);
	assert_true(s->n->undecoded_ethertype == 1 && s->n->undecoded_link == 1);
	assert_true(s->n->malformed == 1 && s->n->wireguard_like == 1 && s->n->udp == 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hands_on_a_datagram_without_its_padding),
		TEST(tells_what_the_snap_length_cut),
		TEST(counts_a_packet_once_whatever_vlan_tunnel_or_interface),
		TEST(never_eats_a_retransmission),
		TEST(treats_ipv6_by_the_rule_for_packets_without_id),
		TEST(joins_fragments_and_knows_each_seen_twice),
		TEST(joins_fragments_of_ipv6),
		TEST(opens_tunnels_down_to_its_limit),
		TEST(hands_on_tcp_and_ends_it),
		TEST(hands_on_an_exported_pdu),
		TEST(counts_what_is_no_payload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
