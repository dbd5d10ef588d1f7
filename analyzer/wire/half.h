/* half.h - wire room: one direction of a TCP connection. */
#ifndef EARSHOT_HALF_H
#define EARSHOT_HALF_H

#include "analyzer/wire/hold.h"
#include "analyzer/wire/ip.h"
#include "analyzer/wire/wire.h"

enum { HALF_RECENT = 8 };

/* A piece handed on a moment ago, to know a retransmission with other bytes. */
struct half_recent {
	uint64_t at, sum;
	uint32_t n;
};

/* Positions are 64 bits wide; their low half is the sequence number. Zero-initialise. */
struct half {
	bool started, closed;
	bool syn;	/* its SYN was seen */
	bool spoke;	/* it has handed on bytes */
	bool gap;	/* bytes were skipped since the last that were handed on */
	bool conflict;	/* a retransmission differed from bytes already handed on */
	bool ends;	/* `fin` is known */
	uint8_t strays; /* segments in a row that are nowhere near */
	uint8_t newest; /* index into recent */
	uint32_t first; /* sequence number of its first byte */
	uint64_t next;	/* position of the byte to hand on next */
	uint64_t fin;	/* position of its FIN */
	uint64_t acked; /* the other side has everything before this */
	uint64_t proof_ns;
	struct hold hold;
	struct half_recent recent[HALF_RECENT];
	struct frame last; /* the newest that came, without bytes */
};

/* Where bytes go and what bounds them. `speak` fills in what only the connection knows. */
struct half_out {
	void *ctx;
	void (*speak)(void *ctx, struct payload *p);
	struct wire_counters *counters;
	size_t buffer;	 /* bytes this direction may hold */
	size_t held_max; /* and all together */
	size_t *held;
};

struct half_segment {
	const struct ip_segment *tcp;
	const struct frame *frame;
	bool tunnelled;
};

/* A SYN: true when it fits what is known, false for one that comes from nowhere. */
bool half_syn(struct half *h, uint32_t seq);
void half_acked(struct half *h, uint32_t ack, uint64_t now);
/* Takes data and FIN. True: `next` has moved. */
bool half_take(struct half *h, struct half_out *out, const struct half_segment *seg);
/* Gives up holes whose bytes the other side has. True: `next` has moved. */
bool half_give_up(struct half *h, struct half_out *out, const struct frame *now);
void half_flush(struct half *h, struct half_out *out);	/* gives up every hole */
void half_expire(struct half *h, struct half_out *out); /* the same, and closes at its FIN */
/* `frame` NULL: the last of this direction. Told to the hooks when `tell`. */
void half_close(struct half *h, struct half_out *out, const struct frame *frame, bool tell);
void half_clear(struct half *h);

bool half_credible(const struct half *h, uint32_t seq); /* an RST that could be real */
bool half_ahead(const struct half *h, uint32_t seq);	/* not yet handed on */

#endif
