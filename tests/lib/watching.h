/* watching.h - calls' records as events made by hand, and what is said of them, kept. */
#ifndef EARSHOT_WATCHING_H
#define EARSHOT_WATCHING_H

#include "analyzer/watch/event.h"

/* One finding of a record; NULL members have defaults. */
struct watching_finding {
	const char *rule, *cls, *severity, *problem, *element, *caused_by;
	bool waived, weakens;
};

struct watching_call {
	const char *id, *state; /* state NULL: firm */
	uint64_t s;		/* seconds after a fixed time */
	const char *at;		/* the host that its path, leg and an end name; NULL: 10.0.0.1 */
	const char *failing;	/* the condition that fails; NULL: none */
	const char *more;	/* JSON members more, each with a comma before it */
	struct watching_finding findings[4];
};

/* An event_fn that keeps all; ctx: a struct watching. */
struct watching {
	json_t *all; /* an array; json_decref when done */
};
void watching_keep(void *ctx, const struct event *e);
/* The last event kept, or the n-th from the end; NULL: there are fewer. Borrowed. */
const json_t *watching_last(const struct watching *w, size_t back);
size_t watching_count(const struct watching *w, const char *key, const char *value);
void watching_clear(struct watching *w);

typedef void watching_fn(void *ctx, const struct event *call);
void watching_call(const struct watching_call *c, watching_fn *to, void *ctx);
uint64_t watching_ns(uint64_t s); /* capture time of such a second */
/* The n-th name of a problem: 32 hex digits. */
const char *watching_problem(unsigned n);

#endif
