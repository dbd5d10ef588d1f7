/* rtp.h - RTP headers (RFC 3550 5.1), and which protocol shares a media port. */
#ifndef EARSHOT_RTP_H
#define EARSHOT_RTP_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

/* RFC 7983 section 7. Not for a port that SDP announces as udptl: fax starts with a counter. */
enum rtp_class {
	RTP_CLASS_UNKNOWN,
	RTP_CLASS_STUN,	   /* 0..3 */
	RTP_CLASS_ZRTP,	   /* 16..19 */
	RTP_CLASS_DTLS,	   /* 20..63 */
	RTP_CLASS_CHANNEL, /* 64..79: TURN ChannelData */
	RTP_CLASS_QUIC,	   /* 80..127 (RFC 9443) */
	RTP_CLASS_RTP,	   /* 128..191: RTP or RTCP, told apart by rtcp_is_rtcp */
};

enum rtp_class rtp_first_octet(uint8_t octet);

/* What the hot path needs of every packet. */
struct rtp_quick {
	uint32_t ts, ssrc;
	uint16_t seq;
	uint16_t header_len; /* octets up to the payload: fixed part, CSRCs, extension */
	uint8_t pt;
	bool marker;
};

/*
 * The whole header. Slices point into the packet. `body` is all after the
 * header: what SRTP encrypts, with its MKI and tag. `payload` is body without
 * padding, where the P bit is set and the count is possible; under SRTP that
 * count is ciphertext, so ask `padding` before believing it.
 */
struct rtp_packet {
	struct rtp_quick quick;
	bool p_bit, x_bit;
	uint8_t csrc_count;
	uint8_t padding; /* octets removed from payload; 0: none, or an impossible count */
	uint16_t
		ext_profile; /* 0xbede, 0x100x (RFC 8285), 0xc0de, 0xc2de (RFC 9335); 0 without X */
	struct slice csrcs;  /* 4 octets each */
	struct slice extension; /* without its 4-octet head */
	struct slice body, payload;
};

/* ERR_TRUNCATED: the header does not fit; ERR_MALFORMED: not version 2. */
MUST_CHECK enum err rtp_parse(struct slice packet, struct rtp_packet *out);

/* The packet type of RTCP shares the octet of marker and payload type (RFC 5761 section 4). */
static inline bool rtp_not_rtcp(struct slice s)
{
	return s.n < 2 || s.p[1] < 192 || s.p[1] > 223;
}

enum { RTP_HEADER = 12 }; /* octets of the fixed part */

static inline uint32_t rtp_word(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/*
 * As rtp_parse, for every packet of a known stream: false when the header does
 * not fit. A random datagram passes one time in four: no evidence that it is RTP.
 */
static inline bool rtp_look(struct slice s, struct rtp_quick *out)
{
	if (s.n < RTP_HEADER || (s.p[0] & 0xc0) != 0x80)
		return false;
	size_t len = RTP_HEADER + 4 * (size_t)(s.p[0] & 0x0f);
	if (s.p[0] & 0x10) {
		if (s.n < len + 4)
			return false;
		len += 4 + 4 * ((size_t)s.p[len + 2] << 8 | s.p[len + 3]);
	}
	if (len > s.n || len > UINT16_MAX)
		return false;
	out->marker = s.p[1] >> 7;
	out->pt = s.p[1] & 0x7f;
	out->seq = (uint16_t)(s.p[2] << 8 | s.p[3]);
	out->ts = rtp_word(s.p + 4);
	out->ssrc = rtp_word(s.p + 8);
	out->header_len = (uint16_t)len;
	return true;
}

#endif
