/* text.h - text that grows, and text from the wire made harmless. */
#ifndef EARSHOT_TEXT_H
#define EARSHOT_TEXT_H

#include "analyzer/base/slice.h"

/* A growing NUL-ended string. Zero-initialise; text_free when done. `p` is NULL while empty. */
struct text {
	char *p;
	size_t n, room;
};

void text_add(struct text *t, const char *s);
void text_add_slice(struct text *t, struct slice s);
void text_addf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_clear(struct text *t); /* empty, keeps its memory */
void text_free(struct text *t);
const char *text_of(const struct text *t); /* never NULL */

/*
 * Adds wire text for a person's eyes: valid UTF-8 is kept, control characters,
 * bidirectional overrides and broken bytes become \xNN. Safe on a terminal.
 */
void text_printable(struct text *t, struct slice wire);

/* Adds wire text as valid UTF-8: broken bytes become U+FFFD, NUL too. */
void text_utf8(struct text *t, struct slice wire);

/* Length in bytes of the UTF-8 sequence at the front of s, 0 when it is not valid. */
size_t text_rune(struct slice s, uint32_t *rune);

#endif
