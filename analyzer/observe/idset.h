/* idset.h - how many different identifiers were seen, up to a cap. */
#ifndef EARSHOT_IDSET_H
#define EARSHOT_IDSET_H

#include "analyzer/base/slice.h"

struct idset;

struct idset *idset_new(uint32_t cap);
/* For a run without end: half of `cap` at least are remembered, older ones count anew. */
struct idset *idset_rolling(uint32_t cap);
void idset_free(struct idset *s);
/* Counts an identifier once. False: it is new and there was no room to remember it. */
bool idset_add(struct idset *s, struct slice id);
uint64_t idset_count(const struct idset *s);

#endif
