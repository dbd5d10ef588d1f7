/* escape.c - hostile text made harmless in markup. */
#include "reports/escape.h"

static const char *entity(uint8_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void escape_markup_slice(struct text *t, struct slice s)
{
	struct text seen = { 0 };

	text_printable(&seen, s);
	for (size_t i = 0, from = 0; i <= seen.n; i++) {
		const char *e = i < seen.n ? entity((uint8_t)seen.p[i]) : "";
		if (!e)
			continue;
		if (i > from)
			text_add_slice(t,
				       (struct slice){ (const uint8_t *)seen.p + from, i - from });
		text_add(t, e);
		from = i + 1;
	}
	text_free(&seen);
}

static void put(FILE *out, struct slice s, const char *tail)
{
	struct text t = { 0 };

	escape_markup_slice(&t, s);
	text_add(&t, tail);
	(void)fputs(text_of(&t), out);
	text_free(&t);
}

void escape_markup(FILE *out, const char *s)
{
	put(out, slice_of(s), "");
}

/* GitHub's Markdown makes links of bare addresses, too. */
static bool begins_markup(const char *c)
{
	return strchr("\\`*_[]<>|~&#!@", *c) || (*c == ':' && c[1] == '/');
}

void escape_markdown(FILE *out, const char *s)
{
	struct text seen = { 0 };

	text_printable(&seen, slice_of(s));
	for (const char *c = text_of(&seen); *c; c++) {
		if (begins_markup(c))
			(void)fputc('\\', out);
		(void)fputc(*c, out);
	}
	text_free(&seen);
}

static bool is_blank(uint32_t rune)
{
	return rune == ' ' || rune == 0xa0 || rune == 0x1680 ||
	       (rune >= 0x2000 && rune <= 0x200a) || rune == 0x202f || rune == 0x205f ||
	       rune == 0x3000;
}

struct slice escape_trimmed(struct slice s)
{
	size_t n, end = 0;
	uint32_t rune;

	while ((n = text_rune(s, &rune)) && is_blank(rune))
		s = slice_from(s, n);
	for (size_t at = 0; at < s.n; at += n ? n : 1) {
		n = text_rune(slice_from(s, at), &rune);
		end = n && is_blank(rune) ? end : at + (n ? n : 1);
	}
	return slice_upto(s, end);
}

bool escape_cut(struct slice *s, size_t runes)
{
	size_t at = 0;

	for (; runes && at < s->n; runes--) {
		uint32_t rune;
		size_t n = text_rune(slice_from(*s, at), &rune);
		at += n ? n : 1;
	}
	bool cut = at < s->n;
	*s = slice_upto(*s, at);
	return cut;
}

void escape_short(FILE *out, const char *s, size_t runes)
{
	struct slice part = slice_of(s);
	bool cut = escape_cut(&part, runes);

	put(out, part, cut ? "\xe2\x80\xa6" : "");
}
