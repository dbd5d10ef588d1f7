/* expr_parse.c - the grammar of expressions, level by level, into nodes. */
#include "rules/expr_parse.h"

#include <stdio.h>

#include "analyzer/base/mem.h"

/* ---- signs ------------------------------------------------------------------ */

struct slice expr_parse_rest(const struct expr_parser *p)
{
	return slice_from(p->all, (size_t)(p->now.text.p - p->all.p));
}

void expr_parse_skip(struct expr_parser *p, size_t n)
{
	/* After a complaint everything stands at the end, so that all loops do. */
	p->now = expr_lex(slice_from(expr_parse_rest(p), p->failed ? SIZE_MAX : n));
}

bool expr_parse_is(const struct expr_parser *p, const char *sign)
{
	bool plain = p->now.sign == EXPR_SIGN_NAME || p->now.sign == EXPR_SIGN_OTHER;

	return plain && slice_ieq(p->now.text, slice_of(sign));
}

bool expr_parse_take(struct expr_parser *p, const char *sign)
{
	bool is = expr_parse_is(p, sign);

	if (is)
		expr_parse_skip(p, p->now.text.n);
	return is;
}

void expr_parse_expect(struct expr_parser *p, const char *sign)
{
	char what[32];

	if (expr_parse_take(p, sign))
		return;
	snprintf(what, sizeof what, "expected \"%s\"", sign);
	expr_wrong_here(p, what);
}

bool expr_parse_open(struct expr_parser *p)
{
	if (p->depth >= EXPR_DEPTH) {
		expr_wrong_here(p, "nested too deeply");
		return false;
	}
	expr_parse_expect(p, "(");
	p->depth++;
	return !p->failed;
}

void expr_parse_close(struct expr_parser *p)
{
	expr_parse_expect(p, ")");
	p->depth--;
}

struct slice expr_parse_name(struct expr_parser *p, const char *what)
{
	struct slice name = p->now.text;

	if (p->now.sign != EXPR_SIGN_NAME) {
		expr_wrong_here(p, what);
		return slice_upto(name, 0);
	}
	expr_parse_skip(p, name.n);
	return name;
}

/* ---- nodes ------------------------------------------------------------------ */

static unsigned highest(const struct expr *e, const struct expr_node *n)
{
	uint16_t below[] = { n->a, n->b, n->c };
	unsigned most = n->what == NODE_USE ? n->use.expr->nodes[n->use.expr->root].height : 0;

	for (size_t i = 0; i < sizeof below / sizeof *below; i++)
		for (uint16_t at = below[i]; at != EXPR_NO_NODE; at = e->nodes[at].next)
			if (e->nodes[at].height > most)
				most = e->nodes[at].height;
	return most;
}

uint16_t expr_parse_node(struct expr_parser *p, struct expr_node n)
{
	struct expr *e = p->out;

	if (p->failed)
		return EXPR_NO_NODE;
	unsigned height = highest(e, &n) + 1;
	if (height > EXPR_HEIGHT || e->count == EXPR_NODES) {
		expr_wrong_here(p, e->count == EXPR_NODES ? "the expression has too many parts"
							  : "nested too deeply");
		return EXPR_NO_NODE;
	}
	n.height = (uint8_t)height;
	n.next = EXPR_NO_NODE;
	e->nodes = mem_more(e->nodes, e->count, sizeof *e->nodes);
	e->nodes[e->count] = n;
	return (uint16_t)e->count++;
}

struct expr_operand expr_parse_operand(struct expr_parser *p, const uint8_t *start,
				       struct expr_kind kind, struct expr_node n)
{
	struct slice source = { start, (size_t)(p->now.text.p - start) };

	return (struct expr_operand){ expr_parse_node(p, n), kind, slice_trim(source) };
}

/* Puts a node behind the last of its row. */
static void chain(struct expr_parser *p, uint16_t *last, uint16_t next)
{
	if (!p->failed)
		p->out->nodes[*last].next = next;
	*last = next;
}

/* ---- comparisons ------------------------------------------------------------ */

static const struct expr_kind yes_or_no = { .type = EXPR_BOOL };

static struct expr_operand truth(struct expr_parser *p, const struct expr_operand *from,
				 struct expr_node n)
{
	return expr_parse_operand(p, from->source.p, yes_or_no, n);
}

static bool take_op(struct expr_parser *p, enum expr_op *op)
{
	static const struct {
		const char *text;
		enum expr_op op;
	} ops[] = { { "=", OP_EQUAL },	  { "==", OP_EQUAL },	{ "!=", OP_UNEQUAL },
		    { "<", OP_LESS },	  { "<=", OP_AT_MOST }, { ">", OP_MORE },
		    { ">=", OP_AT_LEAST } };

	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
		if (expr_parse_take(p, ops[i].text)) {
			*op = ops[i].op;
			return true;
		}
	return false;
}

static struct expr_operand parse_compare(struct expr_parser *p, const struct expr_operand *left,
					 enum expr_op op, struct slice op_text)
{
	struct expr_operand right = expr_parse_sum(p, left);

	if (expr_check_alike(p, left, &right) && op > OP_UNEQUAL)
		expr_check_order(p, left, op_text);
	return truth(p, left,
		     (struct expr_node){ .what = NODE_COMPARE,
					 .op = (uint8_t)op,
					 .type = (uint8_t)left->kind.type,
					 .a = left->node,
					 .b = right.node,
					 .c = EXPR_NO_NODE });
}

static uint16_t parse_member(struct expr_parser *p, const struct expr_operand *left)
{
	struct expr_operand member = expr_term_member(p, left);

	expr_check_alike(p, left, &member);
	return member.node;
}

