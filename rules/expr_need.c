/* expr_need.c - what "any(list)" in an expression asks for, through and, or and definitions. */
#include "rules/expr_need.h"

#include "rules/expr_node.h"

struct search {
	const struct expr *e;
	expr_need_number *number;
};

static struct expr_need of_node(const struct search *s, uint16_t at);

void expr_need_add(struct expr_need *set, int number)
{
	set->bits[number / 64] |= UINT64_C(1) << number % 64;
}

static struct expr_need united(struct expr_need a, struct expr_need b)
{
	for (int i = 0; i < EXPR_NEED_WORDS; i++)
		a.bits[i] |= b.bits[i];
	return a;
}

static struct expr_need shared(struct expr_need a, struct expr_need b)
{
	for (int i = 0; i < EXPR_NEED_WORDS; i++)
		a.bits[i] &= b.bits[i];
	return a;
}

static struct expr_need of_row(const struct search *s, uint16_t first, bool all)
{
	struct expr_need need = of_node(s, first);

	for (uint16_t at = s->e->nodes[first].next; at != EXPR_NO_NODE; at = s->e->nodes[at].next)
		need = all ? united(need, of_node(s, at)) : shared(need, of_node(s, at));
	return need;
}

/* True of an item: there is one, and the condition is true of it. */
static struct expr_need of_any(const struct search *s, const struct expr_node *n)
{
	int number = s->number(s->e->nodes[n->a].field);
	struct expr_need need = { { 0 } };

	if (n->b != EXPR_NO_NODE)
		need = of_node(s, n->b);
	if (number >= 0 && number < EXPR_NEED_MOST)
		expr_need_add(&need, number);
	return need;
}

/* Definitions are no deeper than EXPR_HEIGHT, and neither is this. */
static struct expr_need of_node(const struct search *s, uint16_t at)
{
	const struct expr_node *n = &s->e->nodes[at];

	switch (n->what) {
	case NODE_AND:
		return of_row(s, n->a, true);
	case NODE_OR:
		return of_row(s, n->a, false);
	case NODE_ANY:
		return of_any(s, n);
	case NODE_USE:
		return expr_need(n->use.expr, s->number);
	default:
		return (struct expr_need){ { 0 } };
	}
}

struct expr_need expr_need(const struct expr *e, expr_need_number *number)
{
	struct search s = { e, number };

	return of_node(&s, e->root);
}

bool expr_need_met(const struct expr_need *need, const struct expr_need *held)
{
	for (int i = 0; i < EXPR_NEED_WORDS; i++)
		if (need->bits[i] & ~held->bits[i])
			return false;
	return true;
}

bool expr_need_share(const struct expr_need *a, const struct expr_need *b)
{
	for (int i = 0; i < EXPR_NEED_WORDS; i++)
		if (a->bits[i] & b->bits[i])
			return true;
	return false;
}

bool expr_need_reads(const struct expr *e, bool (*is)(const struct expr_field *f))
{
	for (size_t i = 0; i < e->count; i++) {
		const struct expr_node *n = &e->nodes[i];
		if (n->what == NODE_USE ? expr_need_reads(n->use.expr, is)
					: n->what == NODE_READ && is(n->field))
			return true;
	}
	return false;
}
