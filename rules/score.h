/* score.h - from conditions to a label, a score, a range and a letter (rule-catalog B.9). */
#ifndef EARSHOT_SCORE_H
#define EARSHOT_SCORE_H

#include "rules/judge.h"

/* What the label needs beside the three conditions. */
struct score_flags {
	bool exposed; /* content, an answered line's key or a reusable credential was readable */
	bool tampering;
	bool weak;
	bool readable; /* SIP in clear on a segment */
	bool scored;   /* a call, an opaque row or a page: not a registration, message or failed
			  attempt */
};

/* Total: every combination has exactly one label. */
enum label score_label(const enum shown conditions[CONDITIONS], enum shown hop,
		       struct score_flags flags);
/* The best label that no further observation forbids: what is refuted stays, the rest may still
 * pass. */
enum label score_best_label(const struct verdict conditions[CONDITIONS], enum shown hop,
			    struct score_flags flags);

/* Causes of a cap, as bits. */
enum score_cap {
	SCORE_CAP_CLEAR = 1 << 0,      /* 19 */
	SCORE_CAP_KEY = 1 << 1,	       /* 19 */
	SCORE_CAP_CREDENTIAL = 1 << 2, /* 19 */
	SCORE_CAP_SIBLING = 1 << 3,    /* 34 */
	SCORE_CAP_DOWNGRADE = 1 << 4,  /* 34 */
	SCORE_CAP_CLEAR_DTLS = 1 << 5, /* 49 */
	SCORE_CAP_DIGEST = 1 << 6,     /* 49 */
	SCORE_CAP_HOP = 1 << 7,	       /* 64 */
	SCORE_CAP_RECORDED = 1 << 8,   /* 64 */
	SCORE_CAP_CLEAR_ZRTP = 1 << 9, /* 64 */
	SCORE_CAP_UNSEEN = 1 << 10,    /* 79: goes when more is seen */
	SCORE_CAP_SIGNALING = 1 << 11, /* 94 */
	SCORE_CAP_NULL = 1 << 12,      /* 19 */
	SCORE_CAP_TAMPERED = 1 << 13,  /* 19 */
	SCORE_CAP_OLD = 1 << 14,       /* 64 */
	SCORE_CAPS = 15
};

struct score_input {
	struct verdict conditions[CONDITIONS];
	uint8_t points[CONDITIONS]; /* S, K and M as seen, by the table of B.9 */
	uint8_t medium, low;	    /* rules violated, each once */
	bool above_low;		    /* a finding above low */
	uint16_t caps;		    /* enum score_cap */
	enum label label;
	bool scored;
	double coverage;
};

struct score {
	bool has_score;
	uint8_t seen, low, high;
	char letter[3]; /* empty: none */
};

/* Points of a condition that is not refuted: what its value alone says. */
uint8_t score_points(struct verdict v);
struct score score_of(const struct score_input *in);
const char *score_cap_text(enum score_cap c);
uint8_t score_cap_value(enum score_cap c);

#endif
