/* rule.h - the bench that rules work on; inside the rules room only. */
#ifndef EARSHOT_RULE_H
#define EARSHOT_RULE_H

#include "rules/judge.h"
#include "rules/problem.h"
#include "rules/words.h"

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

/*
 * What a case did to conditions and marks: kept so that the verdict can be reached again without
 * it. Targets lie in the work or among its lines.
 */
struct deed {
	const struct rule *rule;
	uint64_t problem;      /* of its finding (judge_problem), 0: it found nothing */
	const char *caused_by; /* or NULL */
	struct answer *answer; /* spoken on, or */
	bool *mark;	       /* set to `value` */
	struct answer said;
	uint32_t act; /* equal: one case on one item */
	bool value, violated;
};
struct deeds {
	struct deed *list;
	uint32_t count, room, acts;
};

/* What rules read, and where they leave what they found. Good for one call. */
struct work {
	const struct call *c;
	struct arena *arena;
	struct findings *found;
	struct problem_memo *memo;
	struct deeds *deeds;	 /* NULL: not wanted */
	bool mended, mended_tls; /* judged without a readable hop, without broken TLS */
	uint8_t strength; /* enum cipher_short: what the policy asks ciphers not to fall short of */
	enum outcome *outcomes; /* of each rule in order of id; NULL: not wanted */
	uint8_t *answers;   /* of definitions about the call, PACK_DEFINES; NULL: none is kept */
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

/* Set c, arena, found and memo first; the arena is empty and holds RULE_ARENA at least. */
void rule_begin(struct work *w);
/* As at the beginning, for another verdict over the same call; lines: media_count + 1 of them. */
struct work rule_afresh(const struct work *w, struct line *lines);
void rule_all(struct work *w); /* the catalogue, in its order */

bool rule_has(const struct work *w, enum fact_kind k);
const struct leg *rule_leg(const struct work *w, const struct fact *f);	    /* or NULL */
const struct media *rule_media(const struct work *w, const struct fact *f); /* or NULL */
struct line *rule_line(struct work *w, const struct fact *f);		    /* never NULL */
/* Both ends of the call are asserted to be endpoints, and media of this line left each of them. */
bool rule_ends_asserted(const struct work *w, const struct fact *f);
/* The fact's leg (or its line's) was readable on the wire, not only behind a key. */
bool rule_in_clear(const struct work *w, const struct fact *f);
const char *rule_text(struct work *w, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Kept in the arena; "" when it is spent. */
const char *rule_words(struct work *w, const struct words *words);

struct note {
	const struct rule *rule;
	enum outcome outcome;
	enum severity severity;
	const char *title; /* NULL: the rule's */
	const char *detail;
	const char *caused_by;
	bool weakens;
};
/* Facts of one rule, title and scope become one finding. `f` may be NULL: the call as a whole. */
void rule_note(struct work *w, const struct fact *f, struct note n);

/* A statement on a condition with the fact's grade (3 when it has none), and the words for it. */
void rule_say(struct work *w, enum condition on, enum known k, const struct fact *f,
	      const char *why);
/* The same for a declaration against its own speaker's interest (B.2). */
void rule_admit(struct work *w, enum condition on, const struct fact *f, const char *why);

/* A mark as a case sets it. */
void rule_mark(struct work *w, bool *mark, bool value);

/* A loop over the call's facts of one kind. */
#define RULE_EACH(w, f, kind)                                                                      \
	for (const struct fact *f = rule_has(w, kind) ? call_fact((w)->c, kind, NULL) : NULL; f;   \
	     f = call_fact((w)->c, kind, f))

#endif
