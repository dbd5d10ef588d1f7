/* verdict.h - from what the rules said to the conditions, label and score of one call. */
#ifndef EARSHOT_VERDICT_H
#define EARSHOT_VERDICT_H

#include "rules/rule.h"
#include "rules/score.h"

/* Fills all of *j that does not depend on a policy; findings are sorted. */
void verdict_of(struct work *w, struct judgement *j);
enum label verdict_label(const struct work *w); /* alone, of what was said and marked */
/* By what was said so far: some condition holds wherever it was seen, and is not whole. */
bool verdict_partial(const struct work *w);
/* Findings in the order of reports; a policy may have changed severities. */
void verdict_sort(struct judgement *j);
/* The same flags that made the label, for requirements on it. */
struct score_flags verdict_flags(const struct work *w);

#endif
