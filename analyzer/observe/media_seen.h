/* media_seen.h - RTP streams of a flow: counters, windows of evidence, prints, told in stints. */
#ifndef EARSHOT_MEDIA_SEEN_H
#define EARSHOT_MEDIA_SEEN_H

#include "analyzer/observe/claim.h"
#include "analyzer/observe/look.h"
#include "analyzer/observe/slab.h"
#include "analyzer/observe/tell.h"

enum { MEDIA_SEEN_SSRCS = 8 }; /* streams held per flow and direction */

/* What all streams share; one per observer. */
struct media_room {
	struct tell *tell;
	struct look_pool *looks;
	struct slab store, sleepers;
	uint32_t streams; /* alive; the caller has a limit for them */
	struct print_seen prints[MEDIA_PRINTS];
};

void media_seen_open(struct media_room *r, struct tell *tell, uint32_t lookers);
/* No stream may be left, and none may come. Again is fine. */
void media_seen_close(struct media_room *r);

/*
 * A packet of a flow that carries RTP, if its source is one of the flow's streams;
 * false when it is not. The path of nearly every packet.
 */
bool media_seen_known(struct media_room *r, struct flow *f, unsigned direction,
		      const struct payload *p);
/* A hint that this packet comes soon; the flow's lines should be there already. */
void media_seen_expect(const struct media_room *r, const struct flow *f, unsigned direction,
		       struct slice bytes);
/* A packet that was seen before has passed a router since: counted where its stream is known. */
void media_seen_routed(struct flow *f, unsigned direction, const struct wire_sighting *s);
/* One that is believed to be RTP. `rtp` is its header, read by rtp_look. */
void media_seen_packet(struct media_room *r, struct flow *f, unsigned direction,
		       const struct payload *p, const struct rtp_quick *rtp);
/* A stream believed only now: what went before counts into its first window. */
void media_seen_start(struct media_room *r, struct flow *f, const struct claim_candidate *held);
/* Something else passed on this flow: each stream opens a window with its next packet. */
void media_seen_reopen(struct flow *f, enum window_reason why);
/* Sends what every stream of the flow has to tell. */
void media_seen_tell(struct media_room *r, struct flow *f);
/* The flow fell silent, and all is told: its streams take little room until they are heard again.
 */
void media_seen_sleep(struct media_room *r, struct flow *f);
/* The same, and frees the streams. */
void media_seen_end(struct media_room *r, struct flow *f);

#endif
