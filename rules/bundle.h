/* bundle.h - citations that belong together, by a code (rule-catalog D): TX, TI, CR, KM, ... */
#ifndef EARSHOT_BUNDLE_H
#define EARSHOT_BUNDLE_H

#include "rules/judge.h"

/* Those of the packs of the run. */
size_t bundle_count(void);
const char *bundle_code(size_t n);
/* The n-th citation of a bundle, NULL behind the last. */
const char *bundle_citation(size_t bundle, size_t n);
/* The rule's pack says so. */
bool bundle_has(size_t bundle, const struct rule *r);

#endif
