/* cursor.c - the wide reads of the bounded reader. */
#include "analyzer/base/cursor.h"

uint64_t cursor_u48(struct cursor *c)
{
	uint64_t high = cursor_u16(c);

	uint64_t low = cursor_u32(c);

	return c->short_read ? 0 : high << 32 | low;
}

uint64_t cursor_u64(struct cursor *c)
{
	uint64_t high = cursor_u32(c);

	uint64_t low = cursor_u32(c);

	return c->short_read ? 0 : high << 32 | low;
}
