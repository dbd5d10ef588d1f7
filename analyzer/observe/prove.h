/* prove.h - sampled packets of a stream tried under the keys known for its path (RFC 3711). */
#ifndef EARSHOT_PROVE_H
#define EARSHOT_PROVE_H

#include "analyzer/observe/tell.h"

enum {
	PROVE_KEYS = 16,	    /* of a path that are tried */
	PROVE_SETS = 8,		    /* of keys of a stream for which trying begins anew */
	PROVE_SEARCHED = 1 << 25,   /* tags in searches for roll-overs, of a whole run */
	PROVE_IMPROBABLE = 1 << 18, /* of them, for more roll-overs than a call had time for */
	PROVE_IN_VAIN = 1 << 25,    /* tags in other searches that found nothing, of a whole run */
	PROVE_WEIGHT = 256,	    /* octets: of a packet with more, a tag counts again for each */
};

/* What has been tried of one stream. NULL: its path has no keys. */
struct prove;

struct prove_packet {
	struct slice bytes; /* whole, from the RTP header on */
	uint64_t ts_ns, frame;
	uint32_t rolls; /* roll-overs of the stream at this packet, from its first */
};

/*
 * May make *v when keys for the path have come; looks only when the vault has
 * changed. Nothing is tried yet.
 */
void prove_look(struct tell *t, struct prove **v, struct flow_key path, uint64_t now_ns);
/* From this time on a packet should be shown to prove_try; 0: the next one. */
uint64_t prove_due(const struct tell *t, const struct prove *v);
/* Tries one packet and counts it in `w`. */
void prove_try(struct tell *t, struct prove *v, struct flow_key path, const struct prove_packet *p,
	       struct window_seen *w);
void prove_window(struct prove *v); /* another window begins: sampled from its start */
void prove_tell(struct prove *v,
		struct proof_seen *out); /* v may be NULL; a stint's counts start anew */
void prove_free(struct prove *v);	 /* wipes; NULL is fine */

/* One SRTCP packet, by the keys of its path: its name or 0; *encrypted: its E bit. */
uint64_t prove_rtcp(struct tell *t, struct flow_key path, struct slice packet, uint64_t now_ns,
		    bool *encrypted);

#endif
