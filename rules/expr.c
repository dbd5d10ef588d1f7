/* expr.c - the door of the rule language. */
#include "rules/expr.h"

#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "rules/expr_parse.h"

static struct expr *start(struct slice text, const struct expr_names *names)
{
	struct expr *e = mem_zero(1, sizeof *e);

	e->text = mem_zero(text.n + 1, 1);
	if (text.n)
		memcpy(e->text, text.p, text.n);
	e->scope_count = names->scope_count;
	for (size_t i = 0; i < names->scope_count; i++)
		e->scopes[i] = names->scopes[i];
	return e;
}

static void put_frames(struct expr_parser *p)
{
	p->frame_count = (uint8_t)p->out->scope_count;
	for (uint8_t i = 0; i < p->frame_count; i++)
		p->frames[i].scope = p->out->scopes[p->frame_count - 1 - i];
}

static enum err finish(struct expr_parser *p, struct expr **out, char **why)
{
	struct expr *e = p->out;

	text_free(&p->unheard);
	if (p->failed) {
		*why = mem_text(text_of(&p->why));
		text_free(&p->why);
		expr_free(e);
		return ERR_USAGE;
	}
	e->nodes = mem_grow(e->nodes, e->count, sizeof *e->nodes);
	*out = e;
	return ERR_OK;
}

static void read_all(struct expr_parser *p, struct slice text)
{
	/* Sources are shown and kept as C strings: a NUL inside would hide what follows it. */
	size_t nul = slice_find(p->all, '\0');

	if (nul < p->all.n)
		text_add(expr_wrong(p, p->all.p + nul), "an octet of value 0");
	else if (text.n > EXPR_TEXT_MOST)
		text_addf(expr_wrong(p, p->now.text.p), "the expression is longer than %d octets",
			  EXPR_TEXT_MOST);
	else
		expr_parse_all(p);
}

enum err expr_compile(struct slice text, const struct expr_names *names, struct expr **out,
		      char **why)
{
	struct slice kept = slice_upto(text, EXPR_TEXT_MOST);
	struct expr_parser p = { .names = names };

	*out = NULL;
	*why = NULL;
	if (names->scope_count > EXPR_SCOPES) {
		*why = mem_text("column 1: too many items at hand at once");
		return ERR_USAGE;
	}
	p.out = start(kept, names);
	p.all = (struct slice){ (const uint8_t *)p.out->text, kept.n };
	put_frames(&p);
	p.now = (struct expr_token){ EXPR_SIGN_END, slice_from(p.all, kept.n) };
	read_all(&p, text);
	return finish(&p, out, why);
}

void expr_free(struct expr *e)
{
	if (!e)
		return;
	free(e->nodes);
	free(e->text);
	free(e);
}

void expr_keep(struct expr *e, uint16_t place)
{
	e->kept = e->kind.type == EXPR_BOOL && e->scope_count == 1 && e->scopes[0]->answer;
	e->place = place;
}

enum expr_type expr_type(const struct expr *e)
{
	return e->kind.type;
}

const char *expr_source(const struct expr *e)
{
	return e->text;
}

enum expr_truth expr_ask(const struct expr *e, const struct expr_item *items)
{
	return expr_eval_truth(e, e->root, items);
}
