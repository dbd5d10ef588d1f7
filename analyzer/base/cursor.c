/* cursor.c - bounded big-endian reads. */
#include "analyzer/base/cursor.h"

struct cursor cursor_over(struct slice s)
{
	return (struct cursor){ s, false };
}

struct slice cursor_take(struct cursor *c, size_t n)
{
	if (c->short_read || c->left.n < n) {
		c->short_read = true;
		return (struct slice){ NULL, 0 };
	}
	struct slice got = slice_upto(c->left, n);
	c->left = slice_from(c->left, n);
	return got;
}

static uint64_t big_endian(struct cursor *c, size_t n)
{
	struct slice s = cursor_take(c, n);
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	return v;
}

uint8_t cursor_u8(struct cursor *c)
{
	return (uint8_t)big_endian(c, 1);
}

uint16_t cursor_u16(struct cursor *c)
{
	return (uint16_t)big_endian(c, 2);
}

uint32_t cursor_u24(struct cursor *c)
{
	return (uint32_t)big_endian(c, 3);
}

uint32_t cursor_u32(struct cursor *c)
{
	return (uint32_t)big_endian(c, 4);
}

uint64_t cursor_u48(struct cursor *c)
{
	return big_endian(c, 6);
}

uint64_t cursor_u64(struct cursor *c)
{
	return big_endian(c, 8);
}

void cursor_skip(struct cursor *c, size_t n)
{
	(void)cursor_take(c, n);
}
