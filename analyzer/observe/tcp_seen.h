/* tcp_seen.h - a TCP connection: what it speaks, and its messages cut from the stream. */
#ifndef EARSHOT_TCP_SEEN_H
#define EARSHOT_TCP_SEEN_H

#include "analyzer/observe/cold.h"
#include "analyzer/observe/stream_text.h"
#include "analyzer/proto/hep/hep.h"

/* A STUN message or ChannelData cut from a stream; `p` carries its bytes. */
typedef void tcp_seen_stun_fn(void *ctx, struct flow *f, unsigned direction,
			      const struct payload *p);

/* A copy of a message (HEP) cut from a stream. */
typedef void tcp_seen_hep_fn(void *ctx, struct flow *f, const struct payload *p,
			     const struct hep_packet *h);

/* What all connections share; one per observer. */
struct tcp_room {
	struct tell *tell;
	struct stream_room text;
	tcp_seen_stun_fn *stun;
	tcp_seen_hep_fn *hep;
	void *ctx;   /* of both */
	size_t held; /* bytes of all buffers */
	size_t most; /* 0: 64 MiB */
};

/* True when both directions have ended. */
bool tcp_seen_payload(struct tcp_room *r, struct flow *f, unsigned direction,
		      const struct payload *p);
/* A packet of it was seen before and has passed a router since. */
void tcp_seen_routed(struct flow *f, struct slice bytes);
/* `talking`: the connection goes on, so only news are told. */
void tcp_seen_tell(struct tcp_room *r, struct flow *f, bool talking);
void tcp_seen_end(struct tcp_room *r, struct flow *f); /* frees, tells nothing */

#endif
