/* spool.c - records of finished calls, out of memory's way. */
#include "reports/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "analyzer/base/mem.h"

enum { BLOCK = 256 * 1024 };

struct spool {
	int fd;
	uint64_t end;		     /* of what was added, written or not */
	struct text waiting, window; /* not written yet; read last */
	uint64_t window_at;
};

static int open_in(const char *dir)
{
	char path[4096];
	int fd;

	if (!dir || !*dir ||
	    snprintf(path, sizeof path, "%s/earshot-XXXXXX", dir) >= (int)sizeof path) {
		errno = ENOENT;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC); /* mode 0600: it holds what the report holds */
	if (fd >= 0)
		(void)unlink(path);
	return fd;
}

struct spool *spool_new(void)
{
	const char *const dirs[] = { getenv("TMPDIR"), "/var/tmp", "/tmp" };
	struct spool *s;
	int fd = -1;

	for (size_t i = 0; fd < 0 && i < sizeof dirs / sizeof *dirs; i++)
		fd = open_in(dirs[i]);
	if (fd < 0)
		return NULL;
	s = mem_zero(1, sizeof *s);
	s->fd = fd;
	return s;
}

void spool_free(struct spool *s)
{
	if (!s)
		return;
	(void)close(s->fd);
	text_free(&s->waiting);
	text_free(&s->window);
	free(s);
}

enum err spool_flush(struct spool *s)
{
	size_t done = 0;

	while (done < s->waiting.n) {
		ssize_t n = write(s->fd, s->waiting.p + done, s->waiting.n - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : ENOSPC;
			return ERR_IO;
		}
		done += (size_t)n;
	}
	text_clear(&s->waiting);
	return ERR_OK;
}

enum err spool_add(struct spool *s, struct slice record, uint64_t *at)
{
	*at = s->end;
	text_add_slice(&s->waiting, record);
	s->end += record.n;
	return s->waiting.n >= BLOCK ? spool_flush(s) : ERR_OK;
}

/* A block from `at` on, or what there is of it. */
static enum err fill_window(struct spool *s, uint64_t at)
{
	char *to;

	text_clear(&s->window);
	to = text_reserve(&s->window, BLOCK);
	s->window_at = at;
	while (s->window.n < BLOCK && at + s->window.n < s->end) {
		ssize_t got = pread(s->fd, to + s->window.n, BLOCK - s->window.n,
				    (off_t)(at + s->window.n));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			errno = got ? errno : EIO;
			text_clear(&s->window);
			return ERR_IO;
		}
		text_wrote(&s->window, (size_t)got);
	}
	return ERR_OK;
}

/* Records are read in almost the order they were added in: most stand in the window already. */
enum err spool_read(struct spool *s, uint64_t at, size_t n, struct text *out)
{
	while (n) {
		uint64_t skip = at - s->window_at;
		if ((at < s->window_at || skip >= s->window.n) && fill_window(s, at) != ERR_OK)
			return ERR_IO;
		skip = at - s->window_at;
		struct slice part = slice_upto(
			slice_from((struct slice){ (const uint8_t *)s->window.p, s->window.n },
				   (size_t)skip),
			n);
		if (!part.n) { /* past the end */
			errno = EIO;
			return ERR_IO;
		}
		text_add_slice(out, part);
		at += part.n;
		n -= part.n;
	}
	return ERR_OK;
}
