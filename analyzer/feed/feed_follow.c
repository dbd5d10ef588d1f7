/* feed_follow.c - one file after the other; the newest while it grows. */
#include "analyzer/feed/feed_follow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/feed/feed_folder.h"

enum {
	LOOK_MS = 200,	 /* between looks for more */
	GRACE_MS = 1000, /* a file ends when it has not grown so long, and a later one is there */
};

struct follow {
	struct feed_reader *reader;
	int fd; /* of the folder, until it is walked through; -1 then */
	struct feed_file_room room;
	struct feed_folder *folder;
	bool blind; /* the folder cannot be read, which has been told */

	/* The file being read. */
	struct feed_folder_file *file;
	int file_fd;
	uint64_t offset;
	uint64_t grown_ns; /* monotonic: its last octets came */
	bool overwritten;
};

static int open_folder(const char *where)
{
	return open(where, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
}

static enum err follow_open(struct feed_reader *r, struct text *why)
{
	int fd = open_folder(r->where);

	if (fd < 0) {
		text_addf(why, "it cannot be followed: %s",
			  errno == ENOTDIR ? "it is no folder" : strerror(errno));
		return ERR_IO;
	}
	struct follow *w = mem_zero(1, sizeof *w);
	w->reader = r;
	w->fd = fd;
	r->own = w;
	r->certain = r->options->once;
	return ERR_OK;
}

static void follow_close(struct feed_reader *r)
{
	struct follow *w = r->own;

	if (!w)
		return;
	if (w->fd >= 0)
		(void)close(w->fd);
	free(w);
}

static void tell_lost(void *ctx, const char *name, const char *what)
{
	feed_reader_outage(ctx, "%s: %s", name, what);
}

/* Whichever clock says so first: that of the file system may be another machine's. */
static bool has_stopped_growing(const struct follow *w, const struct stat *st)
{
	return clock_day() >= clock_ns(st->st_mtim) + GRACE_MS * WHEN_MS ||
	       clock_steady() >= w->grown_ns + GRACE_MS * WHEN_MS;
}

/* All that is there was read. */
static bool is_finished(struct follow *w)
{
	struct stat st;

	if (fstat(w->file_fd, &st))
		return true;
	w->overwritten = (uint64_t)st.st_size < w->offset;
	if (w->overwritten || w->reader->options->once)
		return true;
	if ((uint64_t)st.st_size > w->offset)
		return false;
	if (st.st_nlink == 0)
		return has_stopped_growing(w, &st);
	(void)feed_folder_walk(w->folder);
	return feed_folder_later(w->folder, w->file) >= GRACE_MS && has_stopped_growing(w, &st);
}

static ssize_t pull(void *ctx, void *to, size_t n)
{
	struct follow *w = ctx;

	for (;;) {
		ssize_t got = read(w->file_fd, to, n);
		if (got > 0) {
			w->offset += (uint64_t)got;
			w->grown_ns = clock_steady();
			return got;
		}
		if (got < 0 && errno != EINTR)
			return got;
		if (is_finished(w))
			return 0;
		feed_reader_flush(w->reader);
		if (feed_reader_pause(w->reader, LOOK_MS))
			return 0;
	}
}

static void tell_end(struct follow *w, const struct feed_file_end *end)
{
	if (feed_reader_stopping(w->reader))
		return;
	if (w->overwritten)
		tell_lost(w->reader, w->file->name, "it was written anew while it was read");
	else if (!end->complete)
		tell_lost(w->reader, w->file->name, text_of(&end->why));
}

static void read_file(struct follow *w, struct feed_folder_file *file)
{
	struct feed_file_end end = { .usable = false };
	struct stat st;

	w->file_fd = feed_folder_take(w->folder, file);
	if (w->file_fd < 0)
		return;
	w->file = file;
	w->offset = w->grown_ns = 0;
	w->overwritten = false;
	feed_file_read(w->reader, &w->room, (struct block_from){ pull, w }, &end);
	tell_end(w, &end);
	if (fstat(w->file_fd, &st) == 0)
		feed_folder_read(file, &st, end.complete ? w->offset : (uint64_t)st.st_size,
				 end.first_ns);
	(void)close(w->file_fd);
	text_free(&end.why);
}

static struct feed_folder *walk_folder(struct follow *w, int fd)
{
	return feed_folder_new(fd, (struct feed_folder_options){
					   .once = w->reader->options->once,
					   .room = &w->room,
					   .stopped = w->reader->stopped,
					   .lost = tell_lost,
					   .ctx = w->reader,
				   });
}

/* A folder that was removed may be made again. */
static void find_again(struct follow *w)
{
	int fd = open_folder(w->reader->where);
	struct feed_folder *again = fd < 0 ? NULL : walk_folder(w, fd);

	if (!again)
		return;
	feed_folder_free(w->folder);
	w->folder = again;
}

static bool can_be_read(struct follow *w)
{
	if (feed_folder_gone(w->folder))
		find_again(w);
	bool here = !feed_folder_gone(w->folder) && feed_folder_walk(w->folder);
	if (!here && !w->blind)
		feed_reader_outage(w->reader, "the folder was removed, or cannot be read");
	w->blind = !here;
	feed_reader_up(w->reader, here);
	return here;
}

static void follow_run(struct feed_reader *r)
{
	struct follow *w = r->own;

	feed_file_ready(&w->room, r);
	w->folder = walk_folder(w, w->fd);
	w->fd = -1;
	if (!w->folder)
		feed_reader_outage(r, "the folder cannot be read: %s", strerror(errno));
	while (w->folder && !feed_reader_stopping(r)) {
		struct feed_folder_file *file = can_be_read(w) ? feed_folder_next(w->folder) : NULL;
		if (file) {
			read_file(w, file);
			continue;
		}
		if (r->options->once)
			break;
		feed_reader_flush(r);
		(void)feed_reader_pause(r, LOOK_MS);
	}
	feed_folder_free(w->folder);
	feed_file_done(&w->room);
}

const struct feed_reader_kind feed_follow_kind = {
	.open = follow_open,
	.run = follow_run,
	.close = follow_close,
	.word = "folder",
};
