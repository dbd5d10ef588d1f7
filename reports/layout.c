/* layout.c - wrapping, padding and colour. */
#include "reports/layout.h"

#include <string.h>

#include "reports/escape.h"

static void code(struct layout *l, const char *c)
{
	if (l->color)
		(void)fprintf(l->out, "\033[%sm", c);
}

void layout_tone(struct layout *l, const char *tone)
{
	static const char *const codes[][2] = {
		{ "good", "32" },  { "part", "36" }, { "doubt", "33" },
		{ "bad", "1;31" }, { "none", "2" },
	};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(codes[i][0], tone) == 0)
			code(l, codes[i][1]);
}

void layout_bold(struct layout *l)
{
	code(l, "1");
}

void layout_plain(struct layout *l)
{
	code(l, "0");
}

/* One column a character: wide scripts may run over, which a terminal wraps by itself. */
int layout_columns(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

void layout_pad(struct layout *l, int column)
{
	for (; l->column < column; l->column++)
		(void)fputc(' ', l->out);
}

void layout_line(struct layout *l)
{
	(void)fputc('\n', l->out);
	l->column = 0;
}

static void next_line(struct layout *l, int indent)
{
	layout_line(l);
	layout_pad(l, indent);
}

static void put_slice(struct layout *l, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		l->column += (s.p[i] & 0xc0) != 0x80;
	(void)fwrite(s.p, 1, s.n, l->out);
}

void layout_put(struct layout *l, const char *s)
{
	struct text t = { 0 };

	text_printable(&t, slice_of(s));
	put_slice(l, slice_of(text_of(&t)));
	text_free(&t);
}

static int slice_columns(struct slice s)
{
	int n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += (s.p[i] & 0xc0) != 0x80;
	return n;
}

/* A word longer than a line is broken where the line ends. */
static void put_word(struct layout *l, struct slice word, int indent)
{
	while (slice_columns(word) > l->width - l->column) {
		struct slice part = word;
		int room = l->width - l->column;
		if (room < 1 || l->width <= indent)
			break;
		(void)escape_cut(&part, (size_t)room);
		put_slice(l, part);
		word = slice_from(word, part.n);
		next_line(l, indent);
	}
	put_slice(l, word);
}

void layout_wrap(struct layout *l, const char *s, int indent)
{
	struct text t = { 0 };
	struct slice rest, word;
	bool first = true;

	text_printable(&t, slice_of(s));
	rest = slice_of(text_of(&t));
	while (slice_cut(&rest, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (!first && l->column + 1 + slice_columns(word) > l->width)
			next_line(l, indent);
		else if (!first)
			layout_put(l, " ");
		else if (l->column + slice_columns(word) > l->width && l->column > indent)
			next_line(l, indent);
		first = false;
		put_word(l, word, indent);
	}
	text_free(&t);
}

void layout_short(struct layout *l, const char *s, int columns)
{
	struct text t = { 0 };

	text_printable(&t, slice_of(s));
	struct slice part = slice_of(text_of(&t));
	if (columns > 0 && slice_columns(part) > columns) {
		(void)escape_cut(&part, (size_t)columns - 1);
		put_slice(l, part);
		layout_put(l, "\xe2\x80\xa6");
	} else if (columns > 0) {
		put_slice(l, part);
	}
	text_free(&t);
}
