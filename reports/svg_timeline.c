/* svg_timeline.c - one bar a segment, on the call's own time. */
#include "reports/svg_timeline.h"

#include <stdio.h>
#include <string.h>

#include "reports/escape.h"
#include "reports/jvalue.h"
#include "reports/wording.h"

enum {
	BARS_MAX = 12,
	EPOCHS_MAX = 24,
	LEFT = 340,
	CAPTION = 52,
	RIGHT = 780,
	ROW = 24,
	HEAD = 40,  /* the clock, then the epochs */
	LETTERS = 9 /* of the narrowest epoch that is named, in pixels a letter */
};

struct bar {
	const json_t *line, *segment;
	double first, last;
};

struct chart {
	struct bar bars[BARS_MAX];
	int count;
	size_t more;
	double start, end;
};

static void add(struct chart *c, const json_t *line, const json_t *segment)
{
	struct bar b = { line, segment, wording_seconds(jvalue_str(segment, "first")),
			 wording_seconds(jvalue_str(segment, "last")) };

	if (b.first <= 0 || b.last < b.first)
		return;
	if (b.first < c->start || c->start <= 0)
		c->start = b.first;
	if (b.last > c->end)
		c->end = b.last;
	if (c->count < BARS_MAX)
		c->bars[c->count++] = b;
	else
		c->more++;
}

static void collect(struct chart *c, const json_t *call)
{
	const json_t *lines = jvalue_get(call, "media");

	c->start = wording_seconds(jvalue_str(call, "start"));
	c->end = wording_seconds(jvalue_str(call, "end"));
	for (size_t i = 0; i < json_array_size(lines); i++) {
		const json_t *line = json_array_get(lines, i),
			     *segments = jvalue_get(line, "segments");
		for (size_t k = 0; k < json_array_size(segments); k++)
			add(c, line, json_array_get(segments, k));
	}
}

static int across(const struct chart *c, double when)
{
	double part = c->end > c->start ? (when - c->start) / (c->end - c->start) : 0.0;

	return LEFT + (int)((part < 0 ? 0 : part > 1 ? 1 : part) * (RIGHT - LEFT));
}

static void caption(FILE *out, const struct bar *b)
{
	struct text t = { 0 };

	text_addf(&t, "%s %s \xe2\x86\x92 %s", jvalue_str(b->line, "kind"),
		  jvalue_str(b->segment, "a"), jvalue_str(b->segment, "b"));
	escape_short(out, text_of(&t), CAPTION);
	text_free(&t);
}

static void draw(FILE *out, const struct chart *c, int i)
{
	const struct bar *b = &c->bars[i];
	const char *protection = jvalue_str(b->segment, "protection");
	int x1 = across(c, b->first), x2 = across(c, b->last), y = HEAD + i * ROW;

	(void)fprintf(out, "<text x=\"0\" y=\"%d\">", y + 13);
	caption(out, b);
	(void)fprintf(out,
		      "</text><rect class=\"f-%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"16\" "
		      "rx=\"3\"/>"
		      "<text class=\"t-%s\" x=\"%d\" y=\"%d\">",
		      wording_protection_tone(protection), x1, y + 1, x2 - x1 < 3 ? 3 : x2 - x1,
		      wording_protection_tone(protection), RIGHT + 10, y + 13);
	escape_markup(out, wording_protection(protection));
	(void)fputs("</text>\n", out);
}

/* Stretches with the same parties, keys and addresses: hold is shaded, each beginning is a line. */
static void epoch(FILE *out, const struct chart *c, const json_t *e)
{
	const char *type = jvalue_str(e, "type");
	int x1 = across(c, wording_seconds(jvalue_str(e, "start")));
	int x2 = across(c, wording_seconds(jvalue_str(e, "end")));
	int bottom = HEAD + c->count * ROW;

	if (strcmp(type, "talk") != 0 && x2 > x1)
		(void)fprintf(out,
			      "<rect class=\"pause\" x=\"%d\" y=\"20\" width=\"%d\" "
			      "height=\"%d\"/>",
			      x1, x2 - x1, bottom - 20);
	(void)fprintf(out, "<path class=\"epoch\" d=\"M%d 20V%d\"/>", x1, bottom);
	if (x2 - x1 < LETTERS * (int)strlen(type))
		return;
	(void)fprintf(out, "<text class=\"mute\" x=\"%d\" y=\"33\">", x1 + 4);
	escape_markup(out, type);
	(void)fputs("</text>\n", out);
}

static void epochs(FILE *out, const struct chart *c, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list) && i < EPOCHS_MAX; i++)
		epoch(out, c, json_array_get(list, i));
}

bool svg_timeline_write(FILE *out, const json_t *call)
{
	struct chart c = { 0 };
	struct text t = { 0 };

	collect(&c, call);
	if (!c.count)
		return false;
	wording_duration(&t, c.end - c.start);
	(void)fprintf(
		out,
		"<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Media over "
		"time\"><svg "
		"class=\"timeline\" role=\"img\" width=\"1000\" height=\"%d\" viewBox=\"0 0 1000 "
		"%d\">"
		"<title>When media flowed, and how it was protected</title>"
		"<text x=\"%d\" y=\"12\">00:00</text><text class=\"right\" x=\"%d\" "
		"y=\"12\">%s</text>"
		"<path class=\"axis\" d=\"M%d 18H%d\"/>\n",
		HEAD + c.count * ROW, HEAD + c.count * ROW, LEFT, RIGHT, text_of(&t), LEFT, RIGHT);
	epochs(out, &c, jvalue_get(call, "epochs"));
	for (int i = 0; i < c.count; i++)
		draw(out, &c, i);
	(void)fputs("</svg></div>\n", out);
	if (c.more)
		(void)fprintf(out,
			      "<p class=\"fine\">%zu more segments are in the JSON report.</p>\n",
			      c.more);
	text_free(&t);
	return true;
}
