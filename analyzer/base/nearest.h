/* nearest.h - the word somebody probably meant. */
#ifndef EARSHOT_NEAREST_H
#define EARSHOT_NEAREST_H

#include "analyzer/base/slice.h"

/* The word with the smallest edit distance, at most a third of its length and 3; NULL: none is
 * near. */
const char *nearest_word(struct slice wrong, const char *const *words, size_t count);

#endif
