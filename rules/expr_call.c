/* expr_call.c - quantifiers and functions. */
#include "rules/expr_parse.h"

typedef struct expr_operand call_fn(struct expr_parser *p, const uint8_t *start,
				    enum expr_what what, const struct expr_operand *like);

/* ---- quantifiers ------------------------------------------------------------ */

static struct expr_operand parse_list(struct expr_parser *p)
{
	struct expr_operand list = { .node = EXPR_NO_NODE };

	if (p->now.sign != EXPR_SIGN_NAME) {
		expr_wrong_here(p, "expected a list");
		return list;
	}
	list = expr_path(p, NULL);
	if (p->failed || list.kind.type == EXPR_LIST)
		return list;
	struct text *to = expr_wrong(p, list.source.p);
	expr_wrong_quote(to, list.source);
	text_add(to, " is ");
	expr_wrong_kind(to, &list.kind);
	text_add(to, ", not a list");
	return list;
}

static struct slice parse_as(struct expr_parser *p)
{
	struct expr_token at;

	if (!expr_parse_take(p, "as"))
		return (struct slice){ 0 };
	at = p->now;
	struct slice name = expr_parse_name(p, "expected a name");
	for (size_t i = 0; !p->failed && i < p->frame_count; i++)
		if (slice_ieq(p->frames[i].as, name))
			text_add(expr_wrong(p, at.text.p), "this name is taken");
	if (!p->failed && expr_lex_keyword(name))
		text_add(expr_wrong(p, at.text.p), "this name has a meaning of its own");
	return name;
}

static uint16_t parse_condition(struct expr_parser *p, const struct expr_scope *scope,
				struct slice as)
{
	if (p->frame_count == EXPR_SCOPES) {
		expr_wrong_here(p, "too many items at hand at once");
		return EXPR_NO_NODE;
	}
	p->frames[p->frame_count++] = (struct expr_frame){ scope, as };
	struct expr_operand o = expr_parse_or(p, NULL);
	expr_check_bool(p, &o);
	p->frame_count--;
	return o.node;
}

/* The list hangs on what is known of every item at hand: only whether it is empty matters. */
static bool is_sure(const struct expr_parser *p, uint16_t at)
{
	const struct expr_node *list = &p->out->nodes[at], *of;

	if (list->what != NODE_READ || !list->field->lacks || list->a == EXPR_NO_NODE)
		return false;
	of = &p->out->nodes[list->a];
	return of->what == NODE_READ && of->a == EXPR_NO_NODE && of->field->always;
}

static struct expr_operand parse_quantifier(struct expr_parser *p, const uint8_t *start,
					    enum expr_what what, const struct expr_operand *like)
{
	struct expr_node n = { .what = (uint8_t)what, .b = EXPR_NO_NODE, .c = EXPR_NO_NODE };
	struct expr_operand list = parse_list(p);
	struct slice as = parse_as(p);

	(void)like;
	n.a = list.node;
	n.slot = p->frame_count;
	if (!p->failed && expr_parse_take(p, ":"))
		n.b = parse_condition(p, list.kind.scope, as);
	else if (what == NODE_ALL)
		expr_wrong_here(p, "expected \":\" and what must hold for all");
	expr_parse_close(p);
	n.sure = !p->failed && is_sure(p, n.a);
	struct expr_kind kind = { .type = what == NODE_COUNT ? EXPR_NUMBER : EXPR_BOOL };
	return expr_parse_operand(p, start, kind, n);
}

/* ---- functions -------------------------------------------------------------- */

static struct expr_operand parse_default(struct expr_parser *p, const uint8_t *start,
					 enum expr_what what, const struct expr_operand *like)
{
	struct expr_operand a = expr_parse_or(p, like);

	expr_parse_expect(p, ",");
	struct expr_operand b = expr_parse_or(p, &a);
	expr_check_alike(p, &a, &b);
	expr_parse_close(p);
	return expr_parse_operand(
		p, start, a.kind,
		(struct expr_node){
			.what = (uint8_t)what, .a = a.node, .b = b.node, .c = EXPR_NO_NODE });
}

static struct expr_operand parse_if(struct expr_parser *p, const uint8_t *start,
				    enum expr_what what, const struct expr_operand *like)
{
	struct expr_operand when = expr_parse_or(p, NULL);

