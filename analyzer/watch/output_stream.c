/* output_stream.c - lines to what is no regular file: standard output, a FIFO, a device. */
#include "analyzer/watch/output_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/watch/output_kind.h"

enum {
	/* A pipe that can be written at all takes so much without making us wait (pipe(7)). */
	PIECE = 4096,
	PATIENCE_MS = 1000,
};

struct output_stream {
	char *path; /* NULL: standard output */
	int fd;	    /* -1: nobody reads the FIFO */
	struct output_counters *n;
	struct text rest; /* of a line that was begun */
	bool regular; /* standard output may lead to a file: what is begun there is taken back */
	bool stalled; /* the reader took nothing for so long: it is not waited for again */
};

static int open_path(const char *path)
{
	return open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

static void look_at(struct output_stream *s)
{
	struct stat st;

	s->regular = fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode);
	s->stalled = false;
	s->n->up = true;
}

enum err output_stream_open(struct output_stream **out, const char *path, struct output_counters *n)
{
	struct output_stream *s = mem_zero(1, sizeof *s);
	bool standard = strcmp(path, "-") == 0;

	s->n = n;
	s->fd = standard ? STDOUT_FILENO : open_path(path);
	if (s->fd < 0 && errno != ENXIO) {
		int why = errno;
		free(s);
		errno = why;
		return ERR_IO;
	}
	s->path = standard ? NULL : mem_text(path);
	if (s->fd >= 0)
		look_at(s);
	else
		output_failed(n, "nobody reads it", 0);
	*out = s;
	return ERR_OK;
}

/* ---- writing ----------------------------------------------------------------------------- */

static bool has_room(int fd, uint64_t until_ns)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	uint64_t now = clock_steady();
	int wait = until_ns > now ? (int)((until_ns - now) / WHEN_MS) : 0;

	return poll(&p, 1, wait) > 0;
}

/* As much as goes until then; less than all: errno says why, EAGAIN: the reader takes nothing. */
static size_t put(const struct output_stream *s, struct slice line, uint64_t until_ns)
{
	size_t done = 0;

	while (done < line.n) {
		size_t most = s->regular ? line.n : PIECE, left = line.n - done;
		errno = EAGAIN;
		if (!has_room(s->fd, until_ns))
			break;
		ssize_t n = write(s->fd, line.p + done, left < most ? left : most);
		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR && errno != EAGAIN)
			break;
		else if (clock_steady() >= until_ns)
			break;
	}
	return done;
}

static uint64_t patience(const struct output_stream *s)
{
	return clock_steady() + (s->stalled ? 0 : PATIENCE_MS * WHEN_MS);
}

/* A FIFO's next reader begins with a whole line. */
static void reader_went(struct output_stream *s)
{
	if (s->rest.n) {
		s->n->sent--;
		s->n->lost++;
	}
	text_clear(&s->rest);
	if (s->path && s->fd >= 0) {
		(void)close(s->fd);
		s->fd = -1;
	}
}

static void stopped(struct output_stream *s)
{
	int why = errno;

	output_failed(s->n, why == EAGAIN ? "the reader takes nothing" : "cannot be written",
		      why == EAGAIN ? 0 : why);
	s->stalled = why == EAGAIN;
	if (why == EPIPE)
		reader_went(s);
}

static void take_back(struct output_stream *s, size_t done)
{
	off_t at = lseek(s->fd, 0, SEEK_CUR) - (off_t)done;

	if (at >= 0 && ftruncate(s->fd, at) == 0)
		(void)lseek(s->fd, at, SEEK_SET);
}

static bool finish_rest(struct output_stream *s, uint64_t until_ns)
{
	struct slice rest = text_slice(&s->rest);
	size_t done = rest.n ? put(s, rest, until_ns) : 0;

	if (done == rest.n) {
		text_clear(&s->rest);
		return true;
	}
	memmove(s->rest.p, s->rest.p + done, rest.n - done);
	s->rest.n -= done;
	stopped(s);
	return false;
}

static void reopen_missing(struct output_stream *s)
{
	if (s->fd >= 0)
		return;
	s->fd = open_path(s->path);
	if (s->fd >= 0) {
		s->n->reconnects++;
		look_at(s);
	}
}

/* Begun: it counts as sent, and the rest is kept. */
static void keep_rest(struct output_stream *s, struct slice line, size_t done)
{
	int why = errno;

	s->n->sent++;
	text_add_slice(&s->rest, slice_from(line, done));
	errno = why;
	stopped(s);
}

void output_stream_write(struct output_stream *s, struct slice line)
{
	reopen_missing(s);
	if (s->fd < 0 || !finish_rest(s, patience(s))) {
		s->n->lost++;
		return;
	}
	size_t done = put(s, line, patience(s));
	if (done == line.n) {
		s->n->sent++;
		s->n->up = true;
		s->stalled = false;
	} else if (done && !s->regular) {
		keep_rest(s, line, done);
	} else {
		stopped(s);
		s->n->lost++;
		if (done)
			take_back(s, done);
	}
}

void output_stream_reopen(struct output_stream *s)
{
	if (!s->path)
		return;
	reader_went(s);
	reopen_missing(s);
}

void output_stream_tick(struct output_stream *s)
{
	reopen_missing(s);
	if (s->fd >= 0 && s->rest.n && finish_rest(s, 0)) {
		s->n->up = true;
		s->stalled = false;
	}
}

void output_stream_close(struct output_stream *s, int wait_ms)
{
	if (s->fd >= 0 && s->rest.n)
		(void)finish_rest(s, clock_steady() + (uint64_t)wait_ms * WHEN_MS);
	if (s->regular)
		(void)fsync(s->fd);
	reader_went(s);
	text_free(&s->rest);
	free(s->path);
	free(s);
}
