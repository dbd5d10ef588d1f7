/* pack_read.c - the small things of a pack: keys, names, expressions, sentences, lists. */
#include "rules/pack_read.h"

#include <stdio.h>
#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/nearest.h"
#include "rules/reading.h"

enum { SHOWN = 80 };

/* ---- what is wrong, and where ---------------------------------------------------------- */

static size_t find(struct slice in, size_t from, const char *what)
{
	const uint8_t *hit = from < in.n && what && *what
				     ? memmem(in.p + from, in.n - from, what, strlen(what))
				     : NULL;

	return hit ? (size_t)(hit - in.p) : in.n;
}

/* jansson keeps no lines: the text at fault is looked for behind the id of its rule. */
static size_t line_of(const struct pack_read *r)
{
	char id[48];
	size_t at = 0, line = 1;

	(void)snprintf(id, sizeof id, "\"%s\"", r->rule ? r->rule : "");
	if (r->rule && find(r->bytes, 0, id) < r->bytes.n)
		at = find(r->bytes, 0, id);
	if (find(r->bytes, at, r->fragment) < r->bytes.n)
		at = find(r->bytes, at, r->fragment);
	for (size_t i = 0; i < at; i++)
		line += r->bytes.p[i] == '\n';
	return line;
}

enum err pack_read_wrong(struct pack_read *r, const char *what, const char *word, const char *near)
{
	struct text t = { 0 };

	if (!r->fragment)
		r->fragment = word;
	text_addf(&t, "%s:%zu: ", r->file, line_of(r));
	if (r->rule)
		text_printable(&t, slice_upto(slice_of(r->rule), SHOWN));
	text_addf(&t, "%s%s%s", r->rule && *r->place ? ", " : "", r->place,
		  r->rule || *r->place ? ": " : "");
	reading_sentence(&t, what, word, near);
	free(r->why);
	r->why = t.p;
	return ERR_USAGE;
}

/* ---- plain values -------------------------------------------------------------------------- */

enum err pack_read_keys(struct pack_read *r, const json_t *o, const char *const *keys)
{
	const char *key;
	json_t *value;
	size_t n = 0, i;

	if (!json_is_object(o))
		return pack_read_wrong(r, "is not an object", NULL, NULL);
	while (keys[n])
		n++;
	json_object_foreach((json_t *)(uintptr_t)o, key, value)
	{
		for (i = 0; i < n && strcmp(key, keys[i]) != 0;)
			i++;
		if (i == n)
			return pack_read_wrong(r, "there is no key", key,
					       nearest_word(slice_of(key), keys, n));
	}
	return ERR_OK;
}

enum err pack_read_text(struct pack_read *r, const json_t *o, const char *key, bool needed,
			const char **out)
{
	const json_t *v = json_object_get(o, key);

	*out = json_string_value(v);
	if (!v)
		return needed ? pack_read_wrong(r, "lacks the key", key, NULL) : ERR_OK;
	return *out ? ERR_OK : pack_read_wrong(r, "is no text:", key, NULL);
}

enum err pack_read_name(struct pack_read *r, const char *word, const char *const *names, int *out)
{
	size_t n = 0;

	for (; names[n]; n++)
		if (word && strcmp(word, names[n]) == 0) {
			*out = (int)n;
			return ERR_OK;
		}
	return pack_read_wrong(r, "there is no", word ? word : "(no text)",
			       nearest_word(slice_of(word), names, n));
}

/* ---- expressions ------------------------------------------------------------------------------
 */

struct expr_names pack_read_names(const struct pack_set *s, const struct expr_scope *scope,
				  const struct expr_scope **scopes)
{
	size_t n = 0;

	if (scope && scope != field_call())
		scopes[n++] = scope;
	scopes[n++] = field_call();
	return (struct expr_names){ .scopes = scopes,
				    .scope_count = n,
				    .defines = s->defines,
				    .define_count = s->define_count,
				    .words = s->words,
				    .word_count = s->word_count };
}

/* The engine's own sentence becomes the end of ours. */
static enum err told(struct pack_read *r, char *why, const char *fragment)
{
	r->fragment = fragment;
	enum err e = pack_read_wrong(r, why ? why : "is wrong", NULL, NULL);

	free(why);
	return e;
}

enum err pack_read_expr(struct pack_read *r, const json_t *o, const char *key,
			const struct expr_scope *scope, struct expr **out)
{
	const struct expr_scope *scopes[2];
	struct expr_names names = pack_read_names(r->set, scope, scopes);
	const char *text;
	char *why = NULL;
	enum err e = pack_read_text(r, o, key, false, &text);

	*out = NULL;
	if (e != ERR_OK || !text)
		return e;
	if (expr_compile(slice_of(text), &names, out, &why) == ERR_OK)
		return ERR_OK;
	return told(r, why, text);
}

enum err pack_read_bool(struct pack_read *r, const json_t *o, const char *key,
			const struct expr_scope *scope, struct expr **out)
{
	enum err e = pack_read_expr(r, o, key, scope, out);

	if (e != ERR_OK || !*out || expr_type(*out) == EXPR_BOOL)
		return e;
	e = pack_read_wrong(r, "is neither true nor false:", expr_source(*out), NULL);
	expr_free(*out);
	*out = NULL;
	return e;
}

