/* expr_check.c - which types may stand together. */
#include "rules/expr_parse.h"

/* "score is a number" */
static void add_operand(struct text *to, const struct expr_operand *o)
{
	expr_wrong_quote(to, o->source);
	text_add(to, " is ");
	expr_wrong_kind(to, &o->kind);
}

static bool refuse(struct expr_parser *p, const struct expr_operand *o, const char *what)
{
	struct text *to = expr_wrong(p, o->source.p);

	add_operand(to, o);
	text_add(to, what);
	return false;
}

bool expr_check_value(struct expr_parser *p, const struct expr_operand *o)
{
	if (p->failed)
		return false;
	if (o->kind.type == EXPR_LIST)
		return refuse(p, o, ": ask any(), all(), none() or count() of it");
	return true;
}

bool expr_check_bool(struct expr_parser *p, const struct expr_operand *o)
{
	if (!expr_check_value(p, o))
		return false;
	if (o->kind.type != EXPR_BOOL)
		return refuse(p, o, " where true or false is needed: compare it with something");
	return true;
}

bool expr_check_text(struct expr_parser *p, const struct expr_operand *o)
{
	if (!expr_check_value(p, o))
		return false;
	if (o->kind.type != EXPR_TEXT)
		return refuse(p, o, " where a text is needed");
	return true;
}

static bool same_names(const char *const *a, const char *const *b)
{
	if (a == b)
		return true;
	for (; *a && *b; a++, b++)
		if (strcmp(*a, *b) != 0)
			return false;
	return *a == *b;
}

static bool same_kind(const struct expr_kind *a, const struct expr_kind *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == EXPR_ENUM)
		return same_names(a->names, b->names);
	return a->type != EXPR_ITEM || a->scope == b->scope;
}

bool expr_check_alike(struct expr_parser *p, const struct expr_operand *a,
		      const struct expr_operand *b)
{
	if (!expr_check_value(p, a) || !expr_check_value(p, b))
		return false;
	if (same_kind(&a->kind, &b->kind))
		return true;
	struct text *to = expr_wrong(p, b->source.p);
	add_operand(to, a);
	text_add(to, " and ");
	add_operand(to, b);
	if (a->kind.type == EXPR_DURATION && b->kind.type == EXPR_NUMBER)
		text_add(to, ": a duration needs a unit right behind its number (ns, us, ms, s, "
			     "min, h or d), as in 30s");
	else
		text_add(to, ": they cannot be compared");
	return false;
}

bool expr_check_order(struct expr_parser *p, const struct expr_operand *a, struct slice op)
{
	switch (a->kind.type) {
	case EXPR_NUMBER:
	case EXPR_DURATION:
	case EXPR_TIME:
	case EXPR_VERSION:
		return true;
	case EXPR_ENUM:
		if (a->kind.ordered)
			return true;
		break;
	case EXPR_BOOL:
	case EXPR_TEXT:
	case EXPR_ADDRESS:
	case EXPR_ITEM:
	case EXPR_LIST:
		break;
	}
	struct text *to = expr_wrong(p, op.p);
	add_operand(to, a);
	text_add(to, ", without order: only = and != compare it");
	return false;
}

bool expr_check_sum(struct expr_parser *p, const struct expr_operand *a, enum expr_op op,
		    const struct expr_operand *b, enum expr_type *out)
{
	static const struct {
		enum expr_type a, b, plus, minus; /* EXPR_LIST: there is no such sum */
	} sums[] = {
		{ EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER },
		{ EXPR_DURATION, EXPR_DURATION, EXPR_DURATION, EXPR_DURATION },
		{ EXPR_TIME, EXPR_DURATION, EXPR_TIME, EXPR_TIME },
		{ EXPR_DURATION, EXPR_TIME, EXPR_TIME, EXPR_LIST },
		{ EXPR_TIME, EXPR_TIME, EXPR_LIST, EXPR_DURATION },
	};

	if (!expr_check_value(p, a) || !expr_check_value(p, b))
		return false;
	for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
		if (sums[i].a != a->kind.type || sums[i].b != b->kind.type)
			continue;
		*out = op == OP_PLUS ? sums[i].plus : sums[i].minus;
		if (*out != EXPR_LIST)
			return true;
	}
	struct text *to = expr_wrong(p, b->source.p);
	add_operand(to, a);
	text_add(to, " and ");
	add_operand(to, b);
	text_add(to, op == OP_PLUS ? ": they cannot be added" : ": there is no difference of them");
	return false;
}
