/* extract_packet.c - IPv4 (RFC 791), IPv6 (RFC 8200), UDP (RFC 768), TCP (RFC 9293) headers. */
#include "analyzer/cmd/extract_packet.h"

#include <string.h>

enum { UDP = 17, TCP = 6, UDP_HEAD = 8, TCP_HEAD = 20, V4_HEAD = 20, V6_HEAD = 40, HOPS = 64 };
enum { MOST = 65535 };

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static size_t head_of(uint8_t proto)
{
	return proto == UDP ? UDP_HEAD : proto == TCP ? TCP_HEAD : 0;
}

/* RFC 1071; an odd octet counts as the high one of its pair. */
static uint32_t sum(uint32_t s, struct slice bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		s += i % 2 ? bytes.p[i] : (uint32_t)bytes.p[i] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return s;
}

static uint16_t transport_sum(const struct extract_packet *p, struct slice segment)
{
	bool v4 = addr_is_v4(&p->flow.src);
	struct slice src = { p->flow.src.b + (v4 ? 12 : 0), v4 ? 4 : 16 };
	struct slice dst = { p->flow.dst.b + (v4 ? 12 : 0), v4 ? 4 : 16 };
	uint32_t s = sum(sum(0, src), dst) + p->flow.proto + (uint32_t)segment.n;
	uint16_t folded = (uint16_t)~sum(s, segment);

	return p->flow.proto == UDP && !folded ? 0xffff : folded;
}

static void network(const struct extract_packet *p, uint32_t after, uint8_t *h)
{
	if (!addr_is_v4(&p->flow.src)) {
		h[0] = 0x60;
		put16(h + 4, after);
		h[6] = p->flow.proto;
		h[7] = HOPS;
		memcpy(h + 8, p->flow.src.b, 16);
		memcpy(h + 24, p->flow.dst.b, 16);
		return;
	}
	h[0] = 0x45;
	put16(h + 2, V4_HEAD + after);
	h[8] = HOPS;
	h[9] = p->flow.proto;
	memcpy(h + 12, p->flow.src.b + 12, 4);
	memcpy(h + 16, p->flow.dst.b + 12, 4);
	put16(h + 10, ~sum(0, (struct slice){ h, V4_HEAD }));
}

static void transport(const struct extract_packet *p, uint32_t whole, uint8_t *h)
{
	if (p->flow.proto != UDP && p->flow.proto != TCP)
		return;
	put16(h, p->flow.sport);
	put16(h + 2, p->flow.dport);
	if (p->flow.proto == UDP) {
		put16(h + 4, UDP_HEAD + whole);
		return;
	}
	put32(h + 4, p->seq);
	h[12] = TCP_HEAD / 4 << 4;
	h[13] = 0x18; /* push and acknowledge, as data has */
	put16(h + 14, 0xffff);
}

uint32_t extract_packet_make(const struct extract_packet *p, struct text *out)
{
	size_t first = addr_is_v4(&p->flow.src) ? V4_HEAD : V6_HEAD,
	       second = head_of(p->flow.proto);
	size_t room = MOST - first - second;
	struct slice kept = slice_upto(p->payload, room);
	uint32_t whole = p->whole < room ? p->whole : (uint32_t)room;
	uint8_t h[V6_HEAD + TCP_HEAD] = { 0 };
	size_t at = out->n;

	whole = whole < kept.n ? (uint32_t)kept.n : whole;
	network(p, (uint32_t)second + whole, h);
	transport(p, whole, h + first);
	text_add_slice(out, (struct slice){ h, first + second });
	text_add_slice(out, kept);
	uint8_t *segment = (uint8_t *)out->p + at + first;
	if (second && kept.n == whole)
		put16(segment + (p->flow.proto == UDP ? 6 : 16),
		      transport_sum(p, (struct slice){ segment, second + kept.n }));
	return (uint32_t)(first + second) + whole;
}
