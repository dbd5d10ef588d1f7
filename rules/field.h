/* field.h - what the rule language can ask of a call: scopes and their fields (contract 5). */
#ifndef EARSHOT_FIELD_H
#define EARSHOT_FIELD_H

#include "rules/expr.h"
#include "rules/rule.h"

/*
 * Every item's `of` is the struct work of the call. `at`: the struct call, leg, media, segment,
 * epoch, end, station, line or fact itself. What a scope calls "facts" is a group: its `at` is the
 * call or the line that the facts are about.
 */
const struct expr_scope *field_call(void);
const struct expr_scope *field_leg(void);
const struct expr_scope *field_media(void);
const struct expr_scope *field_fact_line(void); /* a media line, or what belongs to none */
const struct expr_scope *field_segment(void);
const struct expr_scope *field_epoch(void);
const struct expr_scope *field_end(void);
const struct expr_scope *field_station(void);
const struct expr_scope *field_endpoint(void);
const struct expr_scope *field_fact_group(void); /* one list for each kind of fact */
const struct expr_scope *field_fact(void);
const struct expr_scope *field_fact_marks(void); /* what rules have set on the call so far */

/* NULL: none has that name. */
const struct expr_scope *field_scope(struct slice name);

/* It leads to what rules change while they run: its answers are not for keeping. */
bool field_fact_moves(const struct expr_field *f);
/* The kind of fact that a list of a group holds; -1: it is no such list. */
int field_fact_kind(const struct expr_field *list);

/* Marks by name, for rules that set them ("exposed", "line.clear"); NULL: there is none. */
bool *field_fact_mark(struct work *w, const struct fact *f, const char *name);
bool field_fact_mark_known(const char *name);

#endif
