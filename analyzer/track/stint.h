/* stint.h - what media paths were seen to carry, kept until calls ask for it. */
#ifndef EARSHOT_STINT_H
#define EARSHOT_STINT_H

#include "analyzer/base/when.h"
#include "analyzer/track/named.h"
#include "analyzer/track/place.h"

/* What was cut longer before belongs to another call. */
#define STINT_SIP_CUT_NS (180 * WHEN_SECOND)

/* Caps of one 5-tuple and of one place (an announced address, or a user fragment). */
enum {
	STINT_WINDOWS = 32, /* of a stream; beyond it neighbours are merged */
	STINT_STREAMS = 16, /* SSRCs of a 5-tuple */
	STINT_LINKS = 6,    /* two ends, two hosts, two user fragments */
	STINT_CROWD = 256,  /* flows at one place: above it only their other end counts */
	STINT_RIVALS = 32,  /* promises of one place that are compared */
	STINT_HINT = 24,
	STINT_HANDSHAKES = 4, /* of each kind on a 5-tuple: the first ones stay */
	STINT_MARGIN_S =
		15, /* a talking stream tells of itself every 30 s, a silent one after 15 s */
};

/* How well a call's promises fit a flow. */
enum stint_fit { STINT_NONE, STINT_ONE_END, STINT_BOTH_ENDS, STINT_UFRAG };

struct stint_window {
	struct window_seen seen;
	uint16_t input;
	uint8_t fit;  /* enum stint_fit of the call that took it */
	bool astride; /* lies across two calls: belongs to neither */
};

/* Handshakes as they were told last. Their slices are gone: `name` was judged while they were
 * there. */
struct dtls_held {
	struct dtls_held *next;
	struct evidence at;
	uint64_t first_ns, last_ns;
	bool client_is_src; /* of the flow, not of the observation */
	struct dtls_seen seen;
};
struct zrtp_held {
	struct zrtp_held *next;
	struct evidence at;
	uint64_t first_ns, last_ns;
	struct zrtp_seen seen; /* [0]: the flow's src */
};
struct tls_held {
	struct tls_held *next;
	struct evidence at;
	struct tls_seen seen;
	struct addr server; /* who answered the ClientHello: not always whom the call goes to */
	struct named named; /* the server's certificate, and the host asked for */
};

struct stream {
	struct stream *next;
	uint32_t ssrc;
	bool forward; /* sent by the flow's src */
	struct stint_window *windows;
	struct print_seen *prints; /* by choice */
	uint16_t window_count, window_room, print_count;
	uint64_t packets, bytes;
	struct proof_seen proof; /* of all its stints */
	struct evidence first;
};

/* A 5-tuple at one capture point, both directions; `key.src` is the lesser endpoint. */
struct flow {
	struct flow_key key;
	uint16_t point;
	bool has_stun, has_rtcp, in_turn;
	bool used;  /* a row owns it */
	bool owned; /* a line of a call owns what it speaks besides RTP */
	uint8_t stream_count, link_count;
	char hint[STINT_HINT];
	point_set inputs;
	struct stream *streams;
	struct rtcp_seen rtcp[2]; /* [0] sent by src */
	struct flow_seen speaks[2];
	struct dtls_held *dtls; /* in order of time; NULL: none */
	struct zrtp_held *zrtp;
	struct tls_held *tls;
	bool tls_sip;	    /* ALPN says sip, or port 5061 */
	uint64_t cut, gaps; /* packets cut by the snap length; holes */
	struct evidence cut_at, gap_at;
	struct evidence sip_cut; /* SIP that was cut before its Call-ID: first of the last run */
	uint64_t sip_cut_ns;	 /* when the last such message passed */
	uint64_t first_ns, last_ns, touched_ns;
	struct evidence first;
	const struct live *visited; /* the call that looked last */
	struct flow *older, *newer;
	struct link links[STINT_LINKS];
};

struct stint;

struct stint *stint_new(size_t flows, size_t bytes);
void stint_free(struct stint *s);
size_t stint_count(const struct stint *s);     /* flows held */
uint64_t stint_dropped(const struct stint *s); /* stints that found no room, or lost it unclaimed */
void stint_add(struct stint *s, const struct observation *o, uint64_t now_ns);
/* The call expects media here from `from_ns` on; repeats are fine. */
void stint_promise(struct stint *s, struct live *l, const struct endpoint *e, uint64_t from_ns);
void stint_promise_ufrag(struct stint *s, struct live *l, struct slice ufrag, uint64_t from_ns);
void stint_release(struct stint *s, struct live *l);

/* NULL when nothing is known of it. */
struct place *stint_at(const struct stint *s, const struct endpoint *e);
struct place *stint_at_host(const struct stint *s, const struct addr *a); /* links flows only */

enum stint_fit stint_fit(const struct flow *f, const struct live *l);
/* Some call that still lives expects this flow. */
bool stint_promised(const struct flow *f);
bool stint_window_busy(const struct stint_window *w); /* claimed or astride */
uint64_t stint_unclaimed(const struct flow *f);	      /* packets */

/* The exchange that a moment on this path belongs to: the last that had begun, else the first. */
const struct zrtp_held *stint_zrtp_at(const struct flow *f, uint64_t ns);

/* The flow longest untouched, when that was before `before_ns`; NULL otherwise. */
struct flow *stint_oldest(const struct stint *s, uint64_t before_ns);
void stint_touch(struct stint *s, struct flow *f, uint64_t now_ns);
void stint_drop(struct stint *s, struct flow *f);

#endif
