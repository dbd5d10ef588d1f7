/* rule.h - the bench that rules work on; inside the rules room only. */
#ifndef EARSHOT_RULE_H
#define EARSHOT_RULE_H

#include "rules/judge.h"
#include "rules/problem.h"
#include "rules/words.h"

/* In order of id: judge_rules() hands the list out as it stands. */
enum rule_id {
	RULE_AUTH_001,
	RULE_AUTH_002,
	RULE_AUTH_004,
	RULE_AUTH_005,
	RULE_B2B_001,
	RULE_B2B_002,
	RULE_B2B_003,
	RULE_B2B_004,
	RULE_B2B_005,
	RULE_B2B_006,
	RULE_B2B_007,
	RULE_B2B_008,
	RULE_B2B_009,
	RULE_B2B_010,
	RULE_CERT_001,
	RULE_CERT_002,
	RULE_CERT_003,
	RULE_CERT_004,
	RULE_CERT_005,
	RULE_CERT_006,
	RULE_CERT_007,
	RULE_CERT_008,
	RULE_DTLS_001,
	RULE_DTLS_002,
	RULE_DTLS_003,
	RULE_DTLS_004,
	RULE_DTLS_005,
	RULE_DTLS_006,
	RULE_DTLS_007,
	RULE_DTLS_008,
	RULE_DTLS_009,
	RULE_DTLS_010,
	RULE_DTLS_011,
	RULE_DTLS_012,
	RULE_KEY_001,
	RULE_KEY_002,
	RULE_KEY_003,
	RULE_KEY_004,
	RULE_KEY_005,
	RULE_KEY_006,
	RULE_KEY_007,
	RULE_KEY_008,
	RULE_KEY_009,
	RULE_KEY_010,
	RULE_KEY_011,
	RULE_MED_001,
	RULE_MED_002,
	RULE_MED_003,
	RULE_MED_004,
	RULE_MED_005,
	RULE_MED_006,
	RULE_MED_007,
	RULE_MED_009,
	RULE_MED_010,
	RULE_MED_011,
	RULE_MED_012,
	RULE_OBS_001,
	RULE_OBS_002,
	RULE_OBS_003,
	RULE_OBS_004,
	RULE_OBS_005,
	RULE_OBS_006,
	RULE_OBS_007,
	RULE_OBS_008,
	RULE_OBS_009,
	RULE_OBS_010,
	RULE_OBS_011,
	RULE_OBS_012,
	RULE_PRIV_001,
	RULE_PRIV_002,
	RULE_PRIV_003,
	RULE_PRIV_004,
	RULE_PRIV_005,
	RULE_PRIV_006,
	RULE_PRIV_007,
	RULE_SIG_001,
	RULE_SIG_002,
	RULE_SIG_003,
	RULE_SIG_004,
	RULE_SIG_005,
	RULE_SIG_006,
	RULE_SIG_007,
	RULE_SIG_008,
	RULE_SIG_009,
	RULE_SIG_010,
	RULE_SIG_011,
	RULE_SRTP_001,
	RULE_SRTP_002,
	RULE_SRTP_003,
	RULE_SRTP_004,
	RULE_SRTP_006,
	RULE_SRTP_007,
	RULE_TLS_001,
	RULE_TLS_002,
	RULE_TLS_003,
	RULE_TLS_004,
	RULE_TLS_005,
	RULE_TLS_006,
	RULE_TLS_007,
	RULE_TLS_008,
	RULE_ZRTP_001,
	RULE_ZRTP_002,
	RULE_ZRTP_003,
	RULE_ZRTP_004,
	RULE_ZRTP_005,
	RULE_ZRTP_006,
	RULE_ZRTP_007,
	RULES
};

extern const struct rule rule_catalog_list[RULES];

/* Room for the lines of the largest call (media_count is 16 bits wide), and as much for words. */
enum { RULE_ARENA = 8 * 1024 * 1024 };
enum { RULE_EVIDENCE = 8, RULE_FINDINGS = 1024, RULE_KNOWN = 4 };

/* Why a condition came out as it did, kept for each value it may come out with. */
struct reason {
	const char *why;
	struct evidence at[RULE_EVIDENCE];
	const char *at_text[RULE_EVIDENCE];
	uint8_t at_count;
};

