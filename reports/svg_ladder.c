/* svg_ladder.c - the ladder of one call: hosts as columns, what went between them as rungs. */
#include "reports/svg_ladder.h"

#include <math.h>
#include <string.h>

#include "reports/escape.h"
#include "reports/html_part.h"
#include "reports/jvalue.h"
#include "reports/wording.h"

enum {
	LEFT = 104, /* the clock stands before it */
	MARGIN = 76,
	RIGHT = 252, /* frames and findings stand in it */
	CITE = 66,
	HEAD = 46,
	RUNG = 31,
	BREAK = 25,
	EPOCH_WORDS = 66, /* half of what the words across it take */
	HOSTS_MAX = 16,
	MARKS_MAX = 2,
	LABEL_MAX = 72,
	LETTER = 13 /* half a letter's width, in quarters of a pixel */
};

struct ladder {
	FILE *out;
	const json_t *call, *hosts, *events;
	const char *id;
	int columns, pitch, width, height;
};

/* ---- what is drawn ------------------------------------------------------------------ */

static const char *leg_tone(const json_t *call, const json_t *e)
{
	const json_t *leg = json_array_get(jvalue_get(call, "legs"), (size_t)jvalue_int(e, "leg"));

	if (!jvalue_has(e, "leg") || !leg)
		return "none";
	if (jvalue_is(leg, "readable"))
		return "bad";
	if (jvalue_is(leg, "tunnelled") || jvalue_is(leg, "decrypted"))
		return "doubt";
	return jvalue_is(leg, "encrypted") ? "good" : "none";
}

static const char *tone_of(const struct ladder *l, const json_t *e)
{
	const char *kind = jvalue_str(e, "kind");

	if (strcmp(kind, "media") == 0)
		return wording_protection_tone(jvalue_str(e, "protection"));
	if (strcmp(kind, "tls") == 0)
		return "good";
	if (strcmp(kind, "dtls") == 0 || strcmp(kind, "zrtp") == 0)
		return "part";
	return leg_tone(l->call, e);
}

static int column(const struct ladder *l, const json_t *e, const char *key)
{
	int at = (int)jvalue_int(e, key);

	return LEFT + MARGIN + (at < l->columns ? at : l->columns - 1) * l->pitch;
}

static bool is_at(const json_t *at, const char *input, uint64_t frame)
{
	return jvalue_int(at, "frame") == frame && strcmp(jvalue_str(at, "input"), input) == 0;
}

static bool shows(const json_t *e, const char *input, uint64_t frame)
{
	const json_t *also = jvalue_get(e, "also");
	bool yes = is_at(e, input, frame);

	for (size_t i = 0; i < json_array_size(also); i++)
		yes = yes || is_at(json_array_get(also, i), input, frame);
	return yes;
}

static bool cites(const json_t *finding, const json_t *e)
{
	const json_t *evidence = jvalue_get(finding, "evidence");

	for (size_t i = 0; i < json_array_size(evidence); i++) {
		const json_t *at = json_array_get(evidence, i);
		if (shows(e, jvalue_str(at, "input"), jvalue_int(at, "frame")))
			return true;
	}
	return false;
}

int svg_ladder_rung(const json_t *call, const char *input, uint64_t frame)
{
	const json_t *events = jvalue_get(jvalue_get(call, "ladder"), "events");

	for (size_t i = 0; i < json_array_size(events); i++)
		if (shows(json_array_get(events, i), input, frame))
			return (int)i;
	return -1;
}

/* ---- hosts ---------------------------------------------------------------------------- */

static const char *role_of(const json_t *call, const char *host)
{
	const json_t *hosts = jvalue_get(jvalue_get(call, "path"), "hosts");

	for (size_t i = 0; i < json_array_size(hosts); i++) {
		const json_t *h = json_array_get(hosts, i);
		if (strcmp(jvalue_str(h, "at"), host) == 0 &&
		    strcmp(jvalue_str(h, "role"), "unknown") != 0)
			return jvalue_str(h, "role");
	}
	return "";
}

static void draw_hosts(const struct ladder *l)
{
	for (int i = 0; i < l->columns; i++) {
		const char *name = jvalue_at(l->hosts, (size_t)i), *role = role_of(l->call, name);
		int x = LEFT + MARGIN + i * l->pitch;
		(void)fprintf(l->out,
			      "<path class=\"life\" d=\"M%d %dV%d\"/><text class=\"host\" x=\"%d\" "
			      "y=\"%d\">",
			      x, HEAD - 6, l->height - 4, x, *role ? 16 : 28);
		escape_short(l->out, name, (size_t)l->pitch / 7);
		(void)fputs("</text>", l->out);
		if (*role)
			html_part_put(l->out, "<text class=\"role\" x=\"%d\" y=\"32\">%s</text>", x,
				      role);
		(void)fputs("\n", l->out);
	}
}

