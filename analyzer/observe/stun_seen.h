/* stun_seen.h - connectivity checks and TURN on a flow, and the datagrams inside TURN. */
#ifndef EARSHOT_STUN_SEEN_H
#define EARSHOT_STUN_SEEN_H

#include "analyzer/observe/cold.h"

/* A datagram that TURN carried: its own addresses as far as they are known. */
struct stun_inner {
	struct slice bytes; /* empty: nothing was inside */
	struct flow_key flow;
};

/* True when it was the flow's first STUN message. */
bool stun_seen_packet(struct tell *t, struct flow *f, unsigned direction, const struct payload *p,
		      struct stun_inner *inner);
void stun_seen_channel(struct flow *f, unsigned direction, const struct payload *p,
		       struct stun_inner *inner);
void stun_seen_tell(struct tell *t, struct flow *f);

#endif
