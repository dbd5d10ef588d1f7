/* slice.h - bytes borrowed from someone else: a pointer and a length. */
#ifndef EARSHOT_SLICE_H
#define EARSHOT_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Never owned, never NUL-terminated. Valid only as long as its owner says. */
struct slice {
	const uint8_t *p;
	size_t n;
};

#define SLICE(lit) ((struct slice){ (const uint8_t *)(lit), sizeof(lit) - 1 })

struct slice slice_of(const char *text); /* NUL-ended text; NULL gives empty */
static inline bool slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
bool slice_ieq(struct slice a, struct slice b); /* ASCII case folded */
bool slice_starts(struct slice s, struct slice prefix);
bool slice_istarts(struct slice s, struct slice prefix);

/* Parsers cut at every step: these are inline because a call would cost more than they do. */
static inline struct slice slice_from(struct slice s, size_t at) /* empty past the end */
{
	if (at >= s.n)
		return (struct slice){ s.p ? s.p + s.n : NULL, 0 };
	return (struct slice){ s.p + at, s.n - at };
}
static inline struct slice slice_upto(struct slice s, size_t n) /* at most n bytes */
{
	return (struct slice){ s.p, s.n < n ? s.n : n };
}
struct slice slice_trim(struct slice s); /* SP HTAB CR LF off both ends */
/* Position of byte c, or s.n when it is not there. */
size_t slice_find(struct slice s, uint8_t c);

/* Cuts the part before `sep` off the front of *rest. False: *rest was empty. */
bool slice_cut(struct slice *rest, uint8_t sep, struct slice *part);

/* The whole slice as a decimal number without sign; false when it is not one or over `max`. */
bool slice_number(struct slice s, uint64_t max, uint64_t *out);
/* The 62 digits that all alphabets of base64 share (RFC 4648 4, 5); -1: none of them. */
int slice_base64_digit(uint8_t c);

#endif
