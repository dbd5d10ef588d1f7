/* feed_file.c - the capture room reads it as audit would; this hands on what it finds. */
#include "analyzer/feed/feed_file.h"

#include <stdlib.h>

#include "analyzer/capture/capture_file.h"

/* One capture being read. */
struct reading {
	struct feed_reader *reader;
	struct feed_filter *filter;
	struct capture_input info;
	struct capture_file *file;
	uint64_t before; /* frames of the reader before this capture */
	uint64_t drops;	 /* told so far */
	size_t secrets;
};

void feed_file_ready(struct feed_file_room *room, const struct feed_reader *r)
{
	room->hasher = hasher_new(false);
	room->filter = feed_filter_new(r->options->bpf);
}

void feed_file_done(struct feed_file_room *room)
{
	feed_filter_free(room->filter);
	hasher_free(room->hasher);
}

static void forget(struct capture_input *info)
{
	for (size_t i = 0; i < info->problem_count; i++)
		free(info->problems[i].text);
	free(info->problems);
}

static void give(struct reading *g, const struct frame *f)
{
	g->reader->number = g->before + f->number - 1;
	if (feed_filter_passes(g->filter, f))
		feed_reader_give(g->reader, f);
}

/* Secrets and losses that the file told of before its next frame. */
static void take_news(struct reading *g)
{
	const struct capture_secret *found;
	size_t n = capture_file_secrets(g->file, &found);
	uint64_t drops = capture_file_drops(g->file);

	for (; g->secrets < n; g->secrets++)
		feed_reader_secret(g->reader, &found[g->secrets]);
	if (drops > g->drops) {
		feed_reader_lost(g->reader, 0, drops - g->drops, 0);
		g->drops = drops;
	}
}

static void take_frames(struct reading *g)
{
	struct frame more[CAPTURE_BATCH];
	const struct frame *f;

	while (!feed_reader_stopping(g->reader) && (f = capture_file_next(g->file))) {
		take_news(g);
		give(g, f);
		size_t n = capture_file_more(g->file, more, CAPTURE_BATCH);
		for (size_t i = 0; i < n; i++)
			give(g, &more[i]);
	}
}

/* The first problem is what ended it, or what makes all the rest doubtful. */
static void tell_end(const struct capture_input *info, struct feed_file_end *end)
{
	end->usable = info->usable;
	end->complete = info->complete;
	end->first_ns = info->first_ns;
	end->packets = info->packets;
	if (!info->complete && info->problem_count)
		text_add(&end->why, info->problems[info->problem_count - 1].text);
}

void feed_file_read(struct feed_reader *r, const struct feed_file_room *room,
		    struct block_from from, struct feed_file_end *end)
{
	struct capture_file_run run = { .hasher = room->hasher, .from = &from };
	struct reading g = { .reader = r, .filter = room->filter, .before = r->number };

	g.file = capture_file_open(&g.info, &run);
	take_frames(&g);
	take_news(&g);
	if (g.info.interface_drops > g.drops)
		feed_reader_lost(r, 0, g.info.interface_drops - g.drops, 0);
	r->number = g.before + g.info.packets;
	tell_end(&g.info, end);
	capture_file_close(g.file);
	forget(&g.info);
}

uint64_t feed_file_first(const struct feed_file_room *room, struct block_from from,
			 struct feed_file_end *end)
{
	struct capture_file_run run = { .hasher = room->hasher, .from = &from };
	struct capture_input info = { .label = NULL };
	struct capture_file *f = capture_file_open(&info, &run);
	const struct frame *first = capture_file_next(f);
	uint64_t ns = first ? first->ts_ns : 0;

	tell_end(&info, end);
	capture_file_close(f);
	forget(&info);
	return ns;
}
