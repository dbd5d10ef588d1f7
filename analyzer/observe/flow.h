/* flow.h - the table of flows: one small record per 5-tuple and capture point. */
#ifndef EARSHOT_FLOW_H
#define EARSHOT_FLOW_H

#include "analyzer/base/addr.h"
#include "analyzer/base/when.h"
#include "analyzer/wire/wire.h"

/* Which of its lists a flow stands on; each is ordered by the second of the last packet. */
enum flow_list {
	FLOW_AWAKE,
	FLOW_ASLEEP, /* silent for FLOW_SILENT_S: what was seen is told */
	FLOW_PARKED, /* a TCP connection idle for FLOW_IDLE_S: ends when wire says so */
	FLOW_LISTS,
};
enum { FLOW_SILENT_S = 15, FLOW_IDLE_S = 60, FLOW_LINE = 64 };

struct stream; /* media_seen.h */
struct cold;   /* cold.h */

/*
 * What each packet of the stream last heard in one direction needs, and no more:
 * media_seen.c keeps the rest elsewhere. One cache line.
 */
struct flow_hot {
	struct stream *stream; /* NULL: nothing is kept here */
	uint64_t last_ns;
	uint64_t due_ns; /* from here on a packet takes the long way */
	uint32_t last_frame;
	uint32_t look; /* number of its tester in the pool; 0: none */
	uint32_t ssrc, ts;
	uint32_t next;	/* the first four octets of the next packet in order, without marker */
	uint32_t bytes; /* since it was put here */
	uint32_t print_limit;
	uint16_t run_len, settled_len;
	uint16_t len, step;
	uint8_t len_lead, step_lead;
	uint8_t run, print_count;
};

/*
 * Direction 0 goes from key.src to key.dst. A packet of known media touches the
 * first line and that of its direction; the last line is for the rest.
 */
struct flow {
	_Alignas(FLOW_LINE) struct flow_key key; /* smaller endpoint first; point, in_turn inside */
	uint64_t last_ns;			 /* of its newest packet */
	uint32_t second;			 /* of the table's clock, when it was moved last */
	uint32_t self;				 /* its number in the table, from 1 */
	uint8_t list;				 /* enum flow_list */
	bool unsent;				 /* something is seen and not told yet */
	bool sip;				 /* claimed by a SIP message */
	uint8_t announced;			 /* enum announce_what of either endpoint */
	uint8_t first_direction;		 /* of its first packet */
	uint8_t losses_told;			 /* bits of enum loss_kind */
	uint16_t unclaimed;			 /* packets nobody claimed; saturates */
	struct flow_hot hot[2];
	struct stream *streams[2]; /* RTP per direction, the one last heard first */
	struct cold *cold;	   /* what is not RTP; NULL until there is something */
	uint32_t older, newer;	   /* neighbours in its list; 0: none */
	uint32_t tag;		   /* of its place in the index */
	uint32_t announce_round;   /* when `announced` was looked up */
};

struct flow_table;

struct flow_table *flow_new(uint32_t cap);
void flow_free(struct flow_table *t); /* contents of streams and cold are the caller's */

struct flow_where {
	const struct flow_key *key; /* of the packet */
	uint32_t token;		    /* what flow_expect gave for this very packet; 0: not asked */
	uint16_t point;
	bool in_turn;
};

/*
 * Gives plain packets (wire_ahead) their tokens some time before their turn, and asks for the
 * records from memory. Nothing changes but what is in the caches. The direction is the
 * token's lowest bit.
 */
void flow_expect(const struct flow_table *t, struct wire_ahead *a, size_t n);
/* The record that was found for such a packet: its flow's, unless tags are alike; or NULL. */
const struct flow *flow_expected(const struct flow_table *t, const struct payload *p);
/*
 * The flow of a packet with a token, when it is known and flow_touch would have nothing to do but
 * to note the time, which is done. NULL: ask flow_get.
 */
struct flow *flow_meet(struct flow_table *t, const struct payload *p);

/* The flow of this packet and its direction, or NULL. The clock does not move. */
struct flow *flow_find(struct flow_table *t, struct flow_where at, unsigned *direction);
/*
 * The same, made if absent: *is_new says so. NULL when the table is full: drop
 * flow_oldest and ask again.
 */
struct flow *flow_get(struct flow_table *t, struct flow_where at, unsigned *direction,
		      bool *is_new);
/* The table's clock: the newest time it was told. Never goes back. */
void flow_clock(struct flow_table *t, uint64_t now_ns);
/* A packet passed; costs a comparison but for once a second. True then. */
bool flow_touch(struct flow_table *t, struct flow *f, uint64_t ts_ns);
/* Makes it the newest of its second: the flow that is being worked on must not be the oldest. */
void flow_renew(struct flow_table *t, struct flow *f);
/* An awake flow silent for FLOW_SILENT_S, put to sleep; NULL when there is none. */
struct flow *flow_next_silent(struct flow_table *t);
/* A sleeping flow idle for FLOW_IDLE_S, for flow_drop or flow_park. */
struct flow *flow_next_idle(struct flow_table *t);
void flow_park(struct flow_table *t, struct flow *f);
/* Every flow once, from NULL to NULL; none may come or go meanwhile. */
struct flow *flow_after(struct flow_table *t, const struct flow *f);
/* The flow whose last packet is oldest, to the second, then by the order of packets. */
struct flow *flow_oldest(struct flow_table *t);
void flow_drop(struct flow_table *t, struct flow *f);
uint32_t flow_count(const struct flow_table *t);

/* The plain key of one direction (0: as the record's key stands). */
struct flow_key flow_side(const struct flow *f, unsigned direction);
uint16_t flow_point(const struct flow *f);
bool flow_in_turn(const struct flow *f);

#endif
