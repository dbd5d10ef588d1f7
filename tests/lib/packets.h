/* packets.h - frames for tests, built from the inside out: payload first, then header before
 * header. */
#ifndef EARSHOT_PACKETS_H
#define EARSHOT_PACKETS_H

#include "analyzer/capture/capture.h"

/* SLICE for a field in a static table, where a compound literal may not stand. */
#define PACKETS_OF(lit)                                                                            \
	{                                                                                          \
		(const uint8_t *)(lit), sizeof(lit) - 1                                            \
	}

enum { PACKETS_ROOM = 1 << 17 };

struct packets {
	uint8_t room[PACKETS_ROOM];
	size_t at; /* first byte in use; the packet goes to the end of the room */
};

/* Fields of an IP header that a test may care about. */
struct packets_ip {
	const char *src, *dst; /* both IPv4 or both IPv6 text */
	uint32_t id;
	uint16_t offset; /* octets, a multiple of 8 */
	bool more;
	uint8_t proto;
	uint8_t hops; /* 0: 64 */
};

struct packets_tcp {
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint8_t flags;
};

void packets_begin(struct packets *p, struct slice payload);
void packets_front(struct packets *p, struct slice header); /* puts any bytes before */
void packets_udp(struct packets *p, uint16_t sport, uint16_t dport);
void packets_tcp(struct packets *p, const struct packets_tcp *t);
/* The IP header; IPv6 gets a fragment header where offset or more asks for one. */
void packets_ip(struct packets *p, const struct packets_ip *ip);
void packets_ether(struct packets *p, uint16_t type);
/* A tag of 802.1Q; `type` is what follows it. Put an Ethernet header of 0x8100 before. */
void packets_vlan(struct packets *p, uint16_t vlan, uint16_t type);
void packets_gre(struct packets *p, uint16_t type);
void packets_vxlan(struct packets *p, uint32_t vni); /* the 8 octets; UDP and IP are yours */

struct slice packets_bytes(const struct packets *p);
/* The packet as a frame of this link type, uncut; borrowed from p. */
struct frame packets_frame(const struct packets *p, int link_type, uint64_t ts_ns);

#endif
