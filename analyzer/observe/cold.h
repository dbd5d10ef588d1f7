/* cold.h - what a flow carries besides RTP: made when first needed, freed with the flow. */
#ifndef EARSHOT_COLD_H
#define EARSHOT_COLD_H

#include "analyzer/observe/claim.h"
#include "analyzer/observe/tell.h"

/* Two-way kinds: what is told, whose source sent the first of it, and when. */
struct cold_span {
	uint64_t first_ns, last_ns;
	struct evidence at;
	uint8_t direction;
	bool unsent;
};

struct dtls_flow; /* dtls_seen.c */
struct zrtp_flow; /* zrtp_seen.c */

enum { COLD_UFRAGS = 8, COLD_UFRAG_BYTES = 64, COLD_CHANNELS = 16, COLD_RTCP = 8 };

/* One pair of user fragments, as from the span's source. */
struct stun_pair {
	struct cold_span span;
	struct stun_seen seen; /* its slices are set when it is told */
	uint8_t dst[COLD_UFRAG_BYTES], src[COLD_UFRAG_BYTES];
	uint8_t dst_n, src_n;
	uint64_t transaction; /* hash of its last request's */
};

struct stun_flow {
	struct stun_pair pairs[COLD_UFRAGS];
	uint8_t count;
	bool turn;
	uint8_t client; /* direction of packets from the TURN client */
	struct stun_channel {
		struct endpoint peer;
		uint16_t number;
	} channels[COLD_CHANNELS];
	uint8_t channel_count, channel_next;
};

struct rtcp_flow {
	struct rtcp_source {
		uint64_t first_ns, last_ns;
		struct evidence at;
		struct rtcp_seen seen;
		uint8_t direction;
	} of[COLD_RTCP];
	uint8_t count;
};

/* Packets or messages of one direction that are none of the above. */
struct cold_count {
	uint64_t packets, parsed, bytes;
	uint64_t first_ns, last_ns;
	struct evidence first, last;		   /* of any */
	struct evidence parsed_first, parsed_last; /* of those that parsed */
};

/* UDPTL without an announcement: packets in a row whose sequence numbers step on. */
struct fax_run {
	uint16_t seq;
	uint8_t packets; /* saturates where it is enough */
};

struct tcp_flow;  /* tcp_seen.h */
struct hint_flow; /* hint_ndpi.h */

struct cold {
	struct claim_sources *sources;
	struct dtls_flow *dtls;
	struct zrtp_flow *zrtp;
	struct stun_flow *stun;
	struct rtcp_flow *rtcp;
	struct tcp_flow *tcp;
	struct hint_flow *hint_flow;
	const char *hint;
	struct cold_count count[2];
	uint64_t told_ns;	  /* when handshakes were told last, while it talks */
	uint64_t stint_ns;	  /* when counts were */
	uint64_t last_message[2]; /* hash of the last SIP message */
	uint32_t rtp_like;	  /* packets that looked like RTP and were not believed */
	uint32_t rtcp_ssrc;	  /* of the last compound nobody had announced */
	uint8_t speaks;		  /* enum flow_speaks */
	bool has_text, unsent;
	bool hinted;	       /* nDPI was asked, or need not be */
	bool fax_only;	       /* made because a packet looked like fax, for nothing else */
	struct fax_run fax[2]; /* per direction */
};

struct cold *cold_of(struct flow *f);
void cold_free(struct flow *f); /* with all it points to, but not tcp and hint_flow */

/* A packet of this kind passed. */
void cold_pass(struct cold_span *s, unsigned direction, struct evidence at);
/* Sends a two-way observation unless nothing came since the last time. */
void cold_send(struct tell *t, struct observation *o, struct cold_span *s);

/* Counts a packet nobody else counts; `parsed`: it was what the flow speaks. */
void cold_count(struct flow *f, unsigned direction, const struct payload *p, bool parsed);
void cold_tell_count(struct tell *t, struct flow *f);

#endif
