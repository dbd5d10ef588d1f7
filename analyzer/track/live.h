/* live.h - a call while it is being watched; shared by the files of the track room. */
#ifndef EARSHOT_LIVE_H
#define EARSHOT_LIVE_H

#include "analyzer/model/call.h"
#include "analyzer/track/expire.h"

/* Caps of one call; reaching one is the fact budget_spent. */
enum {
	LIVE_LEGS = 64,
	LIVE_TRANSACTIONS = 64, /* the newest are kept */
	LIVE_PACTS = 256,
	LIVE_PROMISES = 512,
	LIVE_RECENT = 16,
	LIVE_HOSTS = 8,
	LIVE_ANSWERS = 8, /* capture points whose clock is told by the answer that passed there */
	LIVE_COPIES = 4,  /* of one leg: its two ends, each with two monitors */
	LIVE_FACTS = 8192,
	LIVE_SESSIONS = 4,
};

/* A fact in the making; its leg is the one that holds it. */
struct note {
	struct note *next;
	struct fact fact;
};

/* An INVITE over TLS that was read, and what came of it (SIG-008). */
struct weaken_try {
	struct addr caller, server;
	struct evidence at, failed; /* failed: a 503 or 408 */
	bool worked, origin;	    /* answered otherwise; sent by the caller itself */
};

/* A link over which an element sent copies of what passed it to a monitor. */
struct copy_link {
	struct endpoint from, to;
	struct evidence at;
};

struct leg_live {
	struct leg leg;
	uint16_t part; /* of a joined call: the row it was filed under */
	struct leg_live *next;
	struct note *notes;
	struct evidence first_request; /* decides who is `a` */
	uint16_t number;	       /* after sorting: index in the call */
	uint32_t via_agrees,
		via_secure; /* requests whose top Via fits the carrier; says TLS or WSS */
	bool handshake, exported, md5_challenge, md5_response;
	bool opened;		      /* read with the auditor's key material */
	bool challenged, credentials; /* any authentication passed here */
	struct evidence registered;   /* a 2xx to a REGISTER whose request was seen */
	bool register_seen;
	bool formed_by_origin, ipsec_settled;
	struct evidence formed, inside; /* an INVITE outside, a request inside a dialog */
	struct evidence fallback[2];	/* a failure of TLS, and the call tried again here */
	uint64_t clear_since_ns;	/* requests between these hosts in clear; 0: not known */
	struct copy_link *copies;	/* room for LIVE_COPIES, once there is one */
	uint8_t copy_count;
	bool on_wire;		      /* some message was seen here itself, not a copy of it */
	uint64_t recent[LIVE_RECENT]; /* hashes of the last messages */
	uint8_t recent_at;
};

/* An SDP body, copied once per call. */
struct sdp_held {
	struct sdp_held *next;
	struct sdp_seen sdp;
};

/* One offer and what became of it on one leg (RFC 3264). */
struct pact {
	struct pact *next;
	struct leg_live *leg;
	uint64_t tags; /* of the dialog, whoever asks; 0 while the To tag is not known */
	uint32_t cseq;
	enum sip_verb verb;
	const struct sdp_seen *offer, *answer; /* either may be NULL: never seen */
	struct evidence offer_at, answer_at;
	struct evidence final_at; /* the first 2xx, or ACK, that carried this answer */
	uint16_t answer_point;	  /* the capture point of answer_at */
	struct addr contact;	  /* of who answered; none: a name, or not said */
	bool offer_in_response;	  /* delayed offer */
	bool callee_offers;	  /* the offer came from whom the first INVITE went to */
	bool reoffer;		  /* in a dialog */
	bool final;		  /* the answer stood in, or was followed by, a 2xx or ACK */
	uint16_t refused;	  /* status that turned the offer down, 0: none */
	int16_t *media;		  /* at the end: index of the agreed media per m-line, or -1 */
};

