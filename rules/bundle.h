/* bundle.h - citations that belong together, by a code (rule-catalog D): TX, TI, CR, KM, ... */
#ifndef EARSHOT_BUNDLE_H
#define EARSHOT_BUNDLE_H

#include "rules/judge.h"

struct bundles;

/* Those of the program. */
struct bundles *bundle_all(void);
void bundle_free(struct bundles *b);

size_t bundle_count(const struct bundles *b);
const char *bundle_code(const struct bundles *b, size_t n);
/* The n-th citation of a bundle, NULL behind the last. */
const char *bundle_citation(const struct bundles *b, size_t bundle, size_t n);
/* The rule cites what marks the bundle, or is listed there. */
bool bundle_has(const struct bundles *b, size_t bundle, const struct rule *r);

#endif
