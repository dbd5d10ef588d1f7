/* words.h - short texts put together by hand: a signaling-heavy run writes millions of them. */
#ifndef EARSHOT_WORDS_H
#define EARSHOT_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/slice.h"

/* A text of bounded length, always NUL-ended; what does not fit is left out. */
struct words {
	char text[256];
	size_t n;
};

void words_add(struct words *w, const char *s);
void words_slice(struct words *w, struct slice s);
void words_number(struct words *w, uint64_t v);

#endif
