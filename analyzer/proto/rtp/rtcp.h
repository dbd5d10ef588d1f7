/* rtcp.h - RTCP compounds (RFC 3550 6.1): readable, or only the first eight octets? */
#ifndef EARSHOT_RTCP_H
#define EARSHOT_RTCP_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum rtcp_type {
	RTCP_SR = 200,
	RTCP_RR = 201,
	RTCP_SDES = 202,
	RTCP_BYE = 203,
	RTCP_APP = 204,
	RTCP_RTPFB = 205, /* RFC 4585 */
	RTCP_PSFB = 206,
	RTCP_XR = 207, /* RFC 3611 */
};

enum rtcp_look {
	RTCP_LOOK_NOT,	     /* not an RTCP header */
	RTCP_LOOK_UNDECIDED, /* a lone APP or BYE, or a chain that breaks without an SRTCP trailer
			      */
	RTCP_LOOK_CLEAR,     /* every packet parses, to the last octet */
	RTCP_LOOK_ENCRYPTED, /* the first header fits, the rest is noise, a trailer has its E bit */
};

struct rtcp_read {
	enum rtcp_look look;
	uint32_t ssrc;	 /* of the first packet: clear in SRTCP too; 0 when it is not there */
	uint32_t types;	 /* bit t-192 for each type that parsed */
	uint8_t packets; /* that parsed, at most RTCP_PACKETS_MAX */
	bool has_cname;
	struct slice cname; /* personal: for masked use only. Points into the datagram */
	bool has_trailer;   /* an SRTCP trailer was found (RFC 3711 3.4); with CLEAR: E is 0 */
	uint32_t index;	    /* SRTCP index, when has_trailer */
};

enum { RTCP_PACKETS_MAX = 64 };

/* Version 2 and second octet 192..223 (RFC 5761 section 4). */
static inline bool rtcp_is_rtcp(struct slice s)
{
	return s.n >= 4 && (s.p[0] & 0xc0) == 0x80 && s.p[1] >= 192 && s.p[1] <= 223;
}

/* One whole datagram, uncut by the snap length. Never fails: `look` says what it is. */
void rtcp_parse(struct slice datagram, struct rtcp_read *out);
bool rtcp_has_type(const struct rtcp_read *seen, enum rtcp_type type);

#endif
