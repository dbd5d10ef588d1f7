/* addr.h - addresses, endpoints and 5-tuples. */
#ifndef EARSHOT_ADDR_H
#define EARSHOT_ADDR_H

#include <string.h>

#include "analyzer/base/slice.h"

/* IPv6 in network order; IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2). All zero: none. */
struct addr {
	uint8_t b[16];
};

struct endpoint {
	struct addr addr;
	uint16_t port; /* host order */
};

enum { ADDR_TEXT = 48, ENDPOINT_TEXT = 56 };

/* One direction. Compared and hashed as bytes: build with addr_flow_key, which clears the padding.
 */
struct flow_key {
	struct addr src, dst;
	uint16_t sport, dport; /* host order; 0 for a protocol without ports */
	uint8_t proto;	       /* IP protocol number: 17 UDP, 6 TCP, 132 SCTP */
	uint8_t zero[3];
};

static inline struct addr addr_v4(const uint8_t octets[4])
{
	struct addr a = { .b = { [10] = 0xff, [11] = 0xff } };

	memcpy(a.b + 12, octets, 4);
	return a;
}
struct addr addr_v6(const uint8_t octets[16]);
static inline struct flow_key addr_flow_key(struct endpoint src, struct endpoint dst, uint8_t proto)
{
	return (struct flow_key){ src.addr, dst.addr, src.port, dst.port, proto, { 0 } };
}
struct endpoint addr_src(const struct flow_key *k);
struct endpoint addr_dst(const struct flow_key *k);
struct flow_key addr_reversed(const struct flow_key *k);

bool addr_eq(const struct addr *a, const struct addr *b);
int addr_cmp(const struct addr *a, const struct addr *b);
bool addr_endpoint_eq(const struct endpoint *a, const struct endpoint *b);
int addr_endpoint_cmp(const struct endpoint *a, const struct endpoint *b);
bool addr_is_v4(const struct addr *a);
bool addr_is_none(const struct addr *a); /* all zero, or 0.0.0.0 */
bool addr_is_loopback(const struct addr *a);
bool addr_is_multicast(const struct addr *a);
bool addr_is_private(const struct addr *a); /* RFC 1918, ULA, link-local, loopback, CGN */

/* Parses 192.0.2.1, 2001:db8::1 or [2001:db8::1]; no names. */
bool addr_parse(struct slice text, struct addr *out);
const char *addr_text(const struct addr *a, char out[ADDR_TEXT]);
/* 192.0.2.1:5060 or [2001:db8::1]:5060 */
const char *addr_endpoint_text(const struct endpoint *e, char out[ENDPOINT_TEXT]);

#endif
