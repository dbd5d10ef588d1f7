/* escape_csv.c - hostile text as a cell of CSV. */
#include "reports/escape_csv.h"

#include "reports/escape.h"

/*
 * Spreadsheets take the wide forms of these signs, too, and look past blanks in front of them. What
 * was a tab or a carriage return is a backslash by then, and can begin nothing.
 */
static bool begins_formula(const char *s)
{
	static const char *const wide[] = { "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
					    "\xef\xbc\xa0" };

	struct slice c = escape_trimmed(slice_of(s));

	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
		if (c.n >= 3 && memcmp(c.p, wide[i], 3) == 0)
			return true;
	return c.n && strchr("=+-@", c.p[0]);
}

void escape_csv_cell(struct text *t, const char *s)
{
	struct text seen = { NULL, 0, 0 };

	text_printable(&seen, slice_of(s));
	text_add(t, "\"");
	if (begins_formula(text_of(&seen)) || (s && *s && strchr("\t\r\n", *s)))
		text_add(t, "'");
	for (const char *c = text_of(&seen); *c; c++)
		text_add_slice(t,
			       *c == '"' ? SLICE("\"\"") : (struct slice){ (const uint8_t *)c, 1 });
	text_add(t, "\"");
	text_free(&seen);
}
