/* json_out.h - a small streaming writer of JSON text. */
#ifndef EARSHOT_JSON_OUT_H
#define EARSHOT_JSON_OUT_H

#include "analyzer/base/slice.h"
#include "analyzer/base/text.h"

/*
 * Everything is added to one growing text; commas are placed by looking at what
 * stands before; after white space none is: whoever put it there put the comma. Strings are
 * repaired to valid UTF-8 (broken bytes and NUL become U+FFFD) and characters that act on a
 * terminal or reorder text are written as \uXXXX, so that the document is harmless to look at as it
 * is. Numbers never depend on the locale.
 */
void json_out_open(struct text *t, char bracket); /* '{' or '[' */
void json_out_close(struct text *t, char bracket);
void json_out_key_slice(struct text *t, struct slice key); /* a name of ours: not escaped */
/* Inline: the length of a name that is written out here is known when it is compiled. */
static inline void json_out_key(struct text *t, const char *key)
{
	json_out_key_slice(t, (struct slice){ (const uint8_t *)key, strlen(key) });
}

void json_out_slice(struct text *t, struct slice s);
void json_out_text(struct text *t, const char *s); /* NULL: null */
void json_out_number(struct text *t, uint64_t n);
void json_out_bool(struct text *t, bool b);
void json_out_null(struct text *t);
/* With `decimals` (0 to 6) places, half away from zero; not finite: null. */
void json_out_fixed(struct text *t, double value, unsigned decimals);
void json_out_when(struct text *t, uint64_t ns); /* RFC 3339; 0: null */

/* The same with the key in front. */
static inline void json_out_key_text(struct text *t, const char *key, const char *s)
{
	json_out_key(t, key);
	json_out_text(t, s);
}
static inline void json_out_key_number(struct text *t, const char *key, uint64_t n)
{
	json_out_key(t, key);
	json_out_number(t, n);
}
static inline void json_out_key_bool(struct text *t, const char *key, bool b)
{
	json_out_key(t, key);
	json_out_bool(t, b);
}
static inline void json_out_key_fixed(struct text *t, const char *key, double value,
				      unsigned decimals)
{
	json_out_key(t, key);
	json_out_fixed(t, value, decimals);
}
static inline void json_out_key_when(struct text *t, const char *key, uint64_t ns)
{
	json_out_key(t, key);
	json_out_when(t, ns);
}
static inline void json_out_key_open(struct text *t, const char *key, char bracket)
{
	json_out_key(t, key);
	json_out_open(t, bracket);
}

#endif
