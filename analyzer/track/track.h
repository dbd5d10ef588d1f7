/* track.h - the door of the track room: observations in, calls with facts out. */
#ifndef EARSHOT_TRACK_H
#define EARSHOT_TRACK_H

#include "analyzer/model/call.h"

/* Call life by capture time (contract 3); all are policy parameters. Nanoseconds. */
struct track_options {
	uint64_t linger_ns;       /* after BYE: 32 s */
	uint64_t unanswered_ns;   /* after the last message of an INVITE never answered: 180 s */
	uint64_t answered_ns;     /* answered without BYE, after the last SIP or media: 300 s */
	uint64_t opaque_ns;       /* media silence that ends an opaque row: 30 s */
	uint64_t clear_start_ns;  /* clear media tolerated before ZRTP completes: fixed 1.0 s */
	uint32_t calls;           /* calls held at once; beyond it the oldest unanswered, then the oldest, are closed early */
	size_t call_budget;       /* bytes of one call's arena */
};

struct track_counters {
	uint64_t calls, calls_evicted, budget_spent, media_unowned, stints_dropped;
};

/* Media that no call owned and that did not become a row of its own: fewer than 20 packets. */
struct unexplained {
	struct flow_key flow;
	uint16_t point, input;
	uint32_t ssrc;
	uint64_t packets;
	uint64_t first_ns, last_ns;
	struct evidence at;
	const char *hint; /* or NULL */
};

struct track;

struct track_options track_defaults(void);
struct track *track_new(call_fn *give, void *ctx, struct track_options options);
void track_observe(struct track *t, const struct observation *o);
/* Closes calls whose time has come, in order of their end; give() is called for each. */
void track_tick(struct track *t, uint64_t now_ns);
/* The capture is over: everything left is closed, marked cut_off where it was alive. */
void track_end(struct track *t, uint64_t now_ns);
const struct track_counters *track_counters(const struct track *t);
size_t track_unexplained(const struct track *t, const struct unexplained **out); /* sorted, capped at 1000 */
void track_free(struct track *t);

#endif
