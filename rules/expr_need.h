/* expr_need.h - lists that must hold something for an expression to be true, fields that it reads.
 */
#ifndef EARSHOT_EXPR_NEED_H
#define EARSHOT_EXPR_NEED_H

#include "rules/expr.h"

enum { EXPR_NEED_WORDS = 4, EXPR_NEED_MOST = EXPR_NEED_WORDS * 64 };

/* A set of numbered lists. */
struct expr_need {
	uint64_t bits[EXPR_NEED_WORDS];
};

/* The number of a list, below EXPR_NEED_MOST; -1: it has none. */
typedef int expr_need_number(const struct expr_field *list);

/* While one of them is empty the expression is not true, whatever else is known. Lists without a
 * number, and what is needed in another way, are left out. */
struct expr_need expr_need(const struct expr *e, expr_need_number *number);
bool expr_need_met(const struct expr_need *need, const struct expr_need *held);
void expr_need_add(struct expr_need *set, int number); /* from 0 to below EXPR_NEED_MOST */
bool expr_need_share(const struct expr_need *a, const struct expr_need *b); /* one at least */
/* Anywhere in it, definitions included, a field is read for which `is` holds. */
bool expr_need_reads(const struct expr *e, bool (*is)(const struct expr_field *f));

#endif
