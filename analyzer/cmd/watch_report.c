/* watch_report.c - reports over a window of time, written by a copy of the process. */
#include "analyzer/base/when.h"
#include "analyzer/cmd/watch_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "analyzer/cmd/opening.h"
#include "analyzer/cmd/written.h"

enum { EVERY_S = 15 * 60, WINDOW_S = 24 * 3600, ROWS = 200000, KEEP = 9 };

static bool any_report(const struct args *a)
{
	for (size_t i = 0; i < a->format_count; i++)
		if (!args_is_lines(a->formats[i]))
			return true;
	return false;
}

static void begin_window(struct watch *w)
{
	struct watch_report *r = &w->report;
	struct summary s = { 0 };
	struct summary_inputs inputs = watch_sources_inputs(w, &s);

	r->since = summary_since(&w->pipeline, &inputs, &w->keys);
	r->window_end_ns = clock_steady() + r->window_ns;
	r->rows = r->rows_dropped = 0;
	summary_free(&s);
}

void watch_report_open(struct watch *w)
{
	const struct watch_args *a = &w->args.watch;
	struct watch_report *r = &w->report;

	r->wanted = any_report(&w->args);
	r->every_ns = a->every_ns ? a->every_ns : EVERY_S * WHEN_SECOND;
	r->window_ns = a->window_ns ? a->window_ns : WINDOW_S * WHEN_SECOND;
	r->next_ns = clock_steady() + r->every_ns;
	begin_window(w);
	memset(&r->since, 0, sizeof r->since);
}

bool watch_report_keeps(struct watch *w)
{
	struct watch_report *r = &w->report;

	if (!r->wanted)
		return false;
	if (r->rows < ROWS) {
		r->rows++;
		return true;
	}
	r->rows_dropped++;
	return false;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

/* FILE is of this window, FILE.1 of the one before. */
static void turn(const char *path, unsigned keep)
{
	struct text from = { 0 }, to = { 0 };

	for (unsigned i = keep; i; i--) {
		text_clear(&from);
		text_clear(&to);
		text_add(&from, path);
		if (i > 1)
			text_addf(&from, ".%u", i - 1);
		text_addf(&to, "%s.%u", path, i);
		(void)rename(text_of(&from), text_of(&to));
	}
	text_free(&from);
	text_free(&to);
}

static int write_all(struct watch *w)
{
	struct report_style style = written_style(&w->args);
	unsigned keep = w->args.watch.keep ? w->args.watch.keep : KEEP;
	struct text path = { 0 };
	int code = 0;

	for (size_t i = 0; i < w->args.format_count; i++) {
		const struct report_format *f = report_find(w->args.formats[i]);
		if (args_is_lines(f->name))
			continue;
		written_target(&w->args, f, &path);
		if (w->report.turned)
			turn(text_of(&path), keep);
		if (report_write(f, w->document, text_of(&path), &style) != ERR_OK)
			code = written_failed(text_of(&path));
	}
	text_free(&path);
	return code;
}

static int finish(struct watch *w)
{
	struct summary s = { 0 };
	struct summary_inputs inputs = watch_sources_inputs(w, &s);

	(void)summary_finish(&s, &w->pipeline, &inputs, w->document, &w->args, &w->keys,
			     &w->report.since);
	int code = write_all(w);
	summary_free(&s);
	return code;
}

static int work(void *ctx, int to)
{
	struct watch *w = ctx;

	(void)to;
	feed_in_copy(w->feed);
	return finish(w);
}

/* A new document and a new tally: what was judged before belongs to the report before. */
static void next_window(struct watch *w)
{
	struct document *d = document_new(watch_open_document(w));
	struct judge *j;

	if (!d || !opening_judge(&w->args, &w->chosen, &w->before, &j)) {
		document_free(d);
		return;
	}
	document_free(w->document);
	judge_free(w->judge);
	w->document = d;
	w->judge = w->pipeline.judge = j;
	w->report.turned = true;
	begin_window(w);
}

static void settle(struct watch *w)
{
	struct watch_report *r = &w->report;
	int status;

	if (!copy_look(&r->copy, &status))
		return;
	if (status != 0)
		w->exit = 5;
	else
		r->turned = false;
	if (clock_steady() >= r->window_end_ns)
		next_window(w);
}

void watch_report_tick(struct watch *w)
{
	struct watch_report *r = &w->report;
	uint64_t now = clock_steady();

	if (!r->wanted)
		return;
	if (copy_busy(&r->copy)) {
		settle(w);
		return;
	}
	if (now < r->next_ns && now < r->window_end_ns)
		return;
	r->next_ns = now + r->every_ns;
	if (document_flush(w->document)) {
		(void)copy_begin(&r->copy, work, w);
	} else {
		w->exit = written_failed("temporary file for calls");
		r->wanted = false;
	}
}

void watch_report_end(struct watch *w)
{
	if (!w->report.wanted)
		return;
	int code = finish(w);
	if (code)
		w->exit = code;
}
