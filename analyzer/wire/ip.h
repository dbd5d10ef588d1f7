/* ip.h - wire room: IPv4 and IPv6 headers, and the headers of UDP, TCP and SCTP. */
#ifndef EARSHOT_IP_H
#define EARSHOT_IP_H

#include "analyzer/base/addr.h"
#include "analyzer/base/cursor.h"
#include "analyzer/base/err.h"

enum {
	IP_ICMP = 1,
	IP_TCP = 6,
	IP_UDP = 17,
	IP_ESP = 50,
	IP_ICMPV6 = 58,
	IP_NONE = 59, /* RFC 8200 4.7: nothing follows */
	IP_SCTP = 132,
	IP_UDPLITE = 136,
};

/* One packet, extension headers skipped. Slices are borrowed from the frame. */
struct ip {
	struct addr src, dst;
	struct slice payload; /* never past the packet's own length: no Ethernet padding */
	uint32_t len;	      /* of the payload by the header, octets; more than payload.n: cut */
	uint32_t id;	      /* IPv4 identification or that of an IPv6 fragment; 0: none */
	uint16_t offset;      /* of this fragment, octets */
	bool fragment, more;
	uint8_t version, proto, hops;
};

/*
 * RFC 791, RFC 8200. `lost` is how many octets were cut off behind `bytes` by the
 * snap length; it counts where the header has length 0 (segmentation offload).
 * Checksums are not looked at: offload leaves them wrong. A first or later
 * fragment stops at its fragment header: reassemble, then ip_extensions.
 */
enum err ip_parse(struct slice bytes, uint32_t lost, struct ip *out) MUST_CHECK;

/* Goes past what extension headers stand at the front of the payload. ERR_LIMIT: too many. */
enum err ip_extensions(struct ip *p) MUST_CHECK;

struct ip_datagram {
	struct slice bytes;
	uint32_t len; /* by the header, octets; more than bytes.n: cut */
	uint16_t sport, dport;
};

/* RFC 768; length 0 means the rest (RFC 2675 4). UDP-Lite: RFC 3828. */
enum err ip_udp(const struct ip *p, struct ip_datagram *out) MUST_CHECK;

enum { IP_FIN = 1, IP_SYN = 2, IP_RST = 4, IP_ACK = 16 };

struct ip_segment {
	struct slice bytes;
	uint32_t len; /* by the headers, octets */
	uint32_t seq, ack;
	uint16_t sport, dport;
	uint8_t flags;
};

enum err ip_tcp(const struct ip *p, struct ip_segment *out) MUST_CHECK; /* RFC 9293 3.1 */

/* The ports of an SCTP packet, and a cursor over its chunks (RFC 9260 3). */
enum err ip_sctp(const struct ip *p, struct ip_datagram *out, struct cursor *chunks) MUST_CHECK;
/* The next user message; *whole is false for a piece of a larger one. False: no more chunks. */
bool ip_sctp_data(struct cursor *chunks, struct slice *data, bool *whole);

#endif
