/* expr_part.c - the nodes of an expression from outside. */
#include "rules/expr_part.h"

#include "rules/expr_node.h"

static const struct expr_node *node_of(struct expr_part p)
{
	return &p.of->nodes[p.at];
}

struct expr_part expr_part_whole(const struct expr *e)
{
	return (struct expr_part){ e, e->root };
}

enum expr_part_kind expr_part_kind(struct expr_part p)
{
	switch (node_of(p)->what) {
	case NODE_AND:
		return EXPR_PART_AND;
	case NODE_OR:
		return EXPR_PART_OR;
	case NODE_NOT:
		return EXPR_PART_NOT;
	default:
		return EXPR_PART_OTHER;
	}
}

bool expr_part_first(struct expr_part p, struct expr_part *out)
{
	*out = (struct expr_part){ p.of, node_of(p)->a };
	return expr_part_kind(p) != EXPR_PART_OTHER;
}

bool expr_part_next(struct expr_part *p)
{
	p->at = node_of(*p)->next;
	return p->at != EXPR_NO_NODE;
}

static bool op_of(const struct expr_node *n, enum expr_part_op *out)
{
	switch (n->op) {
	case OP_EQUAL:
		*out = EXPR_PART_EQUAL;
		return true;
	case OP_UNEQUAL:
		*out = EXPR_PART_UNEQUAL;
		return true;
	case OP_AT_LEAST:
		*out = EXPR_PART_LEAST;
		return true;
	case OP_LESS:
		*out = EXPR_PART_BELOW;
		return true;
	default:
		return false;
	}
}

bool expr_part_test(struct expr_part p, struct expr_part_test *out)
{
	const struct expr_node *n = node_of(p);

	if (n->what != NODE_COMPARE || !op_of(n, &out->op))
		return false;
	const struct expr_node *read = &p.of->nodes[n->a], *value = &p.of->nodes[n->b];
	if (read->what != NODE_READ || read->a != EXPR_NO_NODE ||
	    read->slot + 1u != p.of->scope_count || value->what != NODE_CONST)
		return false;
	out->field = read->field;
	out->value = value->value;
	return true;
}

enum expr_truth expr_part_ask(struct expr_part p, const struct expr_item *items)
{
	return expr_eval_truth(p.of, p.at, items);
}
