/* hipaa.h - what this capture can say towards 45 CFR 164.312, and no more. */
#ifndef EARSHOT_HIPAA_H
#define EARSHOT_HIPAA_H

#include <jansson.h>

#include "rules/judge.h"

struct hipaa;

struct hipaa *hipaa_new(void);
void hipaa_free(struct hipaa *h);
void hipaa_add(struct hipaa *h, const struct call *c, const struct judgement *j);
json_t *hipaa_json(const struct hipaa *h); /* one element of "frameworks" */

#endif
