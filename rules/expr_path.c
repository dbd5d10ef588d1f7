/* expr_path.c - what a name means: an item's own name, a field, a definition, a scope. */
#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "rules/expr_parse.h"

/* What can be found: an item and what to read of it. */
struct place {
	uint16_t item; /* its node; EXPR_NO_NODE: the one in `slot` */
	uint8_t slot;
	const struct expr_scope *scope;
};

static bool is_named(struct slice word, const char *name)
{
	return slice_ieq(word, slice_of(name));
}

static const struct expr_field *find_field(const struct expr_scope *s, struct slice word)
{
	for (size_t i = 0; i < s->count; i++)
		if (is_named(word, s->fields[i].name))
			return &s->fields[i];
	return NULL;
}

static const struct expr_define *find_define(const struct expr_parser *p,
					     const struct expr_scope *s, struct slice word)
{
	for (size_t i = 0; i < p->names->define_count; i++) {
		const struct expr_define *d = &p->names->defines[i];
		if (d->scope == s && d->expr && is_named(word, d->name))
			return d;
	}
	return NULL;
}

/* ---- nodes ------------------------------------------------------------------ */

static struct expr_operand at_slot(struct expr_parser *p, const uint8_t *start, uint8_t slot)
{
	struct expr_kind kind = { .type = EXPR_ITEM, .scope = p->frames[slot].scope };

	return expr_parse_operand(p, start, kind,
				  (struct expr_node){ .what = NODE_AT,
						      .slot = slot,
						      .a = EXPR_NO_NODE,
						      .b = EXPR_NO_NODE,
						      .c = EXPR_NO_NODE });
}

static struct expr_operand read_field(struct expr_parser *p, const uint8_t *start,
				      const struct place *from, const struct expr_field *f)
{
	bool more = f->type == EXPR_ITEM || f->type == EXPR_LIST;
	struct expr_kind kind = { .type = f->type,
				  .names = f->names,
				  .ordered = f->ordered,
				  .scope = more ? f->scope() : NULL };

	return expr_parse_operand(p, start, kind,
				  (struct expr_node){ .what = NODE_READ,
						      .type = (uint8_t)f->type,
						      .slot = from->slot,
						      .a = from->item,
						      .b = EXPR_NO_NODE,
						      .c = EXPR_NO_NODE,
						      .field = f });
}

/* The nearest item of that scope among the outermost `count`. */
static bool find_slot(const struct expr_parser *p, const struct expr_scope *s, uint8_t count,
		      uint8_t *slot)
{
	while (count-- > 0)
		if (p->frames[count].scope == s) {
			*slot = count;
			return true;
		}
	return false;
}

/* The items around the one at hand that the definition reads too. */
static bool find_around(struct expr_parser *p, const uint8_t *start, const struct place *from,
			const struct expr_define *d, struct expr_node *n)
{
	uint8_t count = from->item == EXPR_NO_NODE ? from->slot : p->frame_count;

	for (size_t i = 1; i < d->expr->scope_count; i++) {
		if (find_slot(p, d->expr->scopes[i], count, &n->use.slots[i]))
			continue;
		text_addf(expr_wrong(p, start), "%s reads of a %s too, and there is none around",
			  d->name, d->expr->scopes[i]->name);
		return false;
	}
	return true;
}

static struct expr_operand use_define(struct expr_parser *p, const uint8_t *start,
				      const struct place *from, const struct expr_define *d)
{
	struct expr_node n = { .what = NODE_USE,
			       .slot = from->slot,
			       .a = from->item,
			       .b = EXPR_NO_NODE,
			       .c = EXPR_NO_NODE,
			       .use = { .expr = d->expr } };

	find_around(p, start, from, d, &n);
	return expr_parse_operand(p, start, d->expr->kind, n);
}

/* ---- errors ----------------------------------------------------------------- */

struct words {
	const char **of;
	size_t count;
};

static void add_word(struct words *w, const char *name)
{
	w->of = mem_more(w->of, w->count, sizeof *w->of);
	w->of[w->count++] = name;
}

static void add_scope(struct words *w, const struct expr_parser *p, const struct expr_scope *s)
{
	for (size_t i = 0; i < s->count; i++)
		add_word(w, s->fields[i].name);
	for (size_t i = 0; i < p->names->define_count; i++)
		if (p->names->defines[i].scope == s)
			add_word(w, p->names->defines[i].name);
}

static void add_near(struct text *to, struct slice word, struct words *w)
{
	size_t before = to->n;

	expr_wrong_near(to, word, w->of, w->count);
	if (to->n == before && w->count && w->count <= 12)
		for (size_t i = 0; i < w->count; i++)
			text_addf(to, "%s%s", i ? ", " : ": it has ", w->of[i]);
	free(w->of);
}

static void no_such_field(struct expr_parser *p, const struct expr_scope *s, struct slice word)
{
	struct text *to = expr_wrong(p, word.p);
	struct words w = { 0 };

	text_addf(to, "%s has no field ", s->name);
	expr_wrong_quote(to, word);
	add_scope(&w, p, s);
	add_near(to, word, &w);
}

static void add_scope_names(struct text *to, const struct expr_parser *p)
{
	for (size_t i = p->frame_count; i-- > 0;)
		text_addf(to, "%s%s",
			  i + 1 == p->frame_count ? " in "
			  : i			  ? ", "
						  : " or ",
			  p->frames[i].scope->name);
}

