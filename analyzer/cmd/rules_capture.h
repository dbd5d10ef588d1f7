/* rules_capture.h - examples of packs that name captures, run through the whole machine. */
#ifndef EARSHOT_RULES_CAPTURE_H
#define EARSHOT_RULES_CAPTURE_H

#include "rules/example_capture.h"

/* Each example of the packs from rule `from` on; results are added to `r`. */
void rules_capture_run(struct pack_set *s, size_t from, struct example_results *r);

#endif
