/* compare_part.h - what a comparison is made of; for compare.c and its writers only. */
#ifndef EARSHOT_COMPARE_PART_H
#define EARSHOT_COMPARE_PART_H

#include <jansson.h>

#include "analyzer/base/map.h"
#include "analyzer/base/text.h"
#include "reports/compare.h"
#include "rules/judge.h"

enum { COMPARE_NAME = 160, COMPARE_PLACES = 100000, COMPARE_PROBLEMS = 1000000 };

enum compare_kind { COMPARE_TRUNK, COMPARE_ELEMENT, COMPARE_KINDS };

/* How a problem differs, what a gate looks at first. */
enum compare_change {
	COMPARE_NEW,
	COMPARE_WORSE,
	COMPARE_BETTER,
	COMPARE_GONE,
	COMPARE_SHARE, /* as severe, in another share of the rows */
	COMPARE_SAME,
	COMPARE_CHANGES
};

/* What one side saw of a place. Sets are bits by position in the words of compare_part_words. */
struct compare_seen {
	uint64_t rows, last_row;
	uint64_t labels[LABELS];
	uint32_t keyings, transports, versions;
};

struct compare_place {
	char name[COMPARE_NAME];
	enum compare_kind kind;
	struct compare_seen seen[2];
	uint64_t problems[COMPARE_CHANGES];
};

struct compare_problem {
	char id[33], rule[24];
	char *title;
	char element[COMPARE_NAME];	    /* as the report names it, with its port */
	struct compare_place *trunk, *host; /* NULL: not known */
	enum compare_change change;
	struct {
		uint64_t rows, last_row, findings, waived;
		enum severity severity;
	} side[2];
};

struct compare_about {
	char *name, *run, *label;
	uint64_t rows;
	double coverage;
	bool damaged; /* an input was not whole */
	bool needed;  /* observations were needed, so coverage says something */
};

struct compare {
	struct compare_about side[2];
	struct map *place_by_name[COMPARE_KINDS], *problem_by_id;
	struct compare_place **places;	   /* changed ones first, after compare_result */
	struct compare_problem **problems; /* new ones first, after compare_result */
	size_t place_count, problem_count;
	uint64_t changes[COMPARE_CHANGES];
	uint64_t dropped;
	uint64_t new_waived; /* new or worse, and waived in every occurrence */
	bool grouped;	     /* masked names were put together */
	int exit;
	char why[160];
};

enum compare_set { COMPARE_KEYINGS, COMPARE_TRANSPORTS, COMPARE_VERSIONS };

uint32_t compare_part_bit(enum compare_set of, const char *word); /* unknown words are "other" */
const char *compare_part_change(enum compare_change c);		  /* "new", "worse", ... */
const char *compare_part_kind(enum compare_kind k);		  /* "trunk", "element" */
bool compare_part_changed(const struct compare_place *p);
/* "TLS 1.2, TLS 1.3"; "none" for an empty set. */
void compare_part_set(struct text *t, enum compare_set of, const struct compare_seen *s);
/* "EXPOSED 3, HOP BY HOP 1", worst first. */
void compare_part_labels(struct text *t, const struct compare_seen *s);
/* "3 of 12 rows". */
void compare_part_share(struct text *t, uint64_t rows, uint64_t all);
/* One thing for people: what it was, and what it is. */
struct compare_aspect {
	const char *name;
	struct text before, after;
};
enum { COMPARE_ASPECTS = 5 };
/* rows, label, keying, transport, TLS; clears what is in `out`. */
void compare_part_aspects(const struct compare *c, const struct compare_place *p,
			  struct compare_aspect out[COMPARE_ASPECTS]);
void compare_part_aspects_free(struct compare_aspect out[COMPARE_ASPECTS]);
/* The sentence on a problem: "high SIG-001 Plaintext SIP at 10.0.0.1, 3 of 12 rows". */
void compare_part_problem(const struct compare *c, const struct compare_problem *p, struct text *t);
void compare_part_side(const struct compare *c, enum compare_side side, struct text *t);

#endif
