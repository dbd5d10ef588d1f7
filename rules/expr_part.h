/* expr_part.h - an expression taken apart, for who gives its parts another meaning than true. */
#ifndef EARSHOT_EXPR_PART_H
#define EARSHOT_EXPR_PART_H

#include "rules/expr.h"

/* Good as long as the expression is. */
struct expr_part {
	const struct expr *of;
	uint16_t at;
};

enum expr_part_kind { EXPR_PART_AND, EXPR_PART_OR, EXPR_PART_NOT, EXPR_PART_OTHER };

struct expr_part expr_part_whole(const struct expr *e);
enum expr_part_kind expr_part_kind(struct expr_part p);
/* The parts that and, or and not join, in order; false: no more. The first is that of *p itself. */
bool expr_part_first(struct expr_part p, struct expr_part *out);
bool expr_part_next(struct expr_part *p);

enum expr_part_op { EXPR_PART_EQUAL, EXPR_PART_UNEQUAL, EXPR_PART_LEAST, EXPR_PART_BELOW };

/* "field = value": a field of the innermost item held against a value that is written there. */
struct expr_part_test {
	const struct expr_field *field;
	enum expr_part_op op;
	struct expr_value value;
};
/* False: it is nothing of the kind, or compares by > or <=. */
bool expr_part_test(struct expr_part p, struct expr_part_test *out);

/* As expr_ask, of the part alone; it is true or false, as all parts of and, or and not are. */
enum expr_truth expr_part_ask(struct expr_part p, const struct expr_item *items);

#endif
