/* escape_cef.c - hostile text in a line of the Common Event Format. */
#include "reports/escape_cef.h"

static void escaped(struct text *t, const char *s, char divider)
{
	struct text seen = { NULL, 0, 0 };

	text_printable(&seen, slice_of(s));
	for (const char *c = text_of(&seen); *c; c++) {
		text_add(t, *c == divider || *c == '\\' ? "\\" : "");
		text_add_slice(t, (struct slice){ (const uint8_t *)c, 1 });
	}
	text_free(&seen);
}

void escape_cef_header(struct text *t, const char *s)
{
	escaped(t, s, '|');
}

void escape_cef_value(struct text *t, const char *s)
{
	escaped(t, s, '=');
}
