/* plain.c - wire room: one look at the headers of the commonest packet. */
#include "analyzer/wire/plain.h"

#include <string.h>

#include "analyzer/wire/bytes.h"
#include "analyzer/wire/ip.h"
#include "analyzer/wire/link.h"
#include "analyzer/wire/tunnel.h"

enum { ETHERNET = 14, IPV4 = 20, UDP = 8, HEADERS = ETHERNET + IPV4 + UDP, NAT_T = 4500 };

static inline bool special(uint16_t port)
{
	return port == NAT_T || tunnel_port(port);
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

bool plain_parse(const struct frame *f, struct wire_ahead *out)
{
	const uint8_t *e = f->bytes.p, *ip = e + ETHERNET, *udp = ip + IPV4;

	if (f->link_type != LINK_ETHERNET || f->bytes.n < HEADERS || f->wire_len != f->bytes.n ||
	    e[12] != 8 || e[13] != 0 || ip[0] != 0x45 || ip[9] != IP_UDP || (ip[6] & 0x3f) || ip[7])
		return false;
	size_t total = bytes_be16(ip + 2), length = bytes_be16(udp + 4);
	if (total > f->bytes.n - ETHERNET || total < IPV4 + UDP || length != total - IPV4)
		return false;
	uint16_t sport = bytes_be16(udp), dport = bytes_be16(udp + 2);
	if (special(sport) || special(dport))
		return false;
	put_key(&out->flow, ip, sport, dport);
	out->transport = (struct slice){ udp, length };
	out->id = bytes_be16(ip + 4);
	out->hops = ip[8];
	return true;
}
