/* brief.h - a few members of a record cut out of its text, so that the rest is not parsed. */
#ifndef EARSHOT_BRIEF_H
#define EARSHOT_BRIEF_H

#include "analyzer/base/text.h"

/*
 * Adds an object with those members of the JSON object `record` whose keys are listed
 * (NULL ends), values as they stand; looks no further than the last of them. Of a key
 * listed as "conditions/verdict" the value is an object of objects, of which each keeps
 * that one member. False: it is no object as json_out.h writes them, and what was added
 * is of no use.
 */
bool brief_add(struct text *out, struct slice record, const char *const *keys);

/*
 * Adds the record without the members, however deep, whose keys are listed (NULL ends): what is
 * left takes a fraction of the time to parse. False: as above.
 */
bool brief_without(struct text *out, struct slice record, const char *const *keys);

#endif