/* An item's own name ends where its text does not: it is compared as a word of its own. */
static void near_own_name(struct text *to, const struct expr_parser *p, struct slice word)
{
	for (size_t i = p->frame_count; i-- > 0;) {
		struct text own = { 0 };
		text_add_slice(&own, p->frames[i].as);
		const char *name = text_of(&own);
		if (p->frames[i].as.n)
			expr_wrong_near(to, word, &name, 1);
		text_free(&own);
	}
}

/* Of something that a list or an item at hand leads to: where it could have been meant. */
static bool name_elsewhere(struct text *to, const struct expr_scope *s, struct slice word)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct expr_field *f = &s->fields[i];
		if (f->type != EXPR_ITEM && f->type != EXPR_LIST)
			continue;
		const struct expr_field *there = find_field(f->scope(), word);
		if (!there)
			continue;
		text_addf(to,
			  f->type == EXPR_LIST ? "; did you mean any(%s: %s …)?"
					       : "; did you mean %s.%s?",
			  f->name, there->name);
		return true;
	}
	return false;
}

static void no_such_name(struct expr_parser *p, struct slice word, const struct expr_operand *like)
{
	struct text *to = expr_wrong(p, word.p);
	struct words w = { 0 };

	text_add(to, "there is no field ");
	expr_wrong_quote(to, word);
	add_scope_names(to, p);
	if (like && like->kind.type == EXPR_TEXT) {
		text_add(to, "; a text stands in quotes");
		return;
	}
	for (size_t i = p->frame_count; i-- > 0;)
		if (name_elsewhere(to, p->frames[i].scope, word))
			return;
	size_t before = to->n;
	near_own_name(to, p, word);
	for (size_t i = p->frame_count; i-- > 0;) {
		add_scope(&w, p, p->frames[i].scope);
		add_word(&w, p->frames[i].scope->name);
	}
	if (to->n == before)
		expr_wrong_near(to, word, w.of, w.count);
	free(w.of);
}

/* ---- names ------------------------------------------------------------------ */

/* True: the name is the item's, given by "as". */
static bool own_name(const struct expr_parser *p, struct slice word, uint8_t *slot)
{
	for (uint8_t i = p->frame_count; i-- > 0;)
		if (p->frames[i].as.n && slice_ieq(p->frames[i].as, word)) {
			*slot = i;
			return true;
		}
	return false;
}

static bool scope_name(const struct expr_parser *p, struct slice word, uint8_t *slot)
{
	for (uint8_t i = p->frame_count; i-- > 0;)
		if (is_named(word, p->frames[i].scope->name)) {
			*slot = i;
			return true;
		}
	return false;
}

/* A field or definition of one scope; `through`: only what something can be read of. */
static bool of_place(struct expr_parser *p, const uint8_t *start, const struct place *from,
		     struct slice word, bool through, struct expr_operand *out)
{
	const struct expr_field *f = find_field(from->scope, word);
	const struct expr_define *d = find_define(p, from->scope, word);

	if (f && (!through || f->type == EXPR_ITEM || f->type == EXPR_LIST))
		*out = read_field(p, start, from, f);
	else if (d && (!through || d->expr->kind.type == EXPR_ITEM))
		*out = use_define(p, start, from, d);
	else
		return false;
	return true;
}

static bool of_frames(struct expr_parser *p, struct slice word, bool through,
		      struct expr_operand *out)
{
	for (uint8_t i = p->frame_count; i-- > 0;) {
		struct place from = { EXPR_NO_NODE, i, p->frames[i].scope };
		if (of_place(p, word.p, &from, word, through, out))
			return true;
	}
	return false;
}

static bool first_name(struct expr_parser *p, struct slice word, struct expr_operand *out)
{
	bool through = expr_parse_is(p, ".");
	uint8_t slot;

	if (own_name(p, word, &slot)) {
		*out = at_slot(p, word.p, slot);
		return true;
	}
	if (of_frames(p, word, through, out))
		return true;
	if (scope_name(p, word, &slot)) {
		*out = at_slot(p, word.p, slot);
		return true;
	}
	return through && of_frames(p, word, false, out);
}

static void not_an_item(struct expr_parser *p, const struct expr_operand *o)
{
	struct text *to = expr_wrong(p, o->source.p);

	expr_wrong_quote(to, o->source);
	text_add(to, " is ");
	expr_wrong_kind(to, &o->kind);
	if (o->kind.type == EXPR_LIST)
		text_addf(to, ": what is read of one of them stands in any(%.*s: …)",
			  (int)slice_upto(o->source, 60).n, (const char *)o->source.p);
	else
		text_add(to, " and has no fields");
}

static struct expr_operand next_name(struct expr_parser *p, const struct expr_operand *o)
{
	struct slice word = expr_parse_name(p, "expected a field");
	struct expr_operand out = *o;

	if (p->failed)
		return out;
	if (o->kind.type != EXPR_ITEM) {
		not_an_item(p, o);
		return out;
	}
	struct place from = { o->node, 0, o->kind.scope };
	if (!of_place(p, o->source.p, &from, word, false, &out))
		no_such_field(p, o->kind.scope, word);
	return out;
}

struct expr_operand expr_path(struct expr_parser *p, const struct expr_operand *like)
{
	struct expr_token first = p->now;
	struct expr_operand o = { .node = EXPR_NO_NODE, .source = first.text };

	expr_parse_skip(p, first.text.n);
	if (!first_name(p, first.text, &o)) {
		p->now = first;
		if (like && (like->kind.type == EXPR_ENUM || like->kind.type == EXPR_VERSION))
			expr_wrong_name(p, like);
		else
			no_such_name(p, first.text, like);
		return o;
	}
	while (!p->failed && expr_parse_take(p, "."))
		o = next_name(p, &o);
	return o;
}
