/* packets.c - headers put in front of each other. */
#include "tests/lib/packets.h"

#include <assert.h>
#include <string.h>

#include "analyzer/base/addr.h"

void packets_front(struct packets *p, struct slice header)
{
	assert(header.n <= p->at);
	p->at -= header.n;
	if (header.n)
		memcpy(p->room + p->at, header.p, header.n);
}

void packets_begin(struct packets *p, struct slice payload)
{
	p->at = PACKETS_ROOM;
	packets_front(p, payload);
}

struct slice packets_bytes(const struct packets *p)
{
	return (struct slice){ p->room + p->at, PACKETS_ROOM - p->at };
}

static void put16(uint8_t *to, size_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static void put32(uint8_t *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to + 2, value & 0xffff);
}

static void front(struct packets *p, const uint8_t *header, size_t n)
{
	packets_front(p, (struct slice){ header, n });
}

void packets_udp(struct packets *p, uint16_t sport, uint16_t dport)
{
	uint8_t h[8] = { 0 };

	put16(h, sport);
	put16(h + 2, dport);
	put16(h + 4, packets_bytes(p).n + sizeof h);
	front(p, h, sizeof h);
}

void packets_tcp(struct packets *p, const struct packets_tcp *t)
{
	uint8_t h[20] = { [12] = 0x50, [13] = t->flags, [14] = 0xff };

	put16(h, t->sport);
	put16(h + 2, t->dport);
	put32(h + 4, t->seq);
	put32(h + 8, t->ack);
	front(p, h, sizeof h);
}

static struct addr address(const char *text)
{
	struct addr a;
	bool good = addr_parse(slice_of(text), &a);

	assert(good);
	(void)good;
	return a;
}

static void ip4(struct packets *p, const struct packets_ip *ip)
{
	struct addr src = address(ip->src), dst = address(ip->dst);
	uint8_t h[20] = { 0x45, [8] = ip->hops ? ip->hops : 64, [9] = ip->proto };

	put16(h + 2, packets_bytes(p).n + sizeof h);
	put16(h + 4, ip->id);
	put16(h + 6, (size_t)ip->offset / 8 | (ip->more ? 0x2000 : 0));
	memcpy(h + 12, src.b + 12, 4);
	memcpy(h + 16, dst.b + 12, 4);
	front(p, h, sizeof h);
}

static void ip6(struct packets *p, const struct packets_ip *ip)
{
	struct addr src = address(ip->src), dst = address(ip->dst);
	uint8_t part[8] = { ip->proto };
	uint8_t h[40] = { 0x60, [6] = ip->proto, [7] = ip->hops ? ip->hops : 64 };

	if (ip->offset || ip->more) {
		put16(part + 2, (size_t)ip->offset | ip->more);
		put32(part + 4, ip->id);
		front(p, part, sizeof part);
		h[6] = 44;
	}
	put16(h + 4, packets_bytes(p).n);
	memcpy(h + 8, src.b, 16);
	memcpy(h + 24, dst.b, 16);
	front(p, h, sizeof h);
}

void packets_ip(struct packets *p, const struct packets_ip *ip)
{
	if (strchr(ip->src, ':'))
		ip6(p, ip);
	else
		ip4(p, ip);
}

void packets_ether(struct packets *p, uint16_t type)
{
	uint8_t h[14] = { 2, [6] = 2, [11] = 1 };

	put16(h + 12, type);
	front(p, h, sizeof h);
}

void packets_vlan(struct packets *p, uint16_t vlan, uint16_t type)
{
	uint8_t h[4];

	put16(h, vlan);
	put16(h + 2, type);
	front(p, h, sizeof h);
}

void packets_gre(struct packets *p, uint16_t type)
{
	uint8_t h[4] = { 0 };

	put16(h + 2, type);
	front(p, h, sizeof h);
}

void packets_vxlan(struct packets *p, uint32_t vni)
{
	uint8_t h[8] = { 8 };

	put32(h + 4, vni << 8);
	front(p, h, sizeof h);
}

struct frame packets_frame(const struct packets *p, int link_type, uint64_t ts_ns)
{
	struct slice bytes = packets_bytes(p);

	return (struct frame){ .bytes = bytes,
			       .number = 1,
			       .ts_ns = ts_ns,
			       .wire_len = (uint32_t)bytes.n,
			       .link_type = link_type };
}
