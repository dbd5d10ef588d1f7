/* baseline.h - the problems of an earlier report: the gate then looks at what is new or worse. */
#ifndef EARSHOT_BASELINE_H
#define EARSHOT_BASELINE_H

#include <stdio.h>

#include "analyzer/base/digest.h"
#include "rules/judge.h"

struct baseline_problem {
	char id[33];
	enum severity severity; /* the highest it had */
	const char *rule, *title, *element;
	bool met; /* baseline_ask was asked for it */
};

struct baseline;

enum { BASELINE_MOST = 1000000 }; /* problems */

/*
 * `of` gets all that was read; NULL: no digest is wanted.
 * A report as JSON, of any version of earshot.report/1. ERR_MALFORMED, also for more than
 * BASELINE_MOST problems, with a sentence in *why (free() it) and nothing in *out.
 */
enum err baseline_read(FILE *in, struct digest *of, struct baseline **out, char **why) MUST_CHECK;
void baseline_free(struct baseline *b);

/* What a finding is to the earlier report; what was asked for is not gone. */
enum change baseline_ask(struct baseline *b, const char *problem, enum severity s);

const char *baseline_run(const struct baseline *b); /* the id of its run, or "" */
size_t baseline_count(const struct baseline *b);
const struct baseline_problem *baseline_at(const struct baseline *b, size_t i); /* worst first */
size_t baseline_gone(const struct baseline *b); /* how many were not met */

#endif