/* Digest credentials of a request; at.frame 0: none. The words are hashed. */
struct digest_shown {
	uint64_t nonce, user, request; /* nonce.c */
	uint32_t nc;
	bool qop;
	struct evidence at;
};

struct transaction {
	struct transaction *next;
	uint64_t key;
	struct leg_live *leg;
	struct pact *pact;
	enum sip_verb verb;
	uint32_t cseq;
	bool in_dialog, from_callee, request_seen;
	uint16_t status; /* highest final, or 0 */
	struct digest_shown digest;
};

/*
 * A handshake or connection of the row, kept when its flow is let go, so that
 * it can be known again at another place.
 */
enum sight_kind { SIGHT_DTLS, SIGHT_ZRTP, SIGHT_TLS };
struct sight {
	struct sight *next;
	enum sight_kind kind;
	int16_t media, leg; /* FACT_NOWHERE: none */
	uint16_t point, part;
	struct flow_key key;
	uint8_t name[32]; /* equal at two places: one exchange; zero: nothing to know it by */
	bool completed, full, resumed, ephemeral; /* full: both sides' new key shares were seen */
	bool routed;	 /* TLS: its hellos were seen on both sides of a router */
	bool two_layers; /* a double encryption profile (RFC 8723): the outer layer changes hop by
			    hop */
	struct evidence at;
	uint64_t first_ns, last_ns;
	uint64_t keyed_ns; /* of ZRTP: when both sides had keys; 0: not seen */
	uint64_t done_ns;  /* of DTLS: the last Finished; 0: not seen */
};

/* A message as the ladder needs it; many calls hold many of them. */
struct step_held {
	uint64_t ts_ns;
	uint64_t frame : 48, input : 16;
	const struct leg_live *leg;
	uint16_t status;
	uint8_t verb, profile;			/* enum sip_verb, enum media_profile */
	uint8_t keys;				/* enum step_key */
	uint8_t sdp : 2, request : 1, down : 1; /* enum step_sdp; down: from the greater endpoint */
};
enum { STEP_BLOCK = 6 };
struct step_block {
	struct step_block *next;
	uint8_t count;
	struct step_held held[STEP_BLOCK];
};

struct place;
struct live;
struct agreed;

/* The lines of a row; the array in its arena (agreed.h). */
struct agreed_list {
	struct agreed *all;
	unsigned count;
};

/* "Media of this call will come or go here." */
struct promise {
	struct promise *next_of_live;
	struct promise *next, *prev; /* of the place */
	struct place *place;
	struct live *live;
	uint64_t from_ns;
};

/* A host that made responses, or that sent requests on with a Via below its own. */
struct host_seen {
	struct addr addr;
	struct leg_live *leg;
	struct evidence at;
};

/* At most LIVE_HOSTS, each address once; most calls have one or none. */
struct host_list {
	struct host_seen *all;
	uint8_t count;
};

/* What messages of the row say about who stands at its ends; [0] the caller, [1] the callee. */
struct told {
	struct evidence siprec, record_on, refer, charge, tel;
	struct evidence isup[2], feed[2];
	struct addr source, recorder; /* of a recording session */
	const char *siprec_sign;
};

struct live {
	struct arena *arena;
	struct slice key;
	struct call call;
	struct expire_timer timer;
	struct live *older, *newer; /* of the list it ages in */
	enum live_queue {
		LIVE_SILENT,	 /* nobody has replied to it */
		LIVE_UNANSWERED, /* somebody has, and it is no answered call */
		LIVE_ANSWERED
	} queue;   /* which list */
	bool shed; /* closed early, for want of room */

	struct leg_live *legs, **legs_end;
	struct transaction *transactions;
	struct pact *pacts, **pacts_end;
	struct sdp_held *sdps;
	struct promise *promises;
	uint16_t leg_count, transaction_count, pact_count, promise_count;
	struct step_block *steps, **steps_end; /* the last block is open */
	struct step_held *last_steps;	       /* a ring of LADDER_LAST, once the first are full */
	uint32_t step_count;		       /* messages filed, kept or not */
	struct note *facts;		       /* of the call, gathered at the end */
	uint32_t fact_count;
	struct fact spent_fact; /* stands in for all facts when even they find no room */
	bool spent;		/* a cap or the arena's budget was met */