/* One m-line (the last one stands for facts that name none). */
struct line {
	struct answer keys, media;
	bool live;  /* answered and not refused, or packets were seen */
	bool clear; /* readable beyond a tolerated start */
	bool downgraded, declined;
	bool key_shown;	  /* a key in SDP: exchanged where it could be read */
	bool null_cipher; /* SRTP that does not encrypt was agreed */
	bool weak_key, tampered;
	bool keys_whole, media_whole; /* what is known of it reaches from end to end */
};

/* Grows once to RULE_FINDINGS and is used again for each call. */
struct findings {
	struct finding *list;
	uint32_t count, room, dropped;
};

/* What rules read, and where they leave what they found. Good for one call. */
struct work {
	const struct call *c;
	struct arena *arena;
	struct findings *found;
	struct problem_memo *memo;
	struct line *lines; /* media_count + 1 */
	struct answer signaling;
	struct reason reasons[CONDITIONS][RULE_KNOWN];
	bool has[FACT_KINDS]; /* kinds of fact the call carries */
	uint64_t exposed_ns;
	bool exposed;	 /* content, an answered line's key or a reusable credential was readable */
	bool readable;	 /* SIP in clear on a hop */
	bool disclosed;	 /* a key or a credential in readable SIP */
	bool key_unused; /* a key was disclosed though no line was ever answered */
	bool digest_clear, basic_clear, key_clear;
	bool tampering; /* a fingerprint, a Hello hash or a signature contradicts what was received
			 */
	bool weak;	/* broken or deprecated protection in use */
	bool inner_asserted;  /* encryption inside the media is asserted: what is outside proves
				 nothing of it */
	bool kept;	      /* recorded on its way, or mixed */
	bool signaling_whole; /* what is known of it reaches from end to end */
	bool broken_tls, old_tls, bad_certificate, weak_tls;
};

typedef void rule_run(struct work *w);

/* Set c, arena, found and memo first; the arena is empty and holds RULE_ARENA at least. */
void rule_begin(struct work *w);
void rule_all(struct work *w);

bool rule_has(const struct work *w, enum fact_kind k);
const struct leg *rule_leg(const struct work *w, const struct fact *f);	    /* or NULL */
const struct media *rule_media(const struct work *w, const struct fact *f); /* or NULL */
struct line *rule_line(struct work *w, const struct fact *f);		    /* never NULL */
/* Another fact of that kind about the same line. */
bool rule_on_line(const struct work *w, enum fact_kind kind, const struct fact *at);
/* Both ends of the call are asserted to be endpoints, and media of this line left each of them. */
bool rule_ends_asserted(const struct work *w, const struct fact *f);
/* The fact's leg (or its line's) was readable on the wire, not only behind a key. */
bool rule_in_clear(const struct work *w, const struct fact *f);
/* The rule whose finding explains what else was readable in clear SIP; NULL: none. */
const char *rule_clear_cause(const struct work *w);
const char *rule_text(struct work *w, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Kept in the arena; "" when it is spent. */
const char *rule_words(struct work *w, const struct words *words);

struct note {
	enum rule_id id;
	const struct rule *rule; /* of a pack; NULL: `id` says it */
	enum outcome outcome;
	enum severity severity;
	const char *title; /* NULL: the rule's */
	const char *detail;
	const char *caused_by;
};
/* Facts of one rule, title and scope become one finding. `f` may be NULL: the call as a whole. */
void rule_note(struct work *w, const struct fact *f, struct note n);

/* A statement on a condition with the fact's grade (3 when it has none), and the words for it. */
void rule_say(struct work *w, enum condition on, enum known k, const struct fact *f,
	      const char *why);
/* The same for a declaration against its own speaker's interest (B.2). */
void rule_admit(struct work *w, enum condition on, const struct fact *f, const char *why);

/* A rule whose finding is its fact in words: the fact's own text follows the detail. */
struct rule_plain {
	enum fact_kind fact;
	enum rule_id id;
	enum severity severity;
	const char *detail; /* without its full stop */
};
void rule_plain(struct work *w, const struct rule_plain *list, size_t n);
/* The same words for one fact. */
const char *rule_detail(struct work *w, const struct fact *f, const char *detail);

/* One function a rule, in the order they must run; NULL-ended. */

/* A loop over the call's facts of one kind. */
#define RULE_EACH(w, f, kind)                                                                      \
	for (const struct fact *f = rule_has(w, kind) ? call_fact((w)->c, kind, NULL) : NULL; f;   \
	     f = call_fact((w)->c, kind, f))

#endif
