/* problems.h - the same defect in many calls, as one line: findings rolled up by problem id. */
#ifndef EARSHOT_PROBLEMS_H
#define EARSHOT_PROBLEMS_H

#include <jansson.h>

#include "reports/redact.h"

/* At most 100,000; what does not fit is counted. */
struct problems;

struct problems *problems_new(void);
void problems_free(struct problems *p);
void problems_add(struct problems *p, struct redactor *hide, const struct call *c,
		  const struct judgement *j);
/* Worst first: severity, calls, rule, problem. Labels by input, for the example's evidence. */
json_t *problems_json(const struct problems *p, const char *const *labels, size_t label_count);
uint64_t problems_dropped(const struct problems *p);

#endif
