/* expr_wrong.c - what is wrong with an expression: the column, the reason, the nearest name. */
#include "analyzer/base/nearest.h"
#include "rules/expr_literal.h"
#include "rules/expr_parse.h"

enum { SHOWN = 60, NAMES_SHOWN = 16, FOLDED = 48 };

/* In characters, not octets: what an editor counts. */
static size_t column(const struct expr_parser *p, const uint8_t *at)
{
	size_t n = 1;

	for (const uint8_t *c = p->all.p; c < at; c++)
		n += (*c & 0xc0) != 0x80;
	return n;
}

struct text *expr_wrong(struct expr_parser *p, const uint8_t *at)
{
	if (p->failed)
		return &p->unheard;
	p->failed = true;
	text_addf(&p->why, "column %zu: ", column(p, at));
	expr_parse_skip(p, 0);
	return &p->why;
}

void expr_wrong_quote(struct text *to, struct slice s)
{
	bool cut = s.n > SHOWN;

	s = slice_upto(s, SHOWN);
	/* Not in the middle of a character. */
	while (cut && s.n && (s.p[s.n] & 0xc0) == 0x80)
		s.n--;
	text_add(to, "\"");
	text_printable(to, s);
	text_add(to, cut ? "…\"" : "\"");
}

void expr_wrong_here(struct expr_parser *p, const char *what)
{
	struct expr_token now = p->now;
	struct text *to = expr_wrong(p, now.text.p);

	if (now.sign == EXPR_SIGN_WRONG && (now.text.p[0] == '"' || now.text.p[0] == '\'')) {
		text_add(to, "the text that begins here does not end");
		return;
	}
	text_add(to, what);
	if (now.sign == EXPR_SIGN_END)
		return;
	text_add(to, ", not ");
	expr_wrong_quote(to, now.text);
}

static void add_names(struct text *to, const char *const *names)
{
	size_t shown = 0;

	for (; *names; names++) {
		if (**names == '\0')
			continue;
		if (shown == NAMES_SHOWN) {
			text_add(to, ", …");
			return;
		}
		text_add(to, shown++ ? ", " : "");
		text_add(to, *names);
	}
}

void expr_wrong_kind(struct text *to, const struct expr_kind *k)
{
	static const char *const words[] = {
		[EXPR_BOOL] = "true or false",	[EXPR_NUMBER] = "a number",
		[EXPR_DURATION] = "a duration", [EXPR_TIME] = "a time",
		[EXPR_TEXT] = "a text",		[EXPR_ENUM] = "one of ",
		[EXPR_VERSION] = "a version",	[EXPR_ADDRESS] = "an address",
		[EXPR_ITEM] = "one ",		[EXPR_LIST] = "a list of ",
	};

	text_add(to, words[k->type]);
	if (k->type == EXPR_ENUM)
		add_names(to, k->names);
	else if (k->type == EXPR_ITEM || k->type == EXPR_LIST)
		text_add(to, k->scope->name);
}

/* Names are all of one case, most of the time; what was typed may be of the other. */
static const char *near_folded(struct slice wrong, const char *const *words, size_t count,
			       uint8_t from, uint8_t bit)
{
	uint8_t folded[FOLDED];

	if (wrong.n > sizeof folded)
		return NULL;
	for (size_t i = 0; i < wrong.n; i++) {
		uint8_t c = wrong.p[i];
		folded[i] = c >= from && c < from + 26 ? c ^ bit : c;
	}
	return nearest_word((struct slice){ folded, wrong.n }, words, count);
}

void expr_wrong_near(struct text *to, struct slice wrong, const char *const *words, size_t count)
{
	const char *near = nearest_word(wrong, words, count);

	if (!near)
		near = near_folded(wrong, words, count, 'A', 0x20);
	if (!near)
		near = near_folded(wrong, words, count, 'a', 0x20);
	if (near)
		text_addf(to, "; did you mean %s?", near);
}

static size_t word_length(struct slice s)
{
	size_t n = 0;

	while (n < s.n && (expr_lex_in_name(s.p[n]) || s.p[n] == '-' || s.p[n] == '.'))
		n++;
	return n;
}

static struct slice words_here(struct slice s)
{
	size_t end = 0, at = 0;

	for (;;) {
		size_t n = word_length(slice_from(s, at));
		if (n == 0 || expr_lex_keyword(slice_upto(slice_from(s, at), n)))
			return slice_upto(s, end);
		end = at + n;
		for (at = end; at < s.n && expr_lex_blank(s.p[at]);)
			at++;
	}
}

struct slice expr_wrong_words(const struct expr_parser *p)
{
	return words_here(expr_parse_rest(p));
}

void expr_wrong_name(struct expr_parser *p, const struct expr_operand *like)
{
	struct slice wrong = expr_wrong_words(p);
	struct slice at = p->now.text;
	struct text *to = expr_wrong(p, at.p);
	struct expr_kind kind = like->kind;
	size_t count = 0;

	if (wrong.n == 0) /* it stands in quotes */
		wrong = (struct slice){ at.p + 1, at.n - 2 };
	if (kind.type == EXPR_VERSION)
		kind = (struct expr_kind){ .type = EXPR_ENUM, .names = expr_literal_versions };
	while (kind.names[count])
		count++;
	text_printable(to, slice_upto(like->source, SHOWN));
	text_add(to, " is ");
	expr_wrong_kind(to, &kind);
	text_add(to, ": ");
	expr_wrong_quote(to, wrong);
	text_add(to, " is none of them");
	expr_wrong_near(to, wrong, kind.names, count);
}