	expr_check_bool(p, &when);
	expr_parse_expect(p, ",");
	struct expr_operand a = expr_parse_or(p, like);
	expr_parse_expect(p, ",");
	struct expr_operand b = expr_parse_or(p, &a);
	expr_check_alike(p, &a, &b);
	expr_parse_close(p);
	return expr_parse_operand(
		p, start, a.kind,
		(struct expr_node){
			.what = (uint8_t)what, .a = when.node, .b = a.node, .c = b.node });
}

static const struct expr_words *parse_words(struct expr_parser *p)
{
	struct slice text = p->now.text;

	if (p->now.sign != EXPR_SIGN_TEXT) {
		expr_wrong_here(p, "expected the name of a list of words, in quotes");
		return NULL;
	}
	struct slice name = { text.p + 1, text.n - 2 };
	for (size_t i = 0; i < p->names->word_count; i++)
		if (slice_eq(name, slice_of(p->names->words[i].name))) {
			expr_parse_skip(p, text.n);
			return &p->names->words[i];
		}
	struct text *to = expr_wrong(p, text.p);
	text_add(to, "there are no words ");
	expr_wrong_quote(to, name);
	for (size_t i = 0; i < p->names->word_count; i++)
		expr_wrong_near(to, name, &p->names->words[i].name, 1);
	return NULL;
}

static struct expr_operand parse_lookup(struct expr_parser *p, const uint8_t *start,
					enum expr_what what, const struct expr_operand *like)
{
	struct expr_operand a = expr_parse_or(p, NULL);

	(void)like;
	if (a.kind.type != EXPR_ENUM)
		expr_check_text(p, &a);
	expr_parse_expect(p, ",");
	const struct expr_words *words = parse_words(p);
	expr_parse_close(p);
	return expr_parse_operand(p, start, (struct expr_kind){ .type = EXPR_TEXT },
				  (struct expr_node){ .what = (uint8_t)what,
						      .a = a.node,
						      .b = EXPR_NO_NODE,
						      .c = EXPR_NO_NODE,
						      .lookup = { a.kind.names, words } });
}

static struct expr_operand parse_match(struct expr_parser *p, const uint8_t *start,
				       enum expr_what what, const struct expr_operand *like)
{
	struct expr_operand a = expr_parse_or(p, NULL);

	(void)like;
	expr_check_text(p, &a);
	expr_parse_expect(p, ",");
	struct expr_operand b = expr_parse_or(p, &a);
	expr_check_text(p, &b);
	expr_parse_close(p);
	return expr_parse_operand(
		p, start, (struct expr_kind){ .type = EXPR_BOOL },
		(struct expr_node){
			.what = (uint8_t)what, .a = a.node, .b = b.node, .c = EXPR_NO_NODE });
}

/* ---- all of them ------------------------------------------------------------ */

static const struct {
	const char *name;
	call_fn *parse;
	enum expr_what what;
} calls[] = {
	{ "any", parse_quantifier, NODE_ANY },	    { "all", parse_quantifier, NODE_ALL },
	{ "none", parse_quantifier, NODE_NONE },    { "count", parse_quantifier, NODE_COUNT },
	{ "default", parse_default, NODE_DEFAULT }, { "if", parse_if, NODE_IF },
	{ "lookup", parse_lookup, NODE_LOOKUP },    { "starts", parse_match, NODE_STARTS },
	{ "ends", parse_match, NODE_ENDS },	    { "contains", parse_match, NODE_CONTAINS },
};
enum { CALLS = sizeof calls / sizeof *calls };

static void no_such_call(struct expr_parser *p)
{
	struct slice name = p->now.text;
	struct text *to = expr_wrong(p, name.p);
	const char *words[CALLS];

	for (size_t i = 0; i < CALLS; i++)
		words[i] = calls[i].name;
	text_add(to, "there is no function ");
	expr_wrong_quote(to, name);
	expr_wrong_near(to, name, words, CALLS);
}

bool expr_call(struct expr_parser *p, const struct expr_operand *like, struct expr_operand *out)
{
	struct slice name = p->now.text;
	struct expr_token behind = expr_lex(slice_from(expr_parse_rest(p), name.n));

	if (!slice_eq(behind.text, SLICE("(")))
		return false;
	for (size_t i = 0; i < CALLS; i++) {
		if (!slice_ieq(name, slice_of(calls[i].name)))
			continue;
		expr_parse_skip(p, name.n);
		if (expr_parse_open(p))
			*out = calls[i].parse(p, name.p, calls[i].what, like);
		return true;
	}
	no_such_call(p);
	return true;
}
