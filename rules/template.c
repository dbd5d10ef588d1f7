/* template.c - sentences with values: cut apart once, filled for each finding. */
#include "rules/template.h"

#include <stdlib.h>

#include "analyzer/base/mem.h"

/* Words, or (with an expression) a value and what stands before it. */
struct part {
	char *words;
	struct expr *value;
	size_t most;
};

struct template
{
	struct part *parts;
	size_t count;
};

enum { NO_LIMIT = 1 << 20 }; /* more than a sentence holds */

void template_free(struct template *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->count; i++) {
		free(t->parts[i].words);
		expr_free(t->parts[i].value);
	}
	free(t->parts);
	free(t);
}

static struct part *more(struct template *t)
{
	t->parts = mem_more(t->parts, t->count, sizeof *t->parts);
	t->parts[t->count] = (struct part){ .most = NO_LIMIT };
	return &t->parts[t->count++];
}

static char *copy(struct slice s)
{
	char *text = mem_zero(s.n + 1, 1);

	if (s.n)
		memcpy(text, s.p, s.n);
	return text;
}

/* A run of words; a doubled brace is one. Where it ends, an expression begins or nothing is left.
 */
static struct slice take_words(struct template *t, struct slice rest)
{
	struct text run = { 0 };

	while (rest.n) {
		uint8_t c = rest.p[0];
		bool brace = c == '{' || c == '}', twice = brace && rest.n > 1 && rest.p[1] == c;
		if (brace && !twice)
			break;
		text_add_slice(&run, (struct slice){ rest.p, 1 });
		rest = slice_from(rest, twice ? 2 : 1);
	}
	if (run.n)
		more(t)->words = copy(text_slice(&run));
	text_free(&run);
	return rest;
}

static enum err wrong(char **why, const char *what)
{
	*why = mem_text(what);
	return ERR_USAGE;
}

/* Where the expression ends: a bar or the brace, outside quotes. */
static size_t value_end(struct slice s)
{
	uint8_t quote = 0;
	size_t i = 0;

	for (; i < s.n; i++) {
		if (quote)
			quote = s.p[i] == quote ? 0 : quote;
		else if (s.p[i] == '\'' || s.p[i] == '"')
			quote = s.p[i];
		else if (s.p[i] == '|' || s.p[i] == '}')
			break;
	}
	return i;
}

static enum err take_option(struct part *p, struct slice option, char **why)
{
	uint64_t n;

	option = slice_trim(option);
	if (slice_number(option, EXPR_TEXT_MOST, &n) && n) {
		p->most = (size_t)n;
		return ERR_OK;
	}
	if (!slice_starts(option, SLICE("after '")) || option.n < 9 ||
	    option.p[option.n - 1] != '\'')
		return wrong(why, "behind a bar stands a number or after '...'");
	free(p->words);
	p->words = copy((struct slice){ option.p + 7, option.n - 8 });
	return ERR_OK;
}

static enum err take_value(struct template *t, struct slice *rest, const struct expr_names *names,
			   char **why)
{
	struct part *p = more(t);
	size_t n = value_end(*rest);
	enum err e = expr_compile(slice_trim(slice_upto(*rest, n)), names, &p->value, why);

	*rest = slice_from(*rest, n);
	while (e == ERR_OK && rest->n && rest->p[0] == '|') {
		*rest = slice_from(*rest, 1);
		n = value_end(*rest);
		e = take_option(p, slice_upto(*rest, n), why);
		*rest = slice_from(*rest, n);
	}
	if (e == ERR_OK && !rest->n)
		return wrong(why, "a brace is not closed");
	*rest = slice_from(*rest, 1);
	return e;
}

enum err template_compile(struct slice text, const struct expr_names *names, struct template **out,
			  char **why)
{
	struct template *t = mem_zero(1, sizeof *t);
	enum err e = text.n > EXPR_TEXT_MOST ? wrong(why, "the text is too long") : ERR_OK;

	while (e == ERR_OK && text.n) {
		text = take_words(t, text);
		if (text.n && text.p[0] == '}')
			e = wrong(why, "a brace is closed that was not opened");
		else if (text.n) {
			text = slice_from(text, 1);
			e = take_value(t, &text, names, why);
		}
	}
	if (e != ERR_OK) {
		template_free(t);
		t = NULL;
	}
	*out = t;
	return e;
}

static void add_value(const struct part *p, const struct expr_item *items, struct words *out)
{
	struct expr_value v = expr_eval(p->value, items);
	struct text shown = { 0 };

	if (v.known && expr_type(p->value) == EXPR_TEXT) { /* most are: no detour */
		if (v.text.n && p->words)
			words_add(out, p->words);
		words_slice(out, slice_upto(v.text, p->most));
		return;
	}
	expr_show(p->value, &v, &shown);
	if (shown.n && p->words)
		words_add(out, p->words);
	words_slice(out, slice_upto(text_slice(&shown), p->most));
	text_free(&shown);
}

void template_fill(const struct template *t, const struct expr_item *items, struct words *out)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->parts[i].value)
			add_value(&t->parts[i], items, out);
		else
			words_add(out, t->parts[i].words);
}

const char *template_plain(const struct template *t)
{
	if (t->count == 0)
		return "";
	return t->count == 1 && !t->parts[0].value ? t->parts[0].words : NULL;
}
