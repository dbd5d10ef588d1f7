/* engine.h - rules of packs over one call. */
#ifndef EARSHOT_ENGINE_H
#define EARSHOT_ENGINE_H

#include "rules/pack.h"

/*
 * Runs the rules of `s` from index `from` up to `to` over w, in their order, and leaves
 * in outcomes[i - from] (NULL: not wanted) what came of each: violated if a
 * case of it was, else what another case said; without one, satisfied where the rule says that its
 * subject was seen, not_assessable where it was not or a condition was unknown, not_applicable
 * where the rule does not apply.
 */
void engine_run(const struct pack_set *s, size_t from, size_t to, struct work *w,
		enum outcome *outcomes);
/* The rules of one pack ("rules/packs/signaling.json"). */
void engine_pack(const struct pack_set *s, const char *pack, struct work *w);

#endif