/* ---- rungs ----------------------------------------------------------------------------- */

static void put_seconds(FILE *out, double s)
{
	(void)fprintf(out, fabs(s) < 99.95 ? "%.3f" : "%.1f", s);
}

static void draw_clock(const struct ladder *l, const json_t *e, int y)
{
	(void)fprintf(l->out, "<text class=\"at\" x=\"%d\" y=\"%d\">", LEFT - 8, y + 22);
	put_seconds(l->out, jvalue_real(e, "at"));
	if (jvalue_has(e, "until")) {
		(void)fputs(" to ", l->out);
		put_seconds(l->out, jvalue_real(e, "until"));
	}
	(void)fputs("</text>", l->out);
}

static void arrow_head(const struct ladder *l, const char *tone, int x, int y, int way)
{
	(void)fprintf(l->out, "<path class=\"f-%s\" d=\"M%d %dl%d -5v10z\"/>", tone, x, y,
		      -9 * way);
}

static void draw_arrow(const struct ladder *l, const json_t *e, const char *tone, int y)
{
	int from = column(l, e, "from"), to = column(l, e, "to"), way = to > from ? 1 : -1;
	bool wide = strcmp(jvalue_str(e, "kind"), "media") == 0;
	int left = from < to ? from : to, right = from < to ? to : from;

	if (from == to) {
		(void)fprintf(l->out, "<circle class=\"f-%s\" cx=\"%d\" cy=\"%d\" r=\"5\"/>", tone,
			      from, y + 22);
		return;
	}
	if (wide)
		(void)fprintf(l->out,
			      "<rect class=\"band f-%s\" x=\"%d\" y=\"%d\" width=\"%d\" "
			      "height=\"10\" rx=\"3\"/>",
			      tone, left + 9, y + 17, right - left - 18);
	else
		(void)fprintf(l->out, "<path class=\"line e-%s\" d=\"M%d %dH%d\"/>", tone,
			      from + 2 * way, y + 22, to - 8 * way);
	arrow_head(l, tone, to, y + 22, way);
	if (jvalue_is(e, "both"))
		arrow_head(l, tone, from, y + 22, -way);
}

/* Above its arrow, and inside the picture. */
static void draw_label(const struct ladder *l, const json_t *e, const char *tone, int y)
{
	const char *label = jvalue_str(e, "text");
	int half = (int)strlen(label) * LETTER / 4;
	int x = (column(l, e, "from") + column(l, e, "to")) / 2;
	int most = l->width - RIGHT + MARGIN / 2 - half;

	if (x > most)
		x = most;
	if (x < LEFT + half)
		x = LEFT + half;
	(void)fprintf(l->out, "<text class=\"what t-%s\" x=\"%d\" y=\"%d\">", tone, x, y + 12);
	escape_short(l->out, label, LABEL_MAX);
	(void)fputs("</text>", l->out);
}

/* The rules whose findings rest on this frame, each leading to its finding; how many. */
static int draw_marks(const struct ladder *l, const json_t *e, int y)
{
	const json_t *findings = jvalue_get(l->call, "findings");
	const char *told[MARKS_MAX] = { "" };
	int n = 0, x = l->width - RIGHT + 96;

	for (size_t i = 0; i < json_array_size(findings) && i < SVG_LADDER_FINDINGS; i++) {
		const json_t *f = json_array_get(findings, i);
		const char *rule = jvalue_str(f, "rule");
		if (strcmp(jvalue_str(f, "outcome"), "violated") != 0 || !cites(f, e) ||
		    (n == 1 && strcmp(told[0], rule) == 0))
			continue;
		if (n == MARKS_MAX) {
			(void)fprintf(l->out, "<text class=\"mute\" x=\"%d\" y=\"%d\">+</text>",
				      x + n * CITE, y + 22);
			return n;
		}
		told[n] = rule;
		html_part_put(l->out,
			      "<a href=\"#f-%s-%d\"><text class=\"cite\" x=\"%d\" "
			      "y=\"%d\">%s</text></a>",
			      l->id, (int)i, x + n * CITE, y + 22, rule);
		n++;
	}
	return n;
}

static void draw_frame(const struct ladder *l, const json_t *e, int y, bool cited)
{
	if (cited)
		(void)fprintf(l->out, "<circle class=\"proof\" cx=\"%d\" cy=\"%d\" r=\"4\"/>",
			      l->width - RIGHT - 2, y + 18);
	(void)fprintf(l->out, "<text class=\"frame\" x=\"%d\" y=\"%d\">", l->width - RIGHT + 8,
		      y + 22);
	escape_short(l->out, jvalue_str(e, "input"), 9);
	(void)fprintf(l->out, " #%llu</text>", (unsigned long long)jvalue_int(e, "frame"));
}

