/* contrast_part.h - what a comparison is made of; for contrast.c and its writers only. */
#ifndef EARSHOT_CONTRAST_PART_H
#define EARSHOT_CONTRAST_PART_H

#include <jansson.h>

#include "analyzer/base/map.h"
#include "analyzer/base/text.h"
#include "reports/contrast.h"
#include "rules/judge.h"

enum { CONTRAST_NAME = 160, CONTRAST_PLACES = 100000, CONTRAST_PROBLEMS = 1000000 };

enum contrast_kind { CONTRAST_TRUNK, CONTRAST_ELEMENT, CONTRAST_KINDS };

/* How a problem differs, what a gate looks at first. */
enum contrast_change {
	CONTRAST_NEW,
	CONTRAST_WORSE,
	CONTRAST_BETTER,
	CONTRAST_GONE,
	CONTRAST_SHARE, /* as severe, in another share of the rows */
	CONTRAST_SAME,
	CONTRAST_CHANGES
};

/* What one side saw of a place. Sets are bits by position in the words of contrast_part_words. */
struct contrast_seen {
	uint64_t rows, last_row;
	uint64_t labels[LABELS];
	uint32_t keyings, transports, versions;
};

struct contrast_place {
	char name[CONTRAST_NAME];
	enum contrast_kind kind;
	struct contrast_seen seen[2];
	uint64_t problems[CONTRAST_CHANGES];
};

struct contrast_problem {
	char id[33], rule[24];
	char *title;
	char element[CONTRAST_NAME];	     /* as the report names it, with its port */
	struct contrast_place *trunk, *host; /* NULL: not known */
	enum contrast_change change;
	struct {
		uint64_t rows, last_row, findings, waived;
		enum severity severity;
	} side[2];
};

struct contrast_about {
	char *name, *run, *label;
	uint64_t rows;
	double coverage;
	bool damaged; /* an input was not whole */
	bool needed;  /* observations were needed, so coverage says something */
};

struct contrast {
	struct contrast_about side[2];
	struct map *place_by_name[CONTRAST_KINDS], *problem_by_id;
	struct contrast_place **places;	    /* changed ones first, after contrast_result */
	struct contrast_problem **problems; /* new ones first, after contrast_result */
	size_t place_count, problem_count;
	uint64_t changes[CONTRAST_CHANGES];
	uint64_t dropped;
	uint64_t new_waived; /* new or worse, and waived in every occurrence */
	bool grouped;	     /* masked names were put together */
	int exit;
	char why[160];
};

enum contrast_set { CONTRAST_KEYINGS, CONTRAST_TRANSPORTS, CONTRAST_VERSIONS };

uint32_t contrast_part_bit(enum contrast_set of, const char *word); /* unknown words are "other" */
const char *contrast_part_change(enum contrast_change c);	    /* "new", "worse", ... */
const char *contrast_part_kind(enum contrast_kind k);		    /* "trunk", "element" */
bool contrast_part_changed(const struct contrast_place *p);
/* "TLS 1.2, TLS 1.3"; "none" for an empty set. */
void contrast_part_set(struct text *t, enum contrast_set of, const struct contrast_seen *s);
/* "EXPOSED 3, HOP BY HOP 1", worst first. */
void contrast_part_labels(struct text *t, const struct contrast_seen *s);
/* "3 of 12 rows". */
void contrast_part_share(struct text *t, uint64_t rows, uint64_t all);
/* One thing for people: what it was, and what it is. */
struct contrast_aspect {
	const char *name;
	struct text before, after;
};
enum { CONTRAST_ASPECTS = 5 };
/* rows, label, keying, transport, TLS; clears what is in `out`. */
void contrast_part_aspects(const struct contrast *c, const struct contrast_place *p,
			   struct contrast_aspect out[CONTRAST_ASPECTS]);
void contrast_part_aspects_free(struct contrast_aspect out[CONTRAST_ASPECTS]);
/* The sentence on a problem: "high SIG-001 Plaintext SIP at 10.0.0.1, 3 of 12 rows". */
void contrast_part_problem(const struct contrast *c, const struct contrast_problem *p,
			   struct text *t);
void contrast_part_side(const struct contrast *c, enum contrast_side side, struct text *t);

#endif
