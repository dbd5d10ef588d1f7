/* claim.c - which protocol a datagram speaks: announcement first, then first octet and structure.
 */
#include "analyzer/observe/claim.h"

#include "analyzer/observe/announce.h"
#include "analyzer/proto/dtls/dtls.h"
#include "analyzer/proto/hep/hep.h"
#include "analyzer/proto/media/bfcp.h"
#include "analyzer/proto/media/msrp.h"
#include "analyzer/proto/media/udptl.h"
#include "analyzer/proto/sip/sip.h"
#include "analyzer/proto/stun/stun.h"
#include "analyzer/proto/zrtp/zrtp.h"

enum {
	WIREGUARD_INITIATION = 148,
	WIREGUARD_RESPONSE = 92,
	QUIC_CID_MAX = 20,
	SEQ_STEP_MAX = 16,
};

static bool looks_like_stun(struct slice s)
{
	struct stun_message m;

	return stun_parse(s, &m) == ERR_OK;
}

static bool looks_like_channel(struct slice s)
{
	struct stun_channel_data c;

	return stun_channel_parse(s, &c) == ERR_OK && c.data.n > 0;
}

/* Type, three reserved zero octets, and the two lengths a handshake has. */
static bool looks_like_wireguard(struct slice s)
{
	if (s.n < 4 || s.p[1] || s.p[2] || s.p[3])
		return false;
	return (s.p[0] == 1 && s.n == WIREGUARD_INITIATION) ||
	       (s.p[0] == 2 && s.n == WIREGUARD_RESPONSE);
}

/* Long header of version 1 (RFC 9000 17.2) or 2 (RFC 9369). */
static bool looks_like_quic(struct slice s)
{
	if (s.n < 7 || (s.p[0] & 0xc0) != 0xc0 || s.p[5] > QUIC_CID_MAX)
		return false;
	uint32_t version =
		(uint32_t)s.p[1] << 24 | (uint32_t)s.p[2] << 16 | (uint32_t)s.p[3] << 8 | s.p[4];
	return version == 1 || version == 0x6b3343cf;
}

static bool looks_like_dtls(struct slice s, struct claim_known known)
{
	struct dtls_record r;

	if (dtls_looks_like(s))
		return true;
	return known.dtls && dtls_next(&s, 0, &r) == ERR_OK;
}

static enum claim by_first_octet(struct slice s, struct claim_known known)
{
	struct rtp_quick q;

	switch (rtp_first_octet(s.p[0])) {
	case RTP_CLASS_STUN:
		if (looks_like_stun(s))
			return CLAIM_STUN;
		return looks_like_wireguard(s) ? CLAIM_WIREGUARD : CLAIM_NOTHING;
	case RTP_CLASS_ZRTP:
		return zrtp_looks_like(s) ? CLAIM_ZRTP : CLAIM_NOTHING;
	case RTP_CLASS_DTLS:
		return looks_like_dtls(s, known) ? CLAIM_DTLS : CLAIM_NOTHING;
	case RTP_CLASS_CHANNEL:
		return looks_like_channel(s) ? CLAIM_CHANNEL : CLAIM_NOTHING;
	case RTP_CLASS_RTP:
		if (s.n >= 4 && !rtp_not_rtcp(s))
			return CLAIM_RTCP;
		return rtp_look(s, &q) ? CLAIM_RTP : CLAIM_NOTHING;
	default:
		return looks_like_quic(s) ? CLAIM_QUIC : CLAIM_NOTHING;
	}
}

enum claim claim_datagram(struct slice bytes, struct claim_known known)
{
	if (bytes.n == 0)
		return CLAIM_NOTHING;
	/* Fax begins with a counter, which runs through every protocol's first octet. */
	if (known.announced & ANNOUNCE_UDPTL) {
		enum claim c = by_first_octet(bytes, known);
		return c == CLAIM_RTP || !udptl_looks_like(bytes) ? c : CLAIM_UDPTL;
	}
	if (sip_looks_like(bytes))
		return CLAIM_SIP;
	if (bytes.n >= HEP_HEADER && hep_looks_like(bytes))
		return CLAIM_HEP;
	if ((known.announced & ANNOUNCE_BFCP) && bfcp_looks_like(bytes))
		return CLAIM_BFCP;
	if ((known.announced & ANNOUNCE_MSRP) && msrp_looks_like(bytes))
		return CLAIM_MSRP;
	return by_first_octet(bytes, known);
}

static struct claim_candidate *candidate_of(struct claim_sources *s, const struct claim_packet *p)
{
	struct claim_candidate *oldest = &s->of[0];

	for (uint8_t i = 0; i < s->count; i++) {
		struct claim_candidate *c = &s->of[i];
		if (c->ssrc == p->rtp->ssrc && c->direction == p->direction)
			return c;
		if (c->last_ns < oldest->last_ns)
			oldest = c;
	}
	struct claim_candidate *c = s->count < CLAIM_CANDIDATES ? &s->of[s->count++] : oldest;
	*c = (struct claim_candidate){
		.first_ns = p->at.ts_ns,
		.first_frame = p->at.frame,
		.input = p->at.input,
		.ssrc = p->rtp->ssrc,
		.first_seq = p->rtp->seq,
		.direction = (uint8_t)p->direction,
	};
	return c;
}

/*
 * The sequence number moves on by little; the timestamp stands (a video frame in
 * several packets) or moves on by less than ten seconds at 90 kHz.
 */
static bool steps_on(const struct claim_candidate *c, const struct rtp_quick *q)
{
	uint16_t seq = (uint16_t)(q->seq - c->seq);
	uint32_t ts = q->ts - c->ts;

	return seq >= 1 && seq <= SEQ_STEP_MAX && ts < 900000;
}

bool claim_continuous(struct claim_sources *s, const struct claim_packet *p,
		      struct claim_candidate *out)
{
	struct claim_candidate *c = candidate_of(s, p);
	const struct rtp_quick *q = p->rtp;
	uint8_t needed = q->ssrc ? CLAIM_RUN : CLAIM_RUN_ZERO;

	if (c->packets && steps_on(c, q)) {
		c->run++;
		c->lost = (uint16_t)(c->lost + (uint16_t)(q->seq - c->seq) - 1);
	} else {
		c->run = 1;
	}
	if (c->run >= needed) {
		*out = *c;
		*c = s->of[--s->count];
		return true;
	}
	c->packets++;
	c->bytes += p->payload;
	c->last_ns = p->at.ts_ns;
	c->seq = q->seq;
	c->ts = q->ts;
	c->pt = q->pt;
	return false;
}
