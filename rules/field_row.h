/* field_row.h - judged rows and findings in the rule language: --where, scopes of waivers. */
#ifndef EARSHOT_FIELD_ROW_H
#define EARSHOT_FIELD_ROW_H

#include "rules/expr_part.h"
#include "rules/field.h"

/* `at`: the struct judgement, the struct finding; `of`: the work. */
const struct expr_scope *field_row(void);
const struct expr_scope *field_row_finding(void);

/* True or false of a row; its call's fields stand behind its own. ERR_USAGE with *why (free() it).
 */
enum err field_row_compile(struct slice text, struct expr **out, char **why) MUST_CHECK;
enum expr_truth field_row_ask(const struct expr *e, const struct work *w,
			      const struct judgement *j);

/* Unknown without the work: nothing but the verdict is at hand. */
enum expr_truth field_row_ask_part(struct expr_part p, const struct work *w,
				   const struct judgement *j);
/* The verdict that a value of signaling, keys, media or hop_protection stands for. */
enum shown field_row_verdict(const struct expr_value *v);

#endif