	point_set points;
	struct evidence first, last;
	struct evidence answered, answered_last; /* first and last sighting of a 2xx to INVITE */
	struct answer_sighting {
		uint64_t ns; /* the first one at this capture point, by its own clock */
		uint16_t point;
	} answers[LIVE_ANSWERS];
	uint8_t answer_count;
	struct evidence bye, failed;
	uint64_t last_media_ns;
	struct slice caller_tag;
	uint32_t invite_cseq;
	uint16_t final_status;
	bool invite, invite_first, in_dialog, dialog_proof, ack_apart, bye_seen, cancelled;
	bool invited_by_request; /* an INVITE request was seen, not only its responses */
	bool isfocus_caller, isfocus_callee;
	bool automaton[2];     /* caller, callee */
	bool identities_final; /* From and To come from a request of the caller */
	enum sip_verb first_verb;
	struct evidence verb_at;
	bool registers, messages_seen;
	struct slice method;

	struct evidence secure_refused; /* 488, 415 or 606 to an offer with keys, this Call-ID */
	struct evidence downgrade[2];	/* refusal, retry without keys */
	struct weaken_try tried;
	struct evidence clock_off, truncated;
	uint64_t truncated_count;
	/* named: in Vias between the first and the last; serving: took or challenged a REGISTER */
	struct host_list answering, forwarding, named, serving;
	struct told told;
	uint64_t sessions[LIVE_SESSIONS]; /* UUIDs of Session-ID (RFC 7989), hashed; not the nil one
					   */

	/* from here on: after it was closed, while it waits for rows of the same call */
	struct agreed_list list;
	struct slice name; /* what its id is made of */
	struct sight *sights;
	bool ambiguous;	       /* a row that may be the same call had a rival */
	struct live *absorbed; /* rows whose memory this one goes on using */
	uint16_t parts;	       /* rows it is made of; 0: one */
};

/* Earlier evidence first: by time, input, frame. */
int live_evidence_cmp(const struct evidence *a, const struct evidence *b);
void live_first(struct evidence *keep, const struct evidence *seen); /* frame 0: empty */
/* A 2xx to the INVITE passed this capture point. */
void live_answered(struct live *l, uint16_t point, uint64_t ns);
/*
 * This moment at a capture point by the clock of the one that saw the answer first: every
 * point goes by its own answer, however far its clock is off. As it stands where none passed.
 */
uint64_t live_call_time(const struct live *l, uint16_t point, uint64_t ns);
void live_last(struct evidence *keep, const struct evidence *seen);
/* Zeroed memory of the call, or NULL with `spent` set. */
void *live_take(struct live *l, size_t n);
/* Adds evidence in order, without repeats; the earliest FACT_EVIDENCE stay. */
void live_evidence(struct fact *f, const struct evidence *at);
/* The leg's fact of this kind and text, made when missing; NULL when the budget is spent. */
struct fact *live_note(struct live *l, struct leg_live *leg, enum fact_kind kind, uint8_t grade,
		       const char *text, const struct evidence *at);
/* Appends a fact found at the end; scopes as struct fact. NULL when the budget is spent. */
struct fact *live_fact(struct live *l, enum fact_kind kind, uint8_t grade, int media, int segment,
		       const struct evidence *at);
/* NULL: it is none of them. */
struct host_seen *live_host(const struct host_list *h, const struct addr *a);
/* Room for one more, in the call's arena; NULL when there is none. */
struct host_seen *live_host_add(struct live *l, struct host_list *h);
point_set live_bit(uint16_t n); /* n above 63 has no bit */

#endif
