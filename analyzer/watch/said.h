/* said.h - what was said of a call before its record is firm. */
#ifndef EARSHOT_SAID_H
#define EARSHOT_SAID_H

#include "rules/judge.h"

enum said_state { SAID_NOTHING, SAID_INTERIM, SAID_PROVISIONAL, SAID_FIRM };

enum { SAID_KEYS = 8, SAID_ID = 17 };

/* What a record of an open call says, as far as a later one may differ. Plain bytes: it crosses
 * from a copy of the process to the process. */
struct said_word {
	uint64_t keys[SAID_KEYS]; /* of its Call-IDs; of its own id where it has none */
	uint8_t key_count;
	uint8_t state; /* enum said_state */
	uint8_t label;
	uint8_t shown[CONDITIONS];
	uint8_t failed; /* bits 1 << enum condition: told as failed in some record */
	uint32_t revision;
	uint64_t said_ns; /* capture time */
	char id[SAID_ID];
};

/* Beside a record: the how-manieth of this call it is, and what it changes. */
struct said_standing {
	uint32_t revision;	/* from 1 */
	bool label_changed;	/* against the record before */
	uint8_t shown_changed;	/* bits 1 << enum condition */
	const char *supersedes; /* id of a record that now goes by another; NULL: none. Good until
				   the next call */
};

/* At most `room` calls (0: 65,536); beyond it the one that was told of longest ago is forgotten. */
struct said;

struct said *said_new(uint32_t room);
void said_free(struct said *s);

/*
 * Is anything to be said of an open call now? When it ends: provisional. When a condition first
 * fails, and every interim_ns (0: never) while it lasts: interim. Changes nothing.
 */
enum said_state said_next(const struct said *s, const struct call *c, const struct judgement *j,
			  uint64_t now_ns, uint64_t interim_ns);
struct said_word said_word(const struct said *s, const struct call *c, const struct judgement *j,
			   enum said_state state, uint64_t now_ns);
struct said_standing said_standing(struct said *s, const struct said_word *w);

/*
 * Open calls are judged in a copy of the process (said_open, then said_shut when its words are
 * in): what became firm in between stays known, so that no word of it comes late.
 */
void said_open(struct said *s);
bool said_late(const struct said *s,
	       const struct said_word *w);		   /* firm meanwhile: not to be said */
void said_keep(struct said *s, const struct said_word *w); /* it has been said */
void said_shut(struct said *s);

size_t said_count(const struct said *s);
uint64_t said_forgotten(const struct said *s); /* for want of room */

#endif
