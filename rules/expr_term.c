/* expr_term.c - the smallest parts of an expression that have a value. */
#include "rules/expr_literal.h"
#include "rules/expr_parse.h"

static struct expr_operand nothing(const struct expr_parser *p)
{
	return (struct expr_operand){ .node = EXPR_NO_NODE, .source = slice_upto(p->now.text, 0) };
}

/* A value of n octets, from the sign at hand on. */
static struct expr_operand constant(struct expr_parser *p, size_t n, struct expr_kind kind,
				    struct expr_value v)
{
	const uint8_t *start = p->now.text.p;

	v.known = true;
	expr_parse_skip(p, n);
	return expr_parse_operand(p, start, kind,
				  (struct expr_node){ .what = NODE_CONST,
						      .type = (uint8_t)kind.type,
						      .a = EXPR_NO_NODE,
						      .b = EXPR_NO_NODE,
						      .c = EXPR_NO_NODE,
						      .value = v });
}

static bool is_like(const struct expr_operand *like, enum expr_type type)
{
	return like && like->kind.type == type;
}

/* ---- numbers and addresses -------------------------------------------------- */

static struct expr_operand parse_number(struct expr_parser *p)
{
	const uint8_t *start = p->now.text.p;
	bool negative = expr_parse_take(p, "-");
	struct slice number = p->now.text;
	struct expr_kind kind = { .type = EXPR_NUMBER };
	struct expr_value v = { 0 };
	struct text why = { 0 };

	if (!expr_literal_number(number, &v, &kind.type, &why))
		text_add(expr_wrong(p, number.p), text_of(&why));
	else if (negative && kind.type == EXPR_DURATION)
		text_add(expr_wrong(p, start), "a duration is never below zero");
	text_free(&why);
	if (negative)
		v.number = -v.number;
	struct expr_operand o = constant(p, number.n, kind, v);
	o.source.n += (size_t)(o.source.p - start);
	o.source.p = start;
	return o;
}

static bool negative_number(const struct expr_parser *p)
{
	struct slice behind = slice_from(expr_parse_rest(p), p->now.text.n);

	return expr_parse_is(p, "-") && behind.n && behind.p[0] >= '0' && behind.p[0] <= '9' &&
	       expr_lex(behind).sign == EXPR_SIGN_NUMBER;
}

/* In quotes or without. */
static bool read_network(struct expr_parser *p, struct slice text, struct expr_network *out)
{
	struct text why = { 0 };
	bool good = expr_literal_network(text, out, &why);

	if (!good)
		text_add(expr_wrong(p, p->now.text.p), text_of(&why));
	text_free(&why);
	return good;
}

static struct expr_operand parse_address(struct expr_parser *p, struct slice text)
{
	struct expr_network net = { 0 };

	if (read_network(p, text, &net) && slice_find(text, '/') < text.n)
		text_add(expr_wrong(p, p->now.text.p), "a network stands behind \"in\"");
	return constant(p, p->now.text.n, (struct expr_kind){ .type = EXPR_ADDRESS },
			(struct expr_value){ .addr = net.addr });
}

static struct slice inside(struct slice quoted)
{
	return (struct slice){ quoted.p + 1, quoted.n - 2 };
}

static struct expr_operand parse_network(struct expr_parser *p)
{
	struct slice at = p->now.text;
	struct expr_network net = { 0 };

	read_network(p, p->now.sign == EXPR_SIGN_TEXT ? inside(at) : at, &net);
	expr_parse_skip(p, at.n);
	return expr_parse_operand(p, at.p, (struct expr_kind){ .type = EXPR_ADDRESS },
				  (struct expr_node){ .what = NODE_NETWORK,
						      .a = EXPR_NO_NODE,
						      .b = EXPR_NO_NODE,
						      .c = EXPR_NO_NODE,
						      .network = net });
}

/* ---- texts ------------------------------------------------------------------ */

static struct expr_operand parse_time(struct expr_parser *p)
{
	struct slice at = p->now.text;
	struct expr_value v = { 0 };

	if (!expr_literal_time(inside(at), &v.ns))
		text_add(expr_wrong(p, at.p),
			 "a time is written '2026-01-02' or '2026-01-02T03:04:05Z'");
	return constant(p, at.n, (struct expr_kind){ .type = EXPR_TIME }, v);
}

