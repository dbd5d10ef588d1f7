/* spool.c - records of finished calls, out of memory's way. */
#include "reports/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

#include "analyzer/base/mem.h"

/*
 * Records repeat each other: packed, they take a fifteenth of the room, which costs less
 * than having the system write the rest.
 */
enum { BLOCK = 256 * 1024, LEVEL = 1 };

/* Whole records, packed as one. */
struct block {
	uint64_t at, place; /* of its first byte: among what was added, in the file */
	size_t n, packed;
};

struct spool {
	int fd;
	uint64_t end, file_end;	     /* of what was added, written or not; of the file */
	struct text waiting, window; /* not written yet; the block that was read last */
	struct text packed;	     /* room for one block */
	uint64_t window_at;
	struct block *blocks;
	size_t block_count;
	ZSTD_CCtx *pack;
	ZSTD_DCtx *unpack;
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
	s->pack = ZSTD_createCCtx();
	s->unpack = ZSTD_createDCtx();
	return s;
}

void spool_free(struct spool *s)
{
	if (!s)
		return;
	(void)close(s->fd);
	text_free(&s->waiting);
	text_free(&s->window);
	text_free(&s->packed);
	free(s->blocks);
	ZSTD_freeCCtx(s->pack);
	ZSTD_freeDCtx(s->unpack);
	free(s);
}

static enum err write_all(int fd, const char *from, size_t n)
{
	while (n) {
		ssize_t wrote = write(fd, from, n);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0) {
			errno = wrote ? errno : ENOSPC;
			return ERR_IO;
		}
		from += wrote;
		n -= (size_t)wrote;
	}
	return ERR_OK;
}

static enum err read_all(const struct spool *s, const struct block *b, char *to)
{
	for (size_t n = 0; n < b->packed;) {
		ssize_t got = pread(s->fd, to + n, b->packed - n, (off_t)(b->place + n));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			errno = got ? errno : EIO;
			return ERR_IO;
		}
		n += (size_t)got;
	}
	return ERR_OK;
}

enum err spool_flush(struct spool *s)
{
	struct block b = { s->end - s->waiting.n, s->file_end, s->waiting.n, 0 };
	size_t room = ZSTD_compressBound(b.n);

	if (!b.n)
		return ERR_OK;
	text_clear(&s->packed);
	char *to = text_reserve(&s->packed, room);
	b.packed = s->pack ? ZSTD_compressCCtx(s->pack, to, room, s->waiting.p, b.n, LEVEL) : 0;
	if (!b.packed || ZSTD_isError(b.packed)) {
		errno = ENOMEM; /* nothing else can be wrong with room enough */
		return ERR_IO;
	}
	text_clear(&s->waiting);
	s->blocks = mem_more(s->blocks, s->block_count, sizeof *s->blocks);
	s->blocks[s->block_count++] = b;
	s->file_end += b.packed;
	return write_all(s->fd, to, b.packed);
}

enum err spool_add(struct spool *s, struct slice record, uint64_t *at)
{
	*at = s->end;
	text_add_slice(&s->waiting, record);
	s->end += record.n;
	return s->waiting.n >= BLOCK ? spool_flush(s) : ERR_OK;
}

/* The block that holds what was added at `at`: the last one that begins there or before. */
static const struct block *block_of(const struct spool *s, uint64_t at)
{
	size_t low = 0, high = s->block_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (s->blocks[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return low < high && at - s->blocks[low].at < s->blocks[low].n ? &s->blocks[low] : NULL;
}

static enum err fill_window(struct spool *s, const struct block *b)
{
	text_clear(&s->window);
	text_clear(&s->packed);
	char *from = text_reserve(&s->packed, b->packed), *to = text_reserve(&s->window, b->n);

	if (read_all(s, b, from) != ERR_OK)
		return ERR_IO;
	if (!s->unpack || ZSTD_decompressDCtx(s->unpack, to, b->n, from, b->packed) != b->n) {
		errno = EIO;
		return ERR_IO;
	}
	text_wrote(&s->window, b->n);
	s->window_at = b->at;
	return ERR_OK;
}

/* Records are read in almost the order they were added in: most stand in the window already. */
enum err spool_read(struct spool *s, uint64_t at, size_t n, struct text *out)
{
	uint64_t skip = at - s->window_at;

	if (at < s->window_at || skip >= s->window.n) {
		const struct block *b = block_of(s, at);
		if (b && fill_window(s, b) != ERR_OK)
			return ERR_IO;
		skip = b ? at - b->at : s->window.n;
	}
	if (n > s->window.n - skip) { /* past the end: a record never spans two blocks */
		errno = EIO;
		return ERR_IO;
	}
	text_add_slice(out, (struct slice){ (const uint8_t *)s->window.p + skip, n });
	return ERR_OK;
}
