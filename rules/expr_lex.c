/* expr_lex.c - cuts the next sign off an expression. */
#include "rules/expr_lex.h"

#include "analyzer/base/addr.h"
#include "analyzer/base/text.h"

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

bool expr_lex_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool expr_lex_in_name(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

static bool in_number(uint8_t c)
{
	return expr_lex_in_name(c) || c == '.' || c == '%';
}

static bool in_address(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
	       c == '.';
}

static size_t run_of(struct slice s, size_t from, bool (*in)(uint8_t))
{
	while (from < s.n && in(s.p[from]))
		from++;
	return from;
}

/* Length of the address at the front, 0: there is none. Names and numbers lack its colons or dots.
 */
static size_t address(struct slice s)
{
	size_t n = run_of(s, 0, in_address);
	struct addr a;

	if (!addr_parse(slice_upto(s, n), &a) || (n < s.n && expr_lex_in_name(s.p[n])))
		return 0;
	if (n + 1 < s.n && s.p[n] == '/' && is_digit(s.p[n + 1]))
		n = run_of(s, n + 1, is_digit);
	return n;
}

static struct expr_token quoted(struct slice s)
{
	size_t end = slice_find(slice_from(s, 1), s.p[0]) + 1;

	if (end == s.n)
		return (struct expr_token){ EXPR_SIGN_WRONG, s };
	return (struct expr_token){ EXPR_SIGN_TEXT, slice_upto(s, end + 1) };
}

static struct expr_token other(struct slice s)
{
	static const char pairs[][3] = { "==", "!=", "<=", ">=" };
	uint32_t rune;
	size_t n = text_rune(s, &rune);

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (slice_starts(s, slice_of(pairs[i])))
			return (struct expr_token){ EXPR_SIGN_OTHER, slice_upto(s, 2) };
	if (s.p[0] && strchr("=<>+-(){},:.", s.p[0]))
		return (struct expr_token){ EXPR_SIGN_OTHER, slice_upto(s, 1) };
	return (struct expr_token){ EXPR_SIGN_WRONG, slice_upto(s, n ? n : 1) };
}

struct expr_token expr_lex(struct slice rest)
{
	struct slice s = slice_from(rest, run_of(rest, 0, expr_lex_blank));
	size_t n;

	if (s.n == 0)
		return (struct expr_token){ EXPR_SIGN_END, s };
	if (s.p[0] == '\'' || s.p[0] == '"')
		return quoted(s);
	if ((n = address(s)) > 0)
		return (struct expr_token){ EXPR_SIGN_ADDRESS, slice_upto(s, n) };
	if (is_digit(s.p[0]))
		return (struct expr_token){ EXPR_SIGN_NUMBER,
					    slice_upto(s, run_of(s, 0, in_number)) };
	if (expr_lex_in_name(s.p[0]))
		return (struct expr_token){ EXPR_SIGN_NAME,
					    slice_upto(s, run_of(s, 0, expr_lex_in_name)) };
	return other(s);
}

bool expr_lex_keyword(struct slice word)
{
	static const char *const words[] = { "and", "or", "not", "in", "is", "as" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_ieq(word, slice_of(words[i])))
			return true;
	return false;
}
