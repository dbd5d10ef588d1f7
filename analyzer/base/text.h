/* text.h - text that grows, and text from the wire made harmless. */
#ifndef EARSHOT_TEXT_H
#define EARSHOT_TEXT_H

#include "analyzer/base/slice.h"

/* A growing NUL-ended string. Zero-initialise; text_free when done. `p` is NULL while empty. */
struct text {
	char *p;
	size_t n, room;
};

void text_grow(struct text *t, size_t more); /* room for `more` bytes and a NUL */

/* Where `more` bytes may be written; text_wrote takes them in. Inline, as all that a report writes
 * passes here. */
static inline char *text_reserve(struct text *t, size_t more)
{
	if (t->n + more + 1 > t->room)
		text_grow(t, more);
	return t->p + t->n;
}
static inline void text_wrote(struct text *t, size_t n)
{
	t->n += n;
	t->p[t->n] = '\0';
}
static inline void text_add_slice(struct text *t, struct slice s)
{
	char *to = text_reserve(t, s.n);

	if (s.n)
		memcpy(to, s.p, s.n);
	text_wrote(t, s.n);
}
static inline void text_add(struct text *t, const char *s) /* NULL: nothing */
{
	text_add_slice(t, (struct slice){ (const uint8_t *)s, s ? strlen(s) : 0 });
}
void text_add_number(struct text *t, uint64_t n);		   /* decimal */
void text_add_padded(struct text *t, uint64_t n, unsigned digits); /* with zeros in front, to 20 */
void text_add_hex(struct text *t, uint64_t n, unsigned digits);	   /* exactly so many, up to 16 */
void text_addf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_clear(struct text *t); /* empty, keeps its memory */
void text_free(struct text *t);
const char *text_of(const struct text *t); /* never NULL */
/* Its octets, borrowed until it changes. */
static inline struct slice text_slice(const struct text *t)
{
	return (struct slice){ (const uint8_t *)t->p, t->n };
}

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
