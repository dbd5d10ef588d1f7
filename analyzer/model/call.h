/* call.h - what several observations mean together. */
#ifndef EARSHOT_CALL_H
#define EARSHOT_CALL_H

#include "analyzer/base/arena.h"
#include "analyzer/model/fact.h"

/* A set of capture points or inputs, as bits; runs hold at most 64 of each. */
typedef uint64_t point_set;

enum call_kind {
	CALL_CALL,   /* an INVITE dialog that was answered */
	CALL_OPAQUE, /* media or TLS without readable signaling */
	CALL_REGISTRATION,
	CALL_MESSAGE, /* MESSAGE, or a NOTIFY, PUBLISH, OPTIONS... exchange outside a call */
	CALL_ATTEMPT, /* an INVITE that was never answered */
	CALL_PAGE,    /* clear multicast */
};

enum role {
	ROLE_UNKNOWN,
	ROLE_ENDPOINT,
	ROLE_PROXY,
	ROLE_SBC,
	ROLE_B2BUA,
	ROLE_RELAY,
	ROLE_TURN,
	ROLE_RECORDER,
	ROLE_CONFERENCE,
	ROLE_IVR,
	ROLE_GATEWAY,
	ROLE_MONITOR,
	ROLE_LOAD_BALANCER,
	ROLE_NETWORK, /* whoever can listen on a link, not an element */
};
enum role_from { ROLE_INFERRED, ROLE_DECLARED, ROLE_ASSERTED };

enum epoch_type { EPOCH_EARLY, EPOCH_TALK, EPOCH_HOLD };

/* A stretch with the same parties, keys and addresses. */
struct epoch {
	uint64_t start_ns, end_ns;
	enum epoch_type type;
	const char *why; /* "answer", "re-INVITE", "UPDATE", "183", ... */
	struct evidence at;
};

/* One hop that carried this call's signaling: an address pair and a carrier. */
struct leg {
	struct slice call_id;
	enum sip_transport carrier;
	struct endpoint a, b; /* a: who sent the first request seen here */
	point_set inputs;     /* inputs that saw it */
	bool readable;	      /* SIP text on the wire in clear */
	bool decrypted;	      /* text known by a key, or decrypted before it was written */
	bool encrypted;	      /* opaque TLS */
	bool tunnelled; /* in clear inside a link that is asserted to be protected; decrypted, too
			 */
	uint32_t messages;
	uint64_t first_ns, last_ns;
	struct evidence first;
};

enum keying { KEYING_NONE, KEYING_SDES, KEYING_DTLS, KEYING_ZRTP, KEYING_MIKEY, KEYING_UNKNOWN };
enum protection {
	PROTECTION_INSUFFICIENT,
	PROTECTION_CLEAR,
	PROTECTION_NONE_FOUND, /* no plaintext structure found: not a claim of encryption */
	PROTECTION_VERIFIED,
};

/* One direction of one 5-tuple at one capture point over one epoch. */
struct segment {
	struct endpoint a, b; /* from, to */
	uint16_t point;
	point_set inputs;
	int16_t epoch;
	uint32_t ssrcs[8];
	uint8_t ssrc_count; /* more than 8 are counted in packets only */
	uint64_t packets, bytes, clear, tested;
	uint64_t tried, verified; /* packets whose SRTP tag was computed; those it fitted */
	uint64_t lost;
	uint64_t routed; /* packets seen here again, unchanged, behind a router */
	uint64_t first_ns, last_ns;
	uint64_t clear_ns; /* time in windows judged clear */
	bool in_turn;	   /* unwrapped from TURN: its ends are those of the media */
	enum protection protection;
	const char *test;  /* what showed plaintext, or NULL */
	const char *hint;  /* what fired, in too few packets to tell, or NULL */
	const char *codec; /* name by SDP or static payload type, or NULL */
	struct evidence first, clear_at, routed_at;
	const struct window_seen *windows;
	const struct print_seen *prints; /* packets chosen by content, of its own time; by choice */
	const uint32_t *print_ssrcs;	 /* of each print */
	uint64_t print_limit; /* packets of its streams with a choice below it are all among them */
	uint16_t window_count, print_count;
};

/* One m= section over the life of the call between one pair of announced addresses. */
struct media {
	enum media_kind kind;
	enum media_profile profile; /* of the answer; of the offer when never answered */
	enum keying keying;	    /* what was agreed, by SDP and by what ran on the path */
	struct slice proto;
	const char *codec;		   /* first agreed codec, or NULL */
	struct endpoint offerer, answerer; /* announced addresses; none when not announced */
	bool answered, rejected;
	bool ignored; /* told only by later copies of an answer, and no packet of it was seen */
	bool expects_media; /* answered with a port, a direction other than inactive, and time to
			       talk */
	bool zrtp, dtls;    /* seen on the path */
	bool offer_seen, answer_seen;
	int16_t leg; /* where its SDP was first seen */
	struct segment *segments;
	uint16_t segment_count;
};

/* One box on the path, or whoever could listen on a link. */
struct element {
	struct endpoint at; /* port 0: the host as a whole; none address: see `name` */
	const char *name; /* "anyone on the link a – b" or a hidden element; NULL: the address says
			     it */
	enum role role;
	enum role_from role_from;
	bool signaling, keys, media; /* what it could read, hold, hear */
	uint8_t grade;
	const char *why;
	struct evidence at_evidence;
};

