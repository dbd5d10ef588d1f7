/* hep.h - HEPv3, the copy of a message that an element sends to a monitor (EEP, sipcapture.org). */
#ifndef EARSHOT_HEP_H
#define EARSHOT_HEP_H

#include "analyzer/base/addr.h"
#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum {
	HEP_HEADER = 6,	     /* octets: "HEP3" and the length of all */
	HEP_CHUNKS_MAX = 64, /* more are MALFORMED: no agent sends them */
};

/* What chunk 11 says the payload is; other numbers exist and are left to the caller. */
enum hep_kind { HEP_SIP = 1, HEP_RTP = 4, HEP_RTCP = 5 };

/* What carried the message where the agent saw it. */
enum hep_carrier {
	HEP_CARRIER_UNKNOWN,
	HEP_CARRIER_UDP,
	HEP_CARRIER_TCP,
	HEP_CARRIER_SCTP,
	HEP_CARRIER_TLS, /* IP protocol 22, which no wire has: how agents mark TLS */
};

/*
 * Slices point into the packet. Chunks of other vendors, and the authentication
 * key (chunk 14, a secret), are passed over. A packed payload (chunk 16) is told
 * of and not opened.
 */
struct hep_packet {
	struct endpoint src, dst; /* of the original message; addr none, port 0: not given */
	enum hep_carrier carrier;
	uint8_t kind;	   /* enum hep_kind, or another number; 0: not given */
	uint64_t ts_ns;	   /* since 1970 by the agent's clock; 0: not given */
	uint32_t agent_id; /* chunk 12; 0: not given */
	bool packed;
	struct slice payload;
};

/* Could these octets begin a packet? Fewer than four of them suffice for "no". */
bool hep_looks_like(struct slice s);
/*
 * Cuts the next packet off a stream, or takes a datagram apart. ERR_TRUNCATED: more
 * octets are needed, stream untouched; ERR_MALFORMED: no HEPv3, or a chunk that
 * does not fit.
 */
MUST_CHECK enum err hep_next(struct slice *stream, struct hep_packet *out);

#endif
