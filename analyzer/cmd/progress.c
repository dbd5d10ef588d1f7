/* progress.c - how far reading is, on a terminal's standard error and nowhere else. */
#include "analyzer/cmd/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/when.h"

enum { BAR = 24, PATIENCE_MS = 500, PACE_MS = 200 };

void progress_begin(struct progress *p, const struct capture *c, bool quiet)
{
	const char *term = getenv("TERM");
	bool shown = !quiet && isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);

	*p = (struct progress){ .capture = shown ? c : NULL };
	if (shown)
		p->began_ns = clock_steady();
}

/* "940", "12.3 k", "4.1 M": three digits are what an eye takes in while they change. */
static void add_scaled(struct text *t, double n, const char *unit)
{
	static const char *const scales[] = { "", "k", "M", "G", "T" };
	size_t i = 0;

	for (; n >= 1000 && i + 1 < sizeof scales / sizeof *scales; i++)
		n /= 1000;
	text_addf(t, i && n < 100 ? "%.1f " : "%.0f ", n);
	text_addf(t, "%s%s", scales[i], unit);
}

static void add_span(struct text *t, double seconds)
{
	unsigned long s = (unsigned long)(seconds + 0.5);

	if (s < 60)
		text_addf(t, "%lu s", s);
	else if (s < 3600)
		text_addf(t, "%lu min %02lu s", s / 60, s % 60);
	else
		text_addf(t, "%lu h %02lu min", s / 3600, s / 60 % 60);
}

static void add_bar(struct text *t, double share)
{
	unsigned full = (unsigned)(share * BAR);

	text_addf(t, "%3u %% [", (unsigned)(share * 100));
	for (unsigned i = 0; i < BAR; i++)
		text_add(t, i < full ? "#" : ".");
	text_add(t, "] ");
}

void progress_line(struct text *t, struct capture_place at, uint64_t elapsed_ns)
{
	double seconds = when_seconds(elapsed_ns);
	double share = at.all ? (double)at.read / (double)at.all : 0;

	/* A file that grows while it is read is as far as it was said to be. */
	if (share > 1)
		share = 1;
	if (at.all)
		add_bar(t, share);
	add_scaled(t, (double)at.packets, at.packets < 1000 ? "packets" : " packets");
	if (seconds > 0) {
		text_add(t, ", ");
		add_scaled(t, (double)at.read / seconds, "B/s");
	}
	if (seconds > 0 && share > 0.01 && share < 1) {
		text_add(t, ", ");
		add_span(t, seconds / share - seconds);
		text_add(t, " left");
	}
}

void progress_beat(void *ctx)
{
	struct progress *p = ctx;
	uint64_t t_ns = clock_steady();
	struct text line = { 0 };

	if (t_ns - p->began_ns < PATIENCE_MS * WHEN_MS || t_ns - p->shown_ns < PACE_MS * WHEN_MS)
		return;
	p->shown_ns = t_ns;
	progress_line(&line, capture_place(p->capture), t_ns - p->began_ns);
	(void)fprintf(stderr, "\r%.78s\033[K", text_of(&line));
	(void)fflush(stderr);
	text_free(&line);
}

void progress_end(struct progress *p)
{
	if (p->capture && p->shown_ns)
		(void)fputs("\r\033[K", stderr);
	p->capture = NULL;
}
