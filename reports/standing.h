/* standing.h - what each finding of a rule says alike, written once a run. */
#ifndef EARSHOT_STANDING_H
#define EARSHOT_STANDING_H

#include "analyzer/base/text.h"
#include "rules/judge.h"

/* Two thirds of a finding's bytes never change: they are kept by rule, ready to be copied. */
struct standing;

struct standing *standing_new(void);
void standing_free(struct standing *s);
/*
 * Adds citations, remediation and class to an object that is open and not
 * empty. `s` may be NULL: written anew. Rules that are not judge_rules' own
 * are always written anew.
 */
void standing_add(struct standing *s, struct text *out, const struct rule *rule);

#endif
