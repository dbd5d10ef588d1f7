/* problems.h - the same defect in many calls, as one line: findings rolled up by problem id. */
#ifndef EARSHOT_PROBLEMS_H
#define EARSHOT_PROBLEMS_H

#include <jansson.h>

#include "reports/redact.h"
#include "reports/spool.h"

/* At most 100,000; what does not fit is counted. */
struct problems;

/* What problems say is kept in the spool, which is the caller's and outlives them. */
struct problems *problems_new(struct spool *spool);
void problems_free(struct problems *p);
void problems_add(struct problems *p, struct redactor *hide, const struct call *c,
		  const struct judgement *j);
void problems_sort(struct problems *p); /* worst first: severity, calls, rule, problem */
size_t problems_count(const struct problems *p);
/* After problems_sort: adds the i-th as JSON text. Labels by input, for the example's evidence.
 * False: the spool cannot be read (problems_error). */
bool problems_write(struct problems *p, size_t i, const char *const *labels, size_t label_count,
		    struct text *out);
/* By rule: severity, title, problems, and in how many calls: worst first. `compared` with an
 * earlier report: how many are new or worse. */
json_t *problems_rules(const struct problems *p, bool compared);
uint64_t problems_changed(const struct problems *p, enum change c); /* how many of them */
/* The 250 worst, and the 20 worst of each rule: a large network has a problem of its own for every
 * phone. */
json_t *problems_json(struct problems *p, const char *const *labels, size_t label_count);
/* 0, or the errno of the spool once a write or a read failed. */
int problems_error(const struct problems *p);
uint64_t problems_dropped(const struct problems *p);

#endif
