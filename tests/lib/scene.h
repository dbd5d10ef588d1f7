/* scene.h - observations made by hand, and the calls that come of them. */
#ifndef EARSHOT_SCENE_H
#define EARSHOT_SCENE_H

#include "analyzer/track/track.h"

enum { SCENE_ROWS = 4096 };

/* What the packets of a stream are, so that they can be known again at another place. */
struct scene_prints {
	uint64_t cipher; /* equal: the same octets under the same number; 0: no prints are kept */
	double zero;	 /* when packet number 0 came by, or would have */
	uint16_t seq;	 /* of number 0 */
	uint32_t lost;	 /* percent that the place did not get */
	uint64_t lost_seed;
};

/* A stage: times are seconds after its start. Everything is owned by it. */
struct scene {
	struct track *track;
	struct arena *arena;
	struct call rows[SCENE_ROWS]; /* copies of what was given, in order */
	unsigned row_count;
	uint64_t frames, bodies, keys;
	uint16_t point;	 /* of the observations that follow */
	bool turn;	 /* the media that follows was unwrapped from TURN */
	unsigned routed; /* of what follows: percent of the packets, and whether of the hellos, that
			    were seen behind a router, too */
	struct scene_prints prints; /* of the media that follows; in both directions apart */
};

/* What a message says; what is left out gets an ordinary value. */
struct scene_sip {
	double at;
	const char *src, *dst; /* "10.0.0.1:5060" */
	const char *method;    /* of a response: the CSeq method */
	unsigned status;       /* 0: a request */
	uint32_t cseq;	       /* 0: 1 */
	const char *call_id, *from_tag, *to_tag, *branch;
	const char *from_user, *to_user;
	enum sip_transport carrier, via; /* NONE: UDP; as the carrier */
	const char *vias[4];		 /* hosts of the Vias, top first; NULL: the sender's */
	const struct sdp_seen *sdp;
	bool handshake, contact;
	uint64_t hash; /* of the message; 0: a new one */
	const struct route_seen *routes;
	uint16_t route_count;
	const struct auth_seen *auths;
	uint16_t auth_count;
	enum body_kind body;
	uint32_t body_bytes;
	bool opened;			 /* read with the auditor's keys */
	void (*also)(struct sip_seen *); /* what else the message says */
	const char *session_id;
};

/* A dialog on one hop: INVITE at once, 200 and ACK a second later, BYE. */
struct scene_leg {
	double at, bye; /* bye 0: none */
	const char *src, *dst, *call_id, *from_user, *to_user;
	const struct sdp_seen *offer, *answer;
	enum sip_transport carrier;
	const char *session_id;
};

struct scene_media {
	double from, to;
	const char *src, *dst;
	uint32_t ssrc;
	uint8_t pt;
	bool clear;    /* tests fire in every window */
	double window; /* seconds; 0: 10 */
	uint32_t rate; /* packets a second; 0: 50 */
};

struct scene *scene_new(void);
struct scene *scene_with(struct track_options options);
void scene_free(struct scene *s);

struct endpoint scene_endpoint(const char *text);
/* An observation without its contents; the next frame. */
struct observation scene_between(struct scene *s, enum observation_kind kind, const char *src,
				 const char *dst, double from, double to);
uint64_t scene_ns(double at);
/* One audio line with PCMU; change it through scene_line. */
struct sdp_seen *scene_sdp(struct scene *s, const char *at, enum media_profile profile);
struct line_seen *scene_line(struct sdp_seen *sdp, unsigned i);
struct line_seen *scene_add_line(struct scene *s, struct sdp_seen *sdp, const char *at,
				 enum media_kind kind, enum media_profile profile);
void scene_crypto(struct scene *s, struct line_seen *m);
void scene_key(struct scene *s, struct line_seen *m, uint64_t name); /* a key chosen */
void scene_hello_hash(struct scene *s, struct line_seen *m);
void scene_fingerprint(struct scene *s, struct line_seen *m);

void scene_say(struct scene *s, struct scene_sip m);
void scene_talk(struct scene *s, struct scene_media m);
/* Ten seconds of readable voice with so many telephone-events in it, and of them digits. */
void scene_events(struct scene *s, double from, uint16_t events, uint16_t digits);
void scene_zrtp(struct scene *s, const char *src, const char *dst, double hello, double done);
/* A full handshake that completed; equal names: the same one, seen again. */
void scene_dtls(struct scene *s, const char *src, const char *dst, double at, uint8_t name);
void scene_dtls_profile(struct scene *s, const char *src, const char *dst, double at, uint8_t name,
			uint16_t profile);
void scene_stun(struct scene *s, const char *src, const char *dst, double at, const char *ufrag);
void scene_tls(struct scene *s, const char *src, const char *dst, double from, double to);
/* A connection as it is given; src is the client. */
void scene_connection(struct scene *s, const char *src, const char *dst, double from,
		      const struct tls_seen *seen);
void scene_tls_named(struct scene *s, const char *src, const char *dst, double from, double to,
		     uint8_t name);
void scene_flow(struct scene *s, const char *src, const char *dst, double at,
		enum flow_speaks speaks);
/* INVITE, 200, ACK at 0, 1, 1.1 s between 10.0.0.1 and 10.0.0.2. */
void scene_call(struct scene *s, const struct sdp_seen *offer, const struct sdp_seen *answer);
void scene_bye(struct scene *s, double at);
void scene_dialog(struct scene *s, struct scene_leg g);
/* Both directions between two ports; the way back has other octets, and an SSRC one higher. */
void scene_speech(struct scene *s, const char *a, const char *b, double from, double to,
		  uint32_t ssrc);
/* Both directions between 10.0.0.1:4000 and 10.0.0.2:5000. */
void scene_voices(struct scene *s, double from, double to, bool clear);
void scene_end(struct scene *s, double at);

const struct call *scene_row(const struct scene *s, enum call_kind kind,
			     unsigned nth); /* or NULL */
unsigned scene_count(const struct call *c, enum fact_kind kind);
bool scene_has(const struct call *c, enum fact_kind kind);

#endif
