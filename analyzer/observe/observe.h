/* observe.h - the door of the observe room: payloads in, observations out. */
#ifndef EARSHOT_OBSERVE_H
#define EARSHOT_OBSERVE_H

#include "analyzer/model/observation.h"
#include "analyzer/wire/wire.h"

struct keyring;
struct cert_store;
struct passport_store;

/* summary.seen: what is in the captures, second sightings included, ICMP quotes excluded. */
struct observe_counters {
	uint64_t sip_messages, crypto_lines, fingerprint_lines;
	uint64_t call_ids, invite_call_ids; /* distinct; up to a cap, then call_ids_capped */
	uint64_t call_ids_capped;
	uint64_t dtls_records, zrtp_messages, stun_messages, tls_connections, rtp_streams;
	uint64_t rtp_gaps; /* packets missing by sequence numbers, over all RTP streams */
	uint64_t sip_malformed, sip_junk_bytes, sip_tolerated;
	uint64_t sip_cut; /* messages that were cut before they said which call they are of */
	uint64_t flows, flows_evicted, streams_evicted, sip_buffers_full, announced_evicted;
	uint64_t windows_unlooked; /* windows that found no room in the pool of testers */
	uint64_t hinted;	   /* flows nDPI was asked about */
	uint64_t srtp_keys, srtp_keys_evicted; /* media keys learnt; let go for want of room */
	uint64_t srtp_tried, srtp_verified, srtp_trials; /* packets, packets, tags computed */
	/* Tags in searches for a roll-over count, in those of no use, and in searches for more
	   roll-overs than a call had time for; long packets' more than once in the first two.
	   Searches not made, or not begun anew, for want of budget; those that went no further
	   than the call had time for. */
	uint64_t srtp_searched, srtp_in_vain, srtp_improbable, srtp_searches_capped;
	uint64_t srtp_searches_narrowed;
	uint64_t srtp_keys_untried; /* keys of a path beyond those that are tried */
	uint64_t handshakes,
		handshakes_capped;     /* TLS and DTLS; bytes that found no room in reassembly */
	uint64_t tls_opened, tls_gaps; /* connections read with key material; stopped by a hole */
	uint64_t dtls_opened;	       /* associations whose SRTP keys the user's material gave */
	uint64_t tls_given_up;	       /* directions of whose first records no key opened one */
	uint64_t websockets;	       /* upgrades seen */
	uint64_t messages_oversize;    /* of SIP, WebSocket and MSRP: longer than is held */
	uint64_t hints_refused;	       /* flows nDPI would have been asked about */
};

/* What the auditor gave to open and check things with; any may be NULL. Borrowed, must outlive the
 * observer. */
struct observe_keys {
	struct keyring *keyring;	/* key logs and private keys; may grow while packets flow */
	const struct cert_store *trust; /* --ca */
	const struct passport_store *signers; /* --stir-certs */
	bool verify_all;		      /* every SRTP packet is tried, not a sample */
};

struct observe_limits {
	uint32_t flows;	    /* 5-tuples held; 0: default */
	uint32_t lookers;   /* plaintext testers in use at once */
	uint32_t announced; /* announced addresses held */
	uint32_t call_ids;  /* remembered, older ones count anew; 0: 4,194,304, and no more */
	uint32_t tcp_held;  /* octets that wait in connections, and as many in messages */
	bool no_hints;	    /* nDPI is not asked: making it ready costs more than many a capture */
	struct observe_keys keys;
};

struct observe;

struct observe *observe_new(observation_fn *tell, void *ctx, struct observe_limits limits);
void observe_payload(struct observe *o,
		     const struct payload *p); /* a wire_payload_fn without ctx */
/*
 * Packets that will come next, as wire_look_ahead found them: asks for the flows from memory
 * and gives the plain ones tokens, which save looking for them again. Nothing else changes; a
 * flow nobody knows is no error, and neither is a packet that does not come.
 */
void observe_expect(struct observe *o, struct wire_ahead *a, size_t n);
void observe_sighting(struct observe *o,
		      const struct wire_sighting *s); /* counts it; tells nothing by itself */
/* Moves capture time on: stints of silent flows are sent, idle flows end. Cheap when nothing is
 * due. */
void observe_tick(struct observe *o, uint64_t now_ns);
/* Everything still held is sent, and its room given back; nothing may come after it. Again is fine.
 */
void observe_end(struct observe *o);
/* The same, and it stays: for a copy of the process, in which to let go of memory costs most. */
void observe_peek(struct observe *o);
const struct observe_counters *observe_counters(struct observe *o);
uint32_t observe_flows(const struct observe *o); /* held now */
void observe_free(struct observe *o);

#endif