static struct expr_operand parse_named(struct expr_parser *p, const struct expr_operand *like)
{
	struct slice at = p->now.text;
	struct expr_value v = { 0 };

	if (expr_literal_name(inside(at), like->kind.names, &v.name) != at.n - 2)
		expr_wrong_name(p, like);
	return constant(p, at.n, like->kind, v);
}

static struct expr_operand parse_version(struct expr_parser *p, const struct expr_operand *like)
{
	struct slice at = p->now.text;
	struct expr_value v = { 0 };

	if (expr_literal_version(inside(at), &v.version) != at.n - 2)
		expr_wrong_name(p, like);
	return constant(p, at.n, like->kind, v);
}

/* What stands in quotes is what it is compared with: an address, a time, a name; or just a text. */
static struct expr_operand parse_text(struct expr_parser *p, const struct expr_operand *like)
{
	struct slice text = inside(p->now.text);

	if (is_like(like, EXPR_ADDRESS))
		return parse_address(p, text);
	if (is_like(like, EXPR_TIME))
		return parse_time(p);
	if (is_like(like, EXPR_ENUM))
		return parse_named(p, like);
	if (is_like(like, EXPR_VERSION))
		return parse_version(p, like);
	return constant(p, text.n + 2, (struct expr_kind){ .type = EXPR_TEXT },
			(struct expr_value){ .text = text });
}

/* ---- names ------------------------------------------------------------------ */

static bool take_named(struct expr_parser *p, const struct expr_operand *like,
		       struct expr_operand *out)
{
	struct expr_value v = { 0 };
	size_t n;

	if (p->failed || !is_like(like, EXPR_ENUM))
		return false;
	n = expr_literal_name(expr_parse_rest(p), like->kind.names, &v.name);
	if (n == 0)
		return false;
	/* A name within more words than it has: no sign may follow it but those that end a name. */
	if (n < expr_wrong_words(p).n)
		expr_wrong_name(p, like);
	*out = constant(p, n, like->kind, v);
	return true;
}

static struct expr_operand parse_name(struct expr_parser *p, const struct expr_operand *like)
{
	struct expr_operand out = nothing(p);
	struct expr_value v = { 0 };
	size_t version;

	if (expr_lex_keyword(p->now.text)) {
		expr_wrong_here(p, "expected a value");
		return out;
	}
	if (expr_call(p, like, &out))
		return out;
	if (expr_parse_is(p, "true") || expr_parse_is(p, "false")) {
		v.yes = expr_parse_is(p, "true");
		return constant(p, p->now.text.n, (struct expr_kind){ .type = EXPR_BOOL }, v);
	}
	version = expr_literal_version(expr_parse_rest(p), &v.version);
	if (version)
		return constant(p, version, (struct expr_kind){ .type = EXPR_VERSION }, v);
	out = expr_path(p, like);
	expr_check_value(p, &out);
	return out;
}

static struct expr_operand in_brackets(struct expr_parser *p, const struct expr_operand *like)
{
	const uint8_t *start = p->now.text.p;
	struct expr_operand o = nothing(p);

	if (!expr_parse_open(p))
		return o;
	o = expr_parse_or(p, like);
	expr_parse_close(p);
	o.source = slice_trim((struct slice){ start, (size_t)(p->now.text.p - start) });
	return o;
}

struct expr_operand expr_term(struct expr_parser *p, const struct expr_operand *like)
{
	struct expr_operand out;

	if (take_named(p, like, &out))
		return out;
	if (p->now.sign == EXPR_SIGN_NUMBER || negative_number(p))
		return parse_number(p);
	if (p->now.sign == EXPR_SIGN_ADDRESS)
		return parse_address(p, p->now.text);
	if (p->now.sign == EXPR_SIGN_TEXT)
		return parse_text(p, like);
	if (p->now.sign == EXPR_SIGN_NAME)
		return parse_name(p, like);
	if (expr_parse_is(p, "("))
		return in_brackets(p, like);
	expr_wrong_here(p, "expected a value");
	return nothing(p);
}

struct expr_operand expr_term_member(struct expr_parser *p, const struct expr_operand *like)
{
	bool net = p->now.sign == EXPR_SIGN_ADDRESS || p->now.sign == EXPR_SIGN_TEXT;

	if (is_like(like, EXPR_ADDRESS) && net)
		return parse_network(p);
	return expr_parse_sum(p, like);
}
