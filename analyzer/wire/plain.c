/* plain.c - wire room: one look at the headers of the commonest packet. */
#include "analyzer/wire/plain.h"

#include <string.h>

#include "analyzer/wire/bytes.h"
#include "analyzer/wire/ip.h"
#include "analyzer/wire/link.h"
#include "analyzer/wire/tunnel.h"

enum { ETHERNET = 14, IPV4 = 20, UDP = 8, HEADERS = ETHERNET + IPV4 + UDP, NAT_T = 4500 };

/* Nearly every port differs from all of these in its lowest six bits. */
#define LOW_BITS(port) (UINT64_C(1) << ((port)&63))
static const uint64_t special_bits = LOW_BITS(NAT_T) | LOW_BITS(TUNNEL_GTP_U) |
				     LOW_BITS(TUNNEL_TEREDO) | LOW_BITS(TUNNEL_VXLAN) |
				     LOW_BITS(TUNNEL_GENEVE) | LOW_BITS(TUNNEL_VXLAN_LINUX) |
				     LOW_BITS(TUNNEL_TZSP);

static inline bool special(uint16_t port)
{
	return (special_bits >> (port & 63) & 1) && (port == NAT_T || tunnel_port(port));
}

/* Field by field where it will stay: a key built elsewhere and copied is waited for. */
static inline void put_key(struct flow_key *k, const uint8_t *ip, uint16_t sport, uint16_t dport)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	memcpy(k->src.b, mapped, sizeof mapped);
	memcpy(k->src.b + 12, ip + 12, 4);
	memcpy(k->dst.b, mapped, sizeof mapped);
	memcpy(k->dst.b + 12, ip + 16, 4);
	k->sport = sport;
	k->dport = dport;
	k->proto = IP_UDP;
	memset(k->zero, 0, sizeof k->zero);
}

static inline void put_payload(struct payload *p, const struct frame *f, struct slice bytes)
{
	p->bytes = bytes;
	p->frame = f;
	p->stream = 0;
	p->gap_before = p->closed = p->handshake = p->conflicting = false;
	p->cut = p->tunnelled = p->exported = false;
	p->wire_len = (uint32_t)bytes.n;
	p->token = 0;
}

bool plain_parse(const struct frame *f, struct wire_ahead *out)
{
	static const uint8_t ipv4[3] = { 8, 0, 0x45 };
	const uint8_t *e = f->bytes.p, *ip = e + ETHERNET, *udp = ip + IPV4;

	if (f->link_type != LINK_ETHERNET || f->bytes.n < HEADERS || f->wire_len != f->bytes.n ||
	    memcmp(e + 12, ipv4, sizeof ipv4) != 0 || ip[9] != IP_UDP ||
	    (bytes_be16(ip + 6) & 0x3fff))
		return false;
	size_t total = bytes_be16(ip + 2), length = bytes_be16(udp + 4);
	if (total > f->bytes.n - ETHERNET || total < IPV4 + UDP || length != total - IPV4)
		return false;
	uint16_t sport = bytes_be16(udp), dport = bytes_be16(udp + 2);
	if (special(sport) || special(dport))
		return false;
	out->ip = ip;
	put_key(&out->payload.flow, ip, sport, dport);
	put_payload(&out->payload, f, (struct slice){ udp + UDP, length - UDP });
	return true;
}
