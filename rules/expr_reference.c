/* expr_reference.c - the page that lists what rules may ask, out of the field tables themselves. */
#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "rules/expr.h"

/* Scopes in the order in which they were found. */
struct found {
	const struct expr_scope **scopes;
	size_t count;
};

static void find(struct found *f, const struct expr_scope *s)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->scopes[i] == s)
			return;
	f->scopes = mem_more(f->scopes, f->count, sizeof *f->scopes);
	f->scopes[f->count++] = s;
}

static bool leads_on(const struct expr_field *f)
{
	return f->type == EXPR_ITEM || f->type == EXPR_LIST;
}

static void find_behind(struct found *f, const struct expr_scope *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (leads_on(&s->fields[i]))
			find(f, s->fields[i].scope());
}

/* A cell of a table ends at a bar and at the end of the line. */
static void add_cell(struct text *out, const char *words)
{
	for (; words && *words; words++) {
		char one[] = { *words == '\n' ? ' ' : *words, '\0' };
		text_add(out, *words == '|' ? "\\|" : one);
	}
}

static void add_names(struct text *out, const struct expr_field *f)
{
	const char *before = f->ordered ? "one of, rising: " : "one of ";

	for (const char *const *name = f->names; *name; name++) {
		if (**name == '\0')
			continue;
		text_addf(out, "%s`", before);
		add_cell(out, *name);
		text_add(out, "`");
		before = ", ";
	}
}

static void add_type(struct text *out, const struct expr_field *f)
{
	static const char *const words[] = {
		[EXPR_BOOL] = "true or false", [EXPR_NUMBER] = "number",
		[EXPR_DURATION] = "duration",  [EXPR_TIME] = "time",
		[EXPR_TEXT] = "text",	       [EXPR_ENUM] = "",
		[EXPR_VERSION] = "version",    [EXPR_ADDRESS] = "address",
		[EXPR_ITEM] = "one ",	       [EXPR_LIST] = "list of ",
	};

	text_add(out, words[f->type]);
	if (f->type == EXPR_ENUM)
		add_names(out, f);
	if (leads_on(f))
		text_addf(out, "[%s](#%s)", f->scope()->name, f->scope()->name);
}

static void add_field(struct text *out, const struct expr_field *f)
{
	text_addf(out, "| `%s` | ", f->name);
	add_type(out, f);
	text_add(out, " | ");
	add_cell(out, f->doc);
	text_add(out, " |\n");
}

static void add_scope(struct text *out, const struct expr_scope *s)
{
	text_addf(out, "## %s\n\n%s\n", s->name, s->doc);
	if (s->count)
		text_add(out, "\n| field | type | meaning |\n|---|---|---|\n");
	for (size_t i = 0; i < s->count; i++)
		add_field(out, &s->fields[i]);
}

void expr_reference(const struct expr_scope *const *roots, size_t count, struct text *out)
{
	struct found f = { 0 };

	for (size_t i = 0; i < count; i++)
		find(&f, roots[i]);
	for (size_t i = 0; i < f.count; i++) {
		find_behind(&f, f.scopes[i]);
		text_add(out, i ? "\n" : "");
		add_scope(out, f.scopes[i]);
	}
	free(f.scopes);
}
