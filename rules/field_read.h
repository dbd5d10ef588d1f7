/* field_read.h - members of plain structures as values: `arg` is the offset. */
#ifndef EARSHOT_FIELD_READ_H
#define EARSHOT_FIELD_READ_H

#include "rules/field.h"

#include <stddef.h>

typedef void field_read(const struct expr_item *it, int arg, struct expr_value *out);

field_read field_read_flag, field_read_u8, field_read_u16, field_read_u32, field_read_u64;
field_read field_read_duration, field_read_name, field_read_text;
field_read field_read_time;	/* 0: not known */
field_read field_read_endpoint; /* not known while it has no address */

/* Of tables of fields: a member of a structure, and the scope that a function gives out. */
#define FIELD_READ_AT(type, member) .arg = (int)offsetof(struct type, member)
#define FIELD_READ_SCOPE(room, words, table)                                                       \
	static const struct expr_scope scope = { room, words, table, sizeof table / sizeof *table, \
						 NULL };                                           \
	return &scope

static inline const struct work *field_read_work(const struct expr_item *it)
{
	return it->of;
}

static inline const void *field_read_at(const struct expr_item *it, int arg)
{
	return (const char *)it->at + arg;
}

#endif
