/* cursor.h - a bounded reader over a slice whose failure is remembered. */
#ifndef EARSHOT_CURSOR_H
#define EARSHOT_CURSOR_H

#include "analyzer/base/slice.h"

/*
 * Reads past the end give zero and set `short_read`, which stays set, so a
 * parser reads a whole header and asks once. Network byte order throughout.
 */
struct cursor {
	struct slice left;
	bool short_read;
};

static inline struct cursor cursor_over(struct slice s)
{
	return (struct cursor){ s, false };
}

/* Empty when short. */
static inline struct slice cursor_take(struct cursor *c, size_t n)
{
	if (c->short_read || c->left.n < n) {
		c->short_read = true;
		return (struct slice){ NULL, 0 };
	}
	struct slice got = slice_upto(c->left, n);
	c->left = slice_from(c->left, n);
	return got;
}

static inline void cursor_skip(struct cursor *c, size_t n)
{
	(void)cursor_take(c, n);
}

static inline uint8_t cursor_u8(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 1).p;

	if (!p)
		return 0;
	return p[0];
}

static inline uint16_t cursor_u16(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 2).p;

	if (!p)
		return 0;
	return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

static inline uint32_t cursor_u24(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 3).p;

	return p ? (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2] : 0;
}

static inline uint32_t cursor_u32(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 4).p;

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

uint64_t cursor_u48(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);

#endif
