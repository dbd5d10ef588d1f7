/* claim.h - which protocol a datagram speaks, and when that may be believed. */
#ifndef EARSHOT_CLAIM_H
#define EARSHOT_CLAIM_H

#include "analyzer/base/slice.h"
#include "analyzer/model/observation.h"
#include "analyzer/proto/rtp/rtp.h"

enum claim {
	CLAIM_NOTHING,
	CLAIM_SIP,
	CLAIM_STUN,    /* may carry another datagram */
	CLAIM_CHANNEL, /* TURN ChannelData: the same */
	CLAIM_ZRTP,
	CLAIM_DTLS,
	CLAIM_RTP,  /* looks so; believed by announcement or continuity only */
	CLAIM_RTCP, /* the same */
	CLAIM_UDPTL,
	CLAIM_BFCP,
	CLAIM_MSRP,
	CLAIM_QUIC,
	CLAIM_WIREGUARD,
	CLAIM_HEP, /* carries a copy of another message */
};

/* What the flow is known for already; enum announce_what of its endpoints. */
struct claim_known {
	uint8_t announced;
	bool dtls; /* a DTLS handshake was seen: short headers are believed */
};

/* By announcement, first octet (RFC 7983) and structure. */
enum claim claim_datagram(struct slice bytes, struct claim_known known);

enum { CLAIM_CANDIDATES = 4, CLAIM_RUN = 4, CLAIM_RUN_ZERO = 10 };

/* A source that may turn out to be RTP: counters, never bytes. */
struct claim_candidate {
	uint64_t first_ns, first_frame;
	uint64_t last_ns, bytes;
	uint32_t ssrc, ts, packets;
	uint16_t first_seq, seq, lost;
	uint16_t input;
	uint8_t pt, run, direction;
};

/* Sources of one flow that are not believed yet, both directions. */
struct claim_sources {
	struct claim_candidate of[CLAIM_CANDIDATES];
	uint8_t count;
};

/* One packet that looks like RTP. */
struct claim_packet {
	const struct rtp_quick *rtp;
	struct evidence at;
	size_t payload;
	unsigned direction;
};

/*
 * Sequence and timestamp must step plausibly over CLAIM_RUN packets of one SSRC
 * (an SSRC of zero, which padding gives away for nothing, over CLAIM_RUN_ZERO).
 * True: believed; *out holds what went before this packet, which is not in it.
 */
bool claim_continuous(struct claim_sources *s, const struct claim_packet *p,
		      struct claim_candidate *out);

#endif