/* ---- sentences
 * ----------------------------------------------------------------------------------- */

void pack_read_choice_free(struct pack_choice *c)
{
	for (size_t i = 0; !c->borrowed && i < c->count; i++) {
		expr_free(c->options[i].when);
		template_free(c->options[i].text);
	}
	if (!c->borrowed)
		free(c->options);
	*c = (struct pack_choice){ 0 };
}

static enum err add_option(struct pack_read *r, const json_t *o, const char *text,
			   const struct expr_scope *scope, struct pack_choice *out)
{
	const struct expr_scope *scopes[2];
	struct expr_names names = pack_read_names(r->set, scope, scopes);
	struct pack_option option = { 0 };
	char *why = NULL;
	enum err e = o ? pack_read_bool(r, o, "when", scope, &option.when) : ERR_OK;

	if (e == ERR_OK && template_compile(slice_of(text), &names, &option.text, &why) != ERR_OK)
		e = told(r, why, text);
	out->options = mem_more(out->options, out->count, sizeof *out->options);
	out->options[out->count++] = option;
	return e;
}

/* Of the same things, or of the call, which every item has. */
static enum err borrow(struct pack_read *r, const struct pack_choice_named *c,
		       const struct expr_scope *scope, struct pack_choice *out)
{
	if (!c->choice.of_call && c->scope != scope)
		return pack_read_wrong(r, "is a choice for other things than these:", c->name,
				       NULL);
	*out = c->choice;
	out->borrowed = true;
	return ERR_OK;
}

static enum err named_choice(struct pack_read *r, const char *name, const struct expr_scope *scope,
			     struct pack_choice *out)
{
	const struct pack_set *s = r->set;
	const char *names[PACK_CASES];
	size_t n = 0;

	for (size_t i = 0; i < s->choice_count; i++) {
		if (strcmp(s->choices[i].name, name) == 0)
			return borrow(r, &s->choices[i], scope, out);
		if (n < PACK_CASES)
			names[n++] = s->choices[i].name;
	}
	return pack_read_wrong(r, "there is no choice", name,
			       nearest_word(slice_of(name), names, n));
}

static enum err one_option(struct pack_read *r, const json_t *o, const struct expr_scope *scope,
			   struct pack_choice *out)
{
	static const char *const keys[] = { "when", "text", NULL };
	const char *text = json_string_value(o);
	enum err e = ERR_OK;

	if (text)
		return add_option(r, NULL, text, scope, out);
	e = pack_read_keys(r, o, keys);
	if (e == ERR_OK)
		e = pack_read_text(r, o, "text", true, &text);
	return e == ERR_OK ? add_option(r, o, text, scope, out) : e;
}

enum err pack_read_choice(struct pack_read *r, const json_t *v, const struct expr_scope *scope,
			  struct pack_choice *out)
{
	const char *text = json_string_value(v);
	enum err e = ERR_OK;

	*out = (struct pack_choice){ .of_call = !scope || scope == field_call() };
	if (!v)
		return ERR_OK;
	if (text && text[0] == '@')
		return named_choice(r, text + 1, scope, out);
	if (text)
		return add_option(r, NULL, text, scope, out);
	if (!json_is_array(v) || json_array_size(v) > PACK_CASES)
		return pack_read_wrong(r, "is neither a text nor a short list of them", NULL, NULL);
	for (size_t i = 0; e == ERR_OK && i < json_array_size(v); i++)
		e = one_option(r, json_array_get(v, i), scope, out);
	return e;
}

/* ---- lists
 * ------------------------------------------------------------------------------------------ */

static const struct expr_field *step(struct pack_read *r, const struct expr_scope *s,
				     struct slice name, bool last)
{
	const char *names[256];
	char word[64];
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct expr_field *f = &s->fields[i];
		if (f->type != (last ? EXPR_LIST : EXPR_ITEM))
			continue;
		if (slice_eq(name, slice_of(f->name)))
			return f;
		if (n < sizeof names / sizeof *names)
			names[n++] = f->name;
	}
	(void)snprintf(word, sizeof word, "%.*s", (int)(name.n < 63 ? name.n : 63),
		       (const char *)name.p);
	(void)pack_read_wrong(r, "there is no list", word, nearest_word(name, names, n));
	return NULL;
}

enum err pack_read_path(struct pack_read *r, const char *text, struct pack_path *out)
{
	const struct expr_scope *scope = field_call();
	struct slice rest = slice_of(text), name;

	out->count = 0;
	out->facts = 0;
	if (strcmp(text, "call") == 0)
		return ERR_OK;
	while (rest.n && slice_cut(&rest, '.', &name)) {
		const struct expr_field *f = step(r, scope, name, rest.n == 0);
		if (!f)
			return ERR_USAGE;
		if (out->count == sizeof out->steps / sizeof *out->steps)
			return pack_read_wrong(r, "leads too far:", text, NULL);
		out->steps[out->count++] = f;
		out->facts = 1 + field_fact_kind(f);
		scope = f->scope();
	}
	return ERR_OK;
}
