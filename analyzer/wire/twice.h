/* twice.h - wire room: was this IP packet seen at this capture point a moment ago? */
#ifndef EARSHOT_TWICE_H
#define EARSHOT_TWICE_H

#include "analyzer/wire/ip.h"

struct twice;

enum { TWICE_PACKETS = 1 << 17 }; /* remembered at once, at most */

/* *lost counts packets forgotten before their 100 ms were over. Borrowed. */
struct twice *twice_new(uint32_t packets, uint64_t *lost);
void twice_free(struct twice *t);

enum twice_answer {
	TWICE_NEW, /* and remembered */
	TWICE_AGAIN,
	TWICE_ROUTED /* seen again, for the first time with another hop limit: it passed a router */
};

/*
 * Is `p` (a packet or one fragment) a second sighting of a packet seen at this
 * point within 100 ms: same addresses, protocol, id and transport bytes, but for
 * the checksum? Where the id is 0 the places must differ too, or it is a
 * retransmission. Times in nanoseconds of capture time.
 */
enum twice_answer twice_seen(struct twice *t, const struct ip *p, uint16_t point, uint64_t place,
			     uint64_t now);

/* A whole UDP datagram in IPv4, of at least TWICE_UDP_LEAST octets. */
enum { TWICE_UDP_LEAST = 24 };
struct twice_udp {
	const uint8_t *addresses; /* as in its header: source, destination */
	struct slice transport;	  /* the UDP header and the data */
	uint32_t id;
	uint8_t hops;
};
/* The same answer for such a packet, in less time. */
enum twice_answer twice_seen_udp(struct twice *t, const struct twice_udp *u, uint16_t point,
				 uint64_t place, uint64_t now);

/* A packet with this id will be asked about soon: fetches its place in the table. A hint only. */
void twice_expect(const struct twice *t, uint32_t id, uint16_t point);

#endif