static void draw_rung(const struct ladder *l, const json_t *e, int i, int y)
{
	const char *tone = tone_of(l, e);

	html_part_put(l->out, "<g class=\"rung\" id=\"l-%s-%d\"><title>%s %s %s</title>", l->id, i,
		      jvalue_at(l->hosts, (size_t)jvalue_int(e, "from")),
		      jvalue_is(e, "both") ? "and" : "to",
		      jvalue_at(l->hosts, (size_t)jvalue_int(e, "to")));
	(void)fprintf(l->out, "<rect class=\"hit\" y=\"%d\" width=\"%d\" height=\"%d\"/>", y,
		      l->width, RUNG);
	draw_clock(l, e, y);
	draw_arrow(l, e, tone, y);
	draw_label(l, e, tone, y);
	draw_frame(l, e, y, draw_marks(l, e, y) > 0);
	(void)fputs("</g>\n", l->out);
}

/* ---- epochs ------------------------------------------------------------------------------ */

static double since_start(const json_t *call, const json_t *epoch)
{
	return wording_seconds(jvalue_str(epoch, "start")) -
	       wording_seconds(jvalue_str(call, "start"));
}

/* A line across where parties, keys or addresses changed. */
static void draw_epoch(const struct ladder *l, const json_t *epoch, int y)
{
	int middle = (LEFT + l->width - RIGHT) / 2;

	(void)fprintf(l->out, "<path class=\"epoch\" d=\"M%d %dH%dM%d %dH%d\"/>", LEFT, y + 12,
		      middle - EPOCH_WORDS, middle + EPOCH_WORDS, y + 12, l->width - RIGHT);
	html_part_put(l->out, "<text class=\"what mute\" x=\"%d\" y=\"%d\">%s: %s</text>\n", middle,
		      y + 16, jvalue_str(epoch, "type"), jvalue_str(epoch, "why"));
}

/* ---- the picture --------------------------------------------------------------------------- */

static void measure(struct ladder *l)
{
	size_t rungs = json_array_size(l->events);
	size_t epochs = json_array_size(jvalue_get(l->call, "epochs"));

	l->columns = (int)json_array_size(l->hosts);
	l->columns = l->columns > HOSTS_MAX ? HOSTS_MAX : l->columns;
	l->pitch = l->columns < 3 ? 430 : l->columns == 3 ? 265 : l->columns == 4 ? 176 : 150;
	l->width = LEFT + 2 * MARGIN + (l->columns - 1) * l->pitch + RIGHT;
	l->height = HEAD + (int)rungs * RUNG + (int)epochs * BREAK + 12;
}

static void draw_rungs(const struct ladder *l)
{
	const json_t *epochs = jvalue_get(l->call, "epochs");
	size_t next = 0, count = json_array_size(epochs);
	int y = HEAD;

	for (size_t i = 0; i < json_array_size(l->events); i++) {
		const json_t *e = json_array_get(l->events, i);
		for (; next < count && since_start(l->call, json_array_get(epochs, next)) <=
					       jvalue_real(e, "at") - 1e-6;
		     next++, y += BREAK)
			draw_epoch(l, json_array_get(epochs, next), y);
		draw_rung(l, e, (int)i, y);
		y += RUNG;
	}
	for (; next < count; next++, y += BREAK)
		draw_epoch(l, json_array_get(epochs, next), y);
}

bool svg_ladder_write(FILE *out, const json_t *call)
{
	const json_t *ladder = jvalue_get(call, "ladder");
	struct ladder l = { .out = out,
			    .call = call,
			    .hosts = jvalue_get(ladder, "hosts"),
			    .events = jvalue_get(ladder, "events"),
			    .id = jvalue_str(call, "id") };

	if (!json_array_size(l.hosts) || !json_array_size(l.events))
		return false;
	measure(&l);
	(void)fprintf(out,
		      "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Ladder of "
		      "the call\"><svg class=\"ladder\" width=\"%d\" height=\"%d\" viewBox=\"0 0 "
		      "%d %d\">\n",
		      l.width, l.height, l.width, l.height);
	(void)fprintf(out, "<text class=\"at\" x=\"%d\" y=\"28\">seconds</text>", LEFT - 8);
	(void)fprintf(out, "<text class=\"frame\" x=\"%d\" y=\"28\">frame</text>",
		      l.width - RIGHT + 8);
	(void)fprintf(out, "<text class=\"frame\" x=\"%d\" y=\"28\">evidence for</text>\n",
		      l.width - RIGHT + 96);
	draw_hosts(&l);
	draw_rungs(&l);
	(void)fputs("</svg></div>\n", out);
	return true;
}
