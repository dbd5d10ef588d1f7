/* agreed.h - all offers and answers of a call, to one media per m-line and pair of addresses. */
#ifndef EARSHOT_AGREED_H
#define EARSHOT_AGREED_H

#include "analyzer/track/stint.h"

enum { AGREED_LINES = 16, AGREED_MEDIA = 64, AGREED_PATHS = 16 };

/* A media in the making. */
struct agreed {
	struct media m;
	unsigned index;				/* of the m-line */
	uint16_t part;				/* of a joined call: the row it comes from */
	int16_t number;				/* in the call's media */
	const struct line_seen *offer, *answer; /* the last that counted */
	const struct line_seen
		*lines[AGREED_LINES]; /* every version: [even] offerer's, [odd] answerer's */
	unsigned line_count;
	bool final;	     /* a 2xx, or ACK, confirmed the answer */
	bool caller_answers; /* delayed offer: the answerer is who called */
	bool offered_secure, offered_keys;
	bool offered_first;	/* in the offer that began the dialog */
	bool offered_otherwise; /* with fingerprints, a ZRTP hash or MIKEY */
	bool readable;		/* its SDP was readable on some hop */
	struct leg_live *leg;
	struct evidence offer_at, answer_at;
	uint64_t answer_last_ns; /* live_call_time */
	/* what ran on its path */
	const struct flow *paths[AGREED_PATHS]; /* 5-tuples that fit this media best */
	unsigned path_count;
	const struct flow *rtcp[AGREED_PATHS]; /* those of RTCP on a port of its own */
	unsigned rtcp_count;
	uint64_t dtls_records, zrtp_messages;
	struct evidence dtls_at, zrtp_at;
	uint64_t text_packets, parsed[2]; /* [0] by the lesser endpoint */
	struct evidence parsed_at;
	struct flow_key parsed_on; /* the path it was read on */
};

/* In the call's arena; sets pact.media. */
void agreed_build(struct live *l, struct pact *const *pacts, unsigned count,
		  struct agreed_list *out);
/* 0: the offerer's announced address, 1: the answerer's, -1: neither. */
int agreed_side(const struct agreed *a, const struct endpoint *e);
/* How well a path fits this media: 0 not at all. `pt` -1: any payload type. */
unsigned agreed_fit(const struct agreed *a, const struct flow *f, int pt);
/* Files a path under the media, and counts the handshakes that ran on it. */
void agreed_path(struct agreed *a, const struct flow *f);
/* Files it as a path of the media's RTCP, when both or one of its ends were announced for that. */
void agreed_rtcp_path(struct agreed *a, const struct flow *f);
/* Codec name of a payload type by SDP or RFC 3551, or NULL; copied into the arena. */
const char *agreed_codec(struct live *l, const struct agreed *a, uint8_t pt);

#endif
