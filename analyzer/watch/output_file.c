/* output_file.c - events as lines of a file, of standard output, a FIFO or a device. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/base/mem.h"
#include "analyzer/watch/ecs_event.h"
#include "analyzer/watch/line_file.h"
#include "analyzer/watch/output_kind.h"
#include "analyzer/watch/output_stream.h"

enum { KEEP = 9 };

struct lines {
	struct output base;
	struct output_counters n;
	enum output_lines how;
	const json_t *head;
	struct text line;
	struct line_file *file; /* one of these two; none when it is finished */
	struct output_stream *stream;
};

static struct lines *lines_of(struct output *o)
{
	return (struct lines *)o;
}

static void give(struct output *o, const struct event *e)
{
	struct lines *l = lines_of(o);

	text_clear(&l->line);
	if (l->how == OUTPUT_ECS) {
		ecs_event_line(&l->line, l->head, e);
	} else {
		text_add_slice(&l->line, e->line);
		text_add(&l->line, "\n");
	}
	struct slice line = text_slice(&l->line);
	l->n.given++;
	if (l->file)
		line_file_write(l->file, line);
	else
		output_stream_write(l->stream, line);
}

static void reopen(struct output *o)
{
	struct lines *l = lines_of(o);

	if (l->file)
		line_file_reopen(l->file);
	else
		output_stream_reopen(l->stream);
}

static void tick(struct output *o, uint64_t clock_ns)
{
	struct lines *l = lines_of(o);

	if (l->file)
		line_file_tick(l->file, clock_ns);
	else
		output_stream_tick(l->stream);
}

static void start(struct output *o)
{
	(void)o; /* has no thread */
}

static struct output_counters counters(struct output *o)
{
	return lines_of(o)->n;
}

static void finish(struct output *o, int wait_ms)
{
	struct lines *l = lines_of(o);

	if (l->file)
		line_file_close(l->file);
	else
		output_stream_close(l->stream, wait_ms);
	l->file = NULL;
	l->stream = NULL;
	l->n.up = false;
}

static void free_lines(struct output *o)
{
	struct lines *l = lines_of(o);

	text_free(&l->line);
	free((char *)(uintptr_t)l->n.name);
	free(l);
}

static const struct output_kind kind = {
	.give = give,
	.reopen = reopen,
	.tick = tick,
	.start = start,
	.counters = counters,
	.finish = finish,
	.free = free_lines,
};

static bool is_stream(const char *path)
{
	struct stat st;

	return strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode));
}

static enum err open_lines(struct lines *l, const struct output_file_options *of)
{
	if (is_stream(of->path))
		return output_stream_open(&l->stream, of->path, &l->n);
	return line_file_open(&l->file,
			      (struct line_file_options){ .path = of->path,
							  .rotate_bytes = of->rotate_bytes,
							  .rotate_ns = of->rotate_ns,
							  .keep = of->keep ? of->keep : KEEP,
							  .n = &l->n });
}

enum err output_file(struct output **out, struct output_file_options options)
{
	struct lines *l = mem_zero(1, sizeof *l);

	l->base = (struct output){ .kind = &kind, .kinds = options.kinds };
	l->how = options.lines;
	l->head = options.head;
	l->n.name = mem_text(options.path);
	enum err e = open_lines(l, &options);
	if (e) {
		int why = errno;
		free_lines(&l->base);
		errno = why;
		return e;
	}
	*out = &l->base;
	return ERR_OK;
}
