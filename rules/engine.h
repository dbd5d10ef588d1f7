/* engine.h - rules of packs over one call. */
#ifndef EARSHOT_ENGINE_H
#define EARSHOT_ENGINE_H

#include "rules/pack.h"

/*
 * Runs all rules of `s` over w, in order of loading, and leaves what came of each in w->outcomes
 * (in order of id, as pack_rules gives them): violated if a case of it was, else
 * what another case said; without one, satisfied where the rule says that its subject was seen,
 * not_assessable where it was not or a condition was unknown, not_applicable where the rule does
 * not apply.
 */
void engine_run(struct pack_set *s, struct work *w);

#endif