struct end {
	struct endpoint at;
	enum role role;
	enum role_from role_from;
	uint32_t roles; /* all that are asserted, as bits by enum role */
};

/* A host that signaling or media of the call passed, in order from caller to callee. */
struct station {
	struct addr at;
	enum role role;
	enum role_from role_from;
	bool ends_tls;	    /* a TLS connection of the signaling ends here */
	bool anchors_media; /* no end of the call, and media came to it or was told to come */
};

enum carriage {
	CARRIAGE_UNSEEN,
	CARRIAGE_CLEAR,
	CARRIAGE_TUNNEL,
	CARRIAGE_DECRYPTED,
	CARRIAGE_TLS
};

/* What went between two stations; the least protected of several. */
struct stretch {
	uint8_t a, b; /* indexes into the stations, a < b */
	enum carriage signaling;
	bool media; /* packets were seen */
	enum protection protection;
};

enum step_kind { STEP_REQUEST, STEP_RESPONSE, STEP_TLS, STEP_DTLS, STEP_ZRTP, STEP_MEDIA };
enum step_sdp { STEP_SDP_NONE, STEP_SDP_OFFER, STEP_SDP_ANSWER };
enum step_key {
	STEP_KEY_SDES = 1,
	STEP_KEY_FINGERPRINT = 2,
	STEP_KEY_ZRTP = 4,
	STEP_KEY_OTHER = 8
};

enum { STEP_ALSO = 3 };

/*
 * One arrow of the call's ladder: a message, a handshake, or media between two
 * hosts over one epoch. Numbers only: no word of it comes from the wire.
 */
struct step {
	enum step_kind kind;
	uint64_t ts_ns, until_ns; /* until 0: a moment */
	struct evidence at; /* its first sighting; media in clear: the first readable packet */
	struct evidence also[STEP_ALSO]; /* of the other direction, at other points */
	uint8_t also_count;
	struct endpoint from, to;
	bool both;		    /* it went both ways */
	bool done;		    /* a handshake was seen to its end */
	bool resumed;		    /* of TLS and DTLS */
	enum sip_verb verb;	    /* of a request, or the one responded to */
	uint16_t status;	    /* of a response */
	enum step_sdp sdp;	    /* offer or answer that it carried */
	enum media_profile profile; /* of its first line that is not refused */
	uint8_t keys;		    /* enum step_key: what its lines announce */
	enum protection protection; /* of media: the least protected */
	int16_t leg, media;	    /* FACT_NOWHERE: none */
};

enum credential_kind {
	CREDENTIAL_TLS,	 /* the certificate of a server of signaling */
	CREDENTIAL_DTLS, /* of an end of a media path */
	CREDENTIAL_ZID,	 /* a keyed digest of the name that a ZRTP endpoint keeps */
};
enum { CREDENTIAL_BYTES = 32, CREDENTIALS = 16 };

/* What a host showed of itself, and shows again in other calls unless it is another. */
struct credential {
	enum credential_kind kind;
	struct endpoint who; /* port 0: the host as a whole */
	uint8_t digest[CREDENTIAL_BYTES];
	uint8_t length; /* octets of the digest: 32, of a ZID 8 */
};

/* Owns its arena; all that is reachable from here lives and dies with it. */
struct call {
	struct arena *arena;
	const char *id; /* stable across runs over the same captures: 16 hex digits */
	enum call_kind kind;
	const char *what; /* method of a message row ("MESSAGE", "OPTIONS"), outcome of an attempt
			     ("486") */
	uint64_t start_ns, end_ns, answered_ns; /* answered_ns 0: never */
	struct slice from_user, from_host, from_display, to_user, to_host, to_display;
	struct slice call_id;
	struct end ends[2];
	struct epoch *epochs;
	struct leg *legs;
	struct media *media;
	struct element *elements;
	struct fact *facts;
	struct station *stations;
	struct stretch *stretches;
	struct step *steps;		/* in time order */
	struct credential *credentials; /* sorted; at most CREDENTIALS */
	uint16_t epoch_count, leg_count, media_count, element_count;
	uint16_t station_count, stretch_count, step_count, credential_count;
	uint32_t steps_left_out; /* between the first and the last that are kept */
	bool more_stations;	 /* than the path has room for */
	uint32_t fact_count;
	point_set inputs;		   /* inputs that contributed */
	uint16_t points;		   /* number of capture points that contributed */
	uint32_t messages;		   /* SIP messages, each sighting counted once */
	bool complete_start, complete_end; /* its beginning and end were captured */
	bool cut_off;			   /* still alive when the capture ended */
	bool emergency;
	bool recorded_by_endpoint;
};
typedef void call_fn(void *ctx, const struct call *c);

const char *call_kind_text(enum call_kind k);
const char *call_role_text(enum role r);
const char *call_role_from_text(enum role_from f);
const char *call_keying_text(enum keying k);
const char *call_protection_text(enum protection p);
const char *call_epoch_text(enum epoch_type t);
const char *call_carriage_text(enum carriage c); /* NULL: unseen */
/* First fact of a kind, or NULL; `after` continues the search behind an earlier hit. */
bool call_is_conversation(const struct call *c); /* a call, an opaque row or a page */
const struct fact *call_fact(const struct call *c, enum fact_kind k, const struct fact *after);

#endif
