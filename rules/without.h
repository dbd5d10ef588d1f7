/* without.h - the label that a call would have without one of its problems. */
#ifndef EARSHOT_WITHOUT_H
#define EARSHOT_WITHOUT_H

#include "rules/rule.h"

/*
 * Fills j->without: for each rule that was violated, and each problem where a rule has several, the
 * label of everything else that was said. What is noted as caused by it goes with it; what would
 * take its place after a repair is not guessed, so that a condition may be left NOT OBSERVABLE.
 */
void without_each(struct work *w, struct judgement *j);

#endif
