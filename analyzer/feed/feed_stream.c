/* feed_stream.c - reads as much as there is, waits for more, and stops in the middle when told to.
 */
#include "analyzer/feed/feed_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/base/mem.h"
#include "analyzer/feed/feed_file.h"

struct stream {
	struct feed_reader *reader;
	int fd;
};

/* Opening a FIFO must not wait for its writer: that is done where it can be stopped. */
static int open_input(const char *where)
{
	if (strcmp(where, "-") == 0)
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	return open(where, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static const char *trouble(const char *where)
{
	if (strcmp(where, "-") == 0)
		return "standard input is not open";
	return errno == ENOENT ? "there is no such file" : strerror(errno);
}

static enum err stream_open(struct feed_reader *r, struct text *why)
{
	struct stat st;
	int fd = open_input(r->where);

	if (fd < 0 || fstat(fd, &st) < 0) {
		text_addf(why, "it cannot be opened: %s", trouble(r->where));
	} else if (S_ISDIR(st.st_mode)) {
		text_addf(why, "it is a folder: follow it, or name a capture in it");
	} else {
		struct stream *s = mem_zero(1, sizeof *s);
		s->reader = r;
		s->fd = fd;
		r->own = s;
		r->certain = S_ISREG(st.st_mode);
		return ERR_OK;
	}
	if (fd >= 0)
		(void)close(fd);
	return ERR_IO;
}

static ssize_t pull(void *ctx, void *to, size_t n)
{
	struct stream *s = ctx;
	short events;

	while (feed_reader_wait(s->reader, s->fd, -1, &events)) {
		ssize_t got = read(s->fd, to, n);
		if (got >= 0 || (errno != EAGAIN && errno != EINTR))
			return got;
	}
	return 0;
}

static void stream_run(struct feed_reader *r)
{
	struct feed_file_room room;
	struct feed_file_end end = { .usable = false };

	feed_file_ready(&room, r);
	feed_file_read(r, &room, (struct block_from){ pull, r->own }, &end);
	if (!feed_reader_stopping(r) && !end.complete)
		feed_reader_outage(r, "%s", text_of(&end.why));
	text_free(&end.why);
	feed_file_done(&room);
}

static void stream_close(struct feed_reader *r)
{
	struct stream *s = r->own;

	if (s)
		(void)close(s->fd);
	free(s);
}

const struct feed_reader_kind feed_stream_kind = {
	.open = stream_open,
	.run = stream_run,
	.close = stream_close,
	.word = "stream",
};
