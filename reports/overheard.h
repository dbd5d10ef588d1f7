/* overheard.h - over all calls: who was within earshot, and what could not be seen. */
#ifndef EARSHOT_OVERHEARD_H
#define EARSHOT_OVERHEARD_H

#include <jansson.h>

#include "reports/redact.h"

/* Bounded: 10,000 listeners and 1,000 kinds of missing observation; the rest is counted. */
struct overheard;

struct overheard *overheard_new(void);
void overheard_free(struct overheard *o);
void overheard_add(struct overheard *o, struct redactor *hide, const struct call *c,
		   const struct judgement *j);
/* The 100 most powerful: how much they could do, in how many calls, name. */
json_t *overheard_listeners(const struct overheard *o);
size_t overheard_listener_count(const struct overheard *o);
/* The 20 commonest, each with the number of calls. */
json_t *overheard_missing(const struct overheard *o);
uint64_t overheard_dropped(const struct overheard *o);

#endif
