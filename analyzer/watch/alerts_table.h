/* alerts_table.h - problems that are open or were: by name, by age, by the box they are at. */
#ifndef EARSHOT_ALERTS_TABLE_H
#define EARSHOT_ALERTS_TABLE_H

#include "analyzer/base/map.h"
#include "rules/judge.h"

enum { ALERTS_TABLE_LEVELS = 4, ALERTS_TABLE_HEX = 33, ALERTS_TABLE_WORD = 64 };

struct alerts_link {
	struct alerts_link *prev, *next;
};

/*
 * A box that open alerts are at. Within one level all wait for equally many calls, so the first
 * in the list is the first due: a call over the box looks at no more than it clears.
 */
struct alerts_element {
	char *host;
	uint64_t calls, serial;
	uint32_t held;
	struct alerts_link due[ALERTS_TABLE_LEVELS];
};

struct alerts_problem {
	struct alerts_link age, due;
	struct alerts_element *at; /* NULL: cleared, or no box that calls could be told by */
	char problem[ALERTS_TABLE_HEX];
	char rule[ALERTS_TABLE_WORD], call[ALERTS_TABLE_WORD], input[ALERTS_TABLE_WORD];
	const char *title, *fix; /* the table's */
	char *element;
	bool elsewhere; /* the name of its element is of an earlier run, or of several: calls over
			   it say nothing */
	enum rule_class cls;
	enum severity severity;
	bool open;
	uint8_t failing;  /* 1 << enum condition */
	uint8_t level;	  /* how often it came back */
	uint64_t ordinal; /* of its last change of state */
	uint64_t count;	  /* firm calls */
	uint64_t first_ns, last_ns, told_ns, frame;
	uint64_t due_calls; /* of its element */
	uint64_t serial;    /* the event that it was seen in last */
	bool counted;	    /* in that event */
};

struct alerts_table {
	struct map *problems, *elements, *words;
	struct alerts_link open, cleared; /* the oldest first */
	uint32_t room, clean_calls;
	uint64_t count_open, evicted;
	uint64_t ordinal_base; /* ordinals of problems that were forgotten end here */
};

void alerts_table_begin(struct alerts_table *t, uint32_t room, uint32_t clean_calls);
void alerts_table_end(struct alerts_table *t);
bool alerts_table_is_name(const char *problem); /* 32 hex digits */
struct alerts_problem *alerts_table_find(const struct alerts_table *t, const char *problem);
/* A new one, neither open nor cleared yet; when there is no room the oldest cleared one goes, else
 * the oldest. */
struct alerts_problem *alerts_table_add(struct alerts_table *t, const char *problem);
/* Seen again, or opened: the youngest, and its box must be clean anew; `counted`: the call it was
 * seen in will itself be counted as one over that box. */
void alerts_table_open(struct alerts_table *t, struct alerts_problem *p, bool counted);
void alerts_table_clear(struct alerts_table *t, struct alerts_problem *p);
/* Where it is, as this run calls it; before it is opened. */
void alerts_table_place(struct alerts_problem *p, const char *element);
/* The element of that host, NULL: nothing is open there. */
struct alerts_element *alerts_table_at(const struct alerts_table *t, const char *endpoint);
/* The next that is clean by now, NULL: none. */
struct alerts_problem *alerts_table_due(struct alerts_element *e);
/* A text kept once, however many want it; a table of texts that is full gives "". */
const char *alerts_table_word(struct alerts_table *t, const char *text);
/* Steps through a list by age: start with NULL; NULL at the end. */
struct alerts_problem *alerts_table_next(const struct alerts_link *list,
					 const struct alerts_problem *after);

#endif
