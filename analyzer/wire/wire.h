/* wire.h - the door of the wire room: frames in, transport payloads out. */
#ifndef EARSHOT_WIRE_H
#define EARSHOT_WIRE_H

#include "analyzer/base/addr.h"
#include "analyzer/capture/capture.h"

/*
 * A datagram, or the next in-order bytes of one direction of a TCP stream. The
 * bytes are good until the callback returns. An empty `bytes` with `closed` set
 * says that a direction ended (FIN, RST, idle, evicted, end of capture).
 */
struct payload {
	struct slice bytes;
	struct flow_key flow; /* innermost addresses, source and destination of this payload */
	const struct frame
		*frame;	 /* that carried (the last byte of) it; late TCP bytes: without its bytes */
	uint64_t stream; /* TCP connection number from 1, one for both directions; 0: datagram */
	bool gap_before; /* bytes of this stream before these were never captured */
	bool closed;
	bool handshake;	   /* TCP: the SYN of this connection was seen */
	bool conflicting;  /* TCP: a retransmission carried different bytes for these, or for the
			      last ones */
	bool cut;	   /* the snap length cut this datagram */
	bool tunnelled;	   /* it came out of GRE, VXLAN, IP-in-IP, ... */
	bool exported;	   /* link type 252: the writer had decoded it already */
	uint32_t wire_len; /* datagram: its length by the IP or UDP header; else bytes.n */
	uint32_t token;	   /* a caller's hint about `flow` (wire_look_ahead); 0: none */
	uint32_t record;   /* the same, as name is; good with a token */
	uint64_t name[3];
};
typedef void wire_payload_fn(void *ctx, const struct payload *p);

/*
 * What could not be seen, or was seen and is not a payload; every cap has a counter
 * here. A second sighting counts in `frames` and `duplicates` only.
 */
struct wire_counters {
	uint64_t frames;
	uint64_t ip_packets;	       /* inner ones of tunnels too, each fragment once */
	uint64_t udp, tcp, sctp;       /* tunnels' own datagrams not among them */
	uint64_t duplicates;	       /* second sightings, counted once elsewhere */
	uint64_t duplicates_unchecked; /* packets forgotten before 100 ms: a second sighting would
					  be missed */
	uint64_t fragments;
	uint64_t fragments_expired; /* packets of which a fragment never came in 30 s */
	uint64_t fragments_overlap; /* fragments that repeated a part of others */
	uint64_t fragments_dropped; /* fragments refused or forgotten under the budget */
	uint64_t tcp_gaps, tcp_gap_bytes, tcp_conflicts, tcp_evicted, tcp_buffer_full;
	uint64_t sctp_pieces; /* user messages in several chunks, not put together */
	uint64_t snaplen_cut, icmp_quotes, tunnels, tunnel_too_deep, esp, wireguard_like;
	uint64_t undecoded_link; /* frames of a link type nobody here reads */
	uint64_t undecoded_ethertype, undecoded_ip_proto, malformed;
};

/*
 * A second sighting: told after the first was handed on, so that both places are
 * kept. Of a fragmented packet the first fragment alone is told, with what bytes
 * it has; of a tunnel the innermost packet.
 */
struct wire_sighting {
	struct flow_key flow;
	const struct frame *frame;
	struct slice bytes; /* the transport payload, as in the first sighting */
	bool routed;	    /* the first with another hop limit than that one: it passed a router */
	bool cut;	    /* the snap length cut both */
};
typedef void wire_sighting_fn(void *ctx, const struct wire_sighting *s);

struct wire_hooks {
	void *ctx;
	wire_payload_fn *payload;
	wire_sighting_fn *sighting; /* may be NULL */
};

/* Zero: the default. */
struct wire_limits {
	uint32_t streams;	  /* TCP connections held (32,768) */
	uint32_t stream_buffer;	  /* bytes held out of order per direction (256 KiB) */
	uint32_t streams_held;	  /* and of all of them together (32 MiB) */
	uint32_t fragment_budget; /* bytes of all fragments held (4 MiB) */
	uint32_t tunnel_depth;	  /* encapsulations peeled (4), at most 16 */
	uint32_t remembered; /* packets a second sighting is known by (131,072), and at most that */
};

struct wire;

struct wire *wire_new(struct wire_hooks hooks, struct wire_limits limits);
/* A callback must not call back into the room. */
void wire_feed(struct wire *w, const struct frame *f);

/*
 * The same in two steps, for a caller that reads some frames ahead: the first
 * takes the headers apart where that is plain (whole UDP in IPv4 in Ethernet) and
 * fetches what the second will need from memory. The rest is good when `plain` is set;
 * payload.token is then the caller's to fill. Frame and bytes must stay where they are
 * between the two.
 */
struct wire_ahead {
	bool plain;
	const uint8_t *ip; /* its header, 20 octets; UDP follows */
	struct payload payload;
};
void wire_look_ahead(struct wire *w, const struct frame *frames, size_t n, struct wire_ahead *out);
void wire_feed_ahead(struct wire *w, const struct frame *f, const struct wire_ahead *a);

/* Ends all streams (closed payloads) and expires all fragments. */
void wire_end(struct wire *w);
const struct wire_counters *wire_counters(const struct wire *w);
void wire_free(struct wire *w);

#endif
