/* hostset.h - a capped set of addresses; the first to come stay. */
#ifndef EARSHOT_HOSTSET_H
#define EARSHOT_HOSTSET_H

#include "analyzer/base/addr.h"

struct hostset;

struct hostset *hostset_new(uint32_t cap);
void hostset_free(struct hostset *s);
/* Copied. False: the set is full, and this is another. */
bool hostset_add(struct hostset *s, const struct addr *a);
bool hostset_has(const struct hostset *s, const struct addr *a);

#endif
