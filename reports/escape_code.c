/* escape_code.c - hostile text in Markdown, as code where it could be anything else. */
#include "reports/escape_code.h"

#include "reports/escape.h"

static void printable(struct text *seen, const char *s, size_t runes)
{
	struct slice part = slice_of(s);
	bool cut = escape_cut(&part, runes);

	text_printable(seen, part);
	text_add(seen, cut ? "\xe2\x80\xa6" : "");
}

static void span(struct text *t, const char *s)
{
	text_add(t, "`");
	for (const char *c = s; *c; c++)
		if (*c == '`' || *c == '|')
			text_addf(t, "\\x%02x", (unsigned)*c);
		else
			text_add_slice(t, (struct slice){ (const uint8_t *)c, 1 });
	text_add(t, "`");
}

void escape_code_span(struct text *t, const char *s, size_t runes)
{
	struct text seen = { NULL, 0, 0 };

	printable(&seen, s, runes);
	if (seen.n)
		span(t, seen.p);
	text_free(&seen);
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool tame_character(char c)
{
	return letter(c) || (c >= '0' && c <= '9') || (c && strchr(" ,;'()/%.:=-", c)) ||
	       (unsigned char)c >= 0x80;
}

/* Nothing in it begins markup, wherever it stands, or is made a link. */
static bool tame(const char *s)
{
	size_t digits = strspn(s, "0123456789");

	/* "1." and "1)" begin a list. */
	if (!(digits ? s[digits] == ' ' : letter(*s)) || strstr(s, "://") || strcasestr(s, "www."))
		return false;
	while (tame_character(*s))
		s++;
	return !*s;
}

void escape_code_prose(struct text *t, const char *s, size_t runes)
{
	struct text seen = { NULL, 0, 0 };

	printable(&seen, s, runes);
	if (seen.n && tame(seen.p))
		text_add(t, seen.p);
	else if (seen.n)
		span(t, seen.p);
	text_free(&seen);
}
