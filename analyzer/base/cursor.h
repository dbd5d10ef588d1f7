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

struct cursor cursor_over(struct slice s);
uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_u16(struct cursor *c);
uint32_t cursor_u24(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u48(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);
struct slice cursor_take(struct cursor *c, size_t n); /* empty when short */
void cursor_skip(struct cursor *c, size_t n);

#endif
