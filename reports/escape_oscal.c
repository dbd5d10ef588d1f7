/* escape_oscal.c - hostile text in the data types of OSCAL. */
#include "reports/escape_oscal.h"

#include "reports/escape.h"
#include "reports/escape_code.h"

enum { LINE_RUNES = 2000 };

static char token_character(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("._-", c)))
		return c;
	return c == '(' ? '.' : '-';
}

void escape_oscal_token(struct text *t, const char *s)
{
	char first = token_character(*s);

	if (!(first >= 'a' && first <= 'z'))
		text_add(t, "_");
	for (; *s; s++)
		if (*s != ')')
			text_addf(t, "%c", token_character(*s));
}

void escape_oscal_string(struct text *t, const char *s)
{
	struct text seen = { NULL, 0, 0 };

	text_printable(&seen, slice_of(s));
	struct slice part = escape_trimmed(slice_of(text_of(&seen)));
	if (part.n)
		text_add_slice(t, part);
	else
		text_add(t, "-");
	text_free(&seen);
}

void escape_oscal_line(struct text *t, const char *s)
{
	size_t before = t->n;

	escape_code_prose(t, s, LINE_RUNES);
	if (t->n == before)
		text_add(t, "-");
}
