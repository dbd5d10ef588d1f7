/* waiver.h - findings that somebody answers for until a date: shown, and not gated on. */
#ifndef EARSHOT_WAIVER_H
#define EARSHOT_WAIVER_H

#include "rules/judge.h"

enum waiver_state { WAIVER_USED, WAIVER_EXPIRED, WAIVER_UNUSED };

struct waiver {
	const struct rule *rule;
	const char *problem, *element; /* as the finding has it; NULL: any */
	struct expr *scope; /* over the finding and its call; NULL: any. Unknown does not hold */
	const char *reason, *owner;
	char expires[11];  /* its last day, 2027-01-31 */
	uint32_t last_day; /* the same, in days since 1970 */
	uint64_t findings; /* it held for */
	uint64_t late;	   /* findings it would have held for, had it not expired */
};

struct waivers;

#define WAIVER_SCHEMA "earshot.waivers/1"
enum { WAIVER_MOST = 2000 };

/*
 * The whole text of a file. A waiver that is misread would hide something: anything
 * that is not understood is ERR_MALFORMED, with one sentence in *why that names the
 * place (free() it) and nothing in *out. So are two waivers of the same findings, and
 * a rule that does not exist.
 */
enum err waiver_parse(struct slice text, struct waivers **out, char **why) MUST_CHECK;
void waiver_free(struct waivers *w);

/* Waivers hold as of this day for all calls. Without it a call's own day counts. */
bool waiver_as_of(struct waivers *w, const char *date); /* false: not a date YYYY-MM-DD */
const char *waiver_as_of_text(const struct waivers *w); /* the date, or "capture" */

struct work;
/* The first waiver that holds for a violated finding, NULL: none. Also counts. */
const struct waiver *waiver_ask(struct waivers *w, const struct work *work,
				const struct finding *f);

size_t waiver_count(const struct waivers *w);
const struct waiver *waiver_at(const struct waivers *w, size_t i); /* in order of the file */
/* Expired: it came too late for some finding, or for all calls of the run. */
enum waiver_state waiver_state(const struct waivers *w, const struct waiver *one);
const char *waiver_state_text(enum waiver_state s);

#endif