static uint16_t parse_set(struct expr_parser *p, const struct expr_operand *left)
{
	bool braces = expr_parse_take(p, "{");

	if (!braces && left->kind.type != EXPR_ADDRESS) {
		expr_wrong_here(p, "expected a set, as in {a, b}");
		return EXPR_NO_NODE;
	}
	uint16_t first = parse_member(p, left), last = first;
	while (braces && expr_parse_take(p, ","))
		chain(p, &last, parse_member(p, left));
	if (braces)
		expr_parse_expect(p, "}");
	return first;
}

static struct expr_operand negated(struct expr_parser *p, const struct expr_operand *o)
{
	return truth(
		p, o,
		(struct expr_node){
			.what = NODE_NOT, .a = o->node, .b = EXPR_NO_NODE, .c = EXPR_NO_NODE });
}

static struct expr_operand parse_in(struct expr_parser *p, const struct expr_operand *left,
				    bool turned)
{
	uint16_t set = parse_set(p, left);
	struct expr_operand is = truth(p, left,
				       (struct expr_node){ .what = NODE_AMONG,
							   .type = (uint8_t)left->kind.type,
							   .a = left->node,
							   .b = set,
							   .c = EXPR_NO_NODE });

	return turned ? negated(p, &is) : is;
}

static struct expr_operand parse_is(struct expr_parser *p, const struct expr_operand *left)
{
	bool turned = expr_parse_take(p, "not");

	if (!expr_parse_take(p, "known"))
		expr_wrong_here(p, "expected known, as in \"is known\" or \"is not known\"");
	struct expr_operand is = truth(p, left,
				       (struct expr_node){ .what = NODE_KNOWN,
							   .a = left->node,
							   .b = EXPR_NO_NODE,
							   .c = EXPR_NO_NODE });
	return turned ? negated(p, &is) : is;
}

static struct expr_operand parse_test(struct expr_parser *p, const struct expr_operand *like)
{
	struct expr_operand left = expr_parse_sum(p, like);
	struct slice op_text = p->now.text;
	enum expr_op op;

	if (take_op(p, &op))
		return parse_compare(p, &left, op, op_text);
	if (expr_parse_take(p, "is"))
		return parse_is(p, &left);
	if (expr_parse_take(p, "in"))
		return parse_in(p, &left, false);
	if (!expr_parse_take(p, "not"))
		return left;
	expr_parse_expect(p, "in");
	return parse_in(p, &left, true);
}

/* ---- sums ------------------------------------------------------------------- */

static struct expr_operand parse_plus(struct expr_parser *p, const struct expr_operand *left,
				      enum expr_op op)
{
	struct expr_operand right = expr_term(p, left);
	struct expr_kind kind = { .type = EXPR_NUMBER };

	expr_check_sum(p, left, op, &right, &kind.type);
	return expr_parse_operand(p, left->source.p, kind,
				  (struct expr_node){ .what = NODE_SUM,
						      .op = (uint8_t)op,
						      .type = (uint8_t)kind.type,
						      .a = left->node,
						      .b = right.node,
						      .c = EXPR_NO_NODE });
}

struct expr_operand expr_parse_sum(struct expr_parser *p, const struct expr_operand *like)
{
	struct expr_operand left = expr_term(p, like);

	for (;;) {
		if (expr_parse_take(p, "+"))
			left = parse_plus(p, &left, OP_PLUS);
		else if (expr_parse_take(p, "-"))
			left = parse_plus(p, &left, OP_MINUS);
		else
			return left;
	}
}

/* ---- logic ------------------------------------------------------------------ */

static struct expr_operand parse_not(struct expr_parser *p, const struct expr_operand *like)
{
	const uint8_t *start = p->now.text.p;
	bool any = false, turned = false;

	for (; expr_parse_take(p, "not"); any = true)
		turned = !turned;
	struct expr_operand o = parse_test(p, any ? NULL : like);
	if (any)
		expr_check_bool(p, &o);
	if (turned)
		o = negated(p, &o);
	o.source.n += (size_t)(o.source.p - start);
	o.source.p = start;
	return o;
}

typedef struct expr_operand level_fn(struct expr_parser *p, const struct expr_operand *like);

/* A row of the same operator is one node over all of them: a long one is not a deep one. */
static struct expr_operand parse_row(struct expr_parser *p, const struct expr_operand *like,
				     const char *word, enum expr_what what, level_fn *below)
{
	struct expr_operand first = below(p, like);
	uint16_t last = first.node;

	if (!expr_parse_is(p, word))
		return first;
	expr_check_bool(p, &first);
	while (expr_parse_take(p, word)) {
		struct expr_operand next = below(p, NULL);
		expr_check_bool(p, &next);
		chain(p, &last, next.node);
	}
	return truth(p, &first,
		     (struct expr_node){ .what = (uint8_t)what,
					 .a = first.node,
					 .b = EXPR_NO_NODE,
					 .c = EXPR_NO_NODE });
}

static struct expr_operand parse_and(struct expr_parser *p, const struct expr_operand *like)
{
	return parse_row(p, like, "and", NODE_AND, parse_not);
}

struct expr_operand expr_parse_or(struct expr_parser *p, const struct expr_operand *like)
{
	return parse_row(p, like, "or", NODE_OR, parse_and);
}

void expr_parse_all(struct expr_parser *p)
{
	p->now = expr_lex(p->all);
	struct expr_operand o = expr_parse_or(p, NULL);
	if (p->now.sign != EXPR_SIGN_END)
		expr_wrong_here(p, "expected and, or, or the end");
	p->out->root = o.node;
	p->out->kind = o.kind;
}
