/* field_row.h - judged rows and findings in the rule language: --where, scopes of waivers. */
#ifndef EARSHOT_FIELD_ROW_H
#define EARSHOT_FIELD_ROW_H

#include "rules/field.h"

/* `at`: the struct judgement, the struct finding; `of`: the work. */
const struct expr_scope *field_row(void);
const struct expr_scope *field_row_finding(void);

/* True or false of a row; its call's fields stand behind its own. ERR_USAGE with *why (free() it).
 */
enum err field_row_compile(struct slice text, struct expr **out, char **why) MUST_CHECK;
enum expr_truth field_row_ask(const struct expr *e, const struct work *w,
			      const struct judgement *j);

#endif
