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
enum { BLOCK = 256 * 1024, PLAIN_BLOCK = 16 * 1024, LEVEL = 1 };

/* Whole records, packed as one or as they are. */
struct block {
	uint64_t at, place; /* of its first byte: among what was added, in the file */
	size_t n, packed;
};

/* Records of one kind. */
struct strand {
	uint64_t end;	     /* of what was added, written or not */
	struct text waiting; /* not written yet */
	struct block *blocks;
	size_t block_count;
};

struct spool {
	int fd;
	uint64_t file_end;
	struct strand records, plain;
	struct text window; /* the block that was read last */
	struct text packed; /* room for one block */
	uint64_t window_at;
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

static void strand_free(struct strand *t)
{
	text_free(&t->waiting);
	free(t->blocks);
}

void spool_free(struct spool *s)
{
	if (!s)
		return;
	(void)close(s->fd);
	strand_free(&s->records);
	strand_free(&s->plain);
	text_free(&s->window);
	text_free(&s->packed);
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

static enum err read_all(const struct spool *s, uint64_t place, char *to, size_t length)
{
	for (size_t n = 0; n < length;) {
		ssize_t got = pread(s->fd, to + n, length - n, (off_t)(place + n));
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

/* What waits becomes a block of so many octets in the file. */
static void block_add(struct spool *s, struct strand *t, size_t packed)
{
	size_t n = t->waiting.n;

	t->blocks = mem_more(t->blocks, t->block_count, sizeof *t->blocks);
	t->blocks[t->block_count++] = (struct block){ t->end - n, s->file_end, n, packed };
	s->file_end += packed;
	text_clear(&t->waiting);
}

static enum err flush_records(struct spool *s)
{
	struct strand *t = &s->records;
	size_t n = t->waiting.n, room = ZSTD_compressBound(n);

	if (!n)
		return ERR_OK;
	text_clear(&s->packed);
	char *to = text_reserve(&s->packed, room);
	size_t packed = s->pack ? ZSTD_compressCCtx(s->pack, to, room, t->waiting.p, n, LEVEL) : 0;
	if (!packed || ZSTD_isError(packed)) {
		errno = ENOMEM; /* nothing else can be wrong with room enough */
		return ERR_IO;
	}
	block_add(s, t, packed);
	return write_all(s->fd, to, packed);
}

static enum err flush_plain(struct spool *s)
{
	size_t n = s->plain.waiting.n;
	enum err e = write_all(s->fd, s->plain.waiting.p, n);

	if (n)
		block_add(s, &s->plain, n);
	return e;
}

enum err spool_flush(struct spool *s)
{
	enum err e = flush_records(s);

	return e == ERR_OK ? flush_plain(s) : e;
}

static uint64_t append(struct strand *t, struct slice record)
{
	uint64_t at = t->end;

	text_add_slice(&t->waiting, record);
	t->end += record.n;
	return at;
}

enum err spool_add(struct spool *s, struct slice record, uint64_t *at)
{
	*at = append(&s->records, record);
	return s->records.waiting.n >= BLOCK ? flush_records(s) : ERR_OK;
}

enum err spool_put(struct spool *s, struct slice record, uint64_t *at)
{
	*at = append(&s->plain, record);
	return s->plain.waiting.n >= PLAIN_BLOCK ? flush_plain(s) : ERR_OK;
}

/* The block that holds what was added at `at`: the last one that begins there or before. */
static const struct block *block_of(const struct strand *t, uint64_t at)
{
	size_t low = 0, high = t->block_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (t->blocks[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return low < high && at - t->blocks[low].at < t->blocks[low].n ? &t->blocks[low] : NULL;
}

enum err spool_get(struct spool *s, uint64_t at, size_t n, struct text *out)
{
	const struct text *waiting = &s->plain.waiting;
	uint64_t written = s->plain.end - waiting->n;
	const struct block *b = block_of(&s->plain, at);

	if (at >= written && at - written <= waiting->n && n <= waiting->n - (at - written)) {
		text_add_slice(out, slice_upto(slice_from(text_slice(waiting), at - written), n));
		return ERR_OK;
	}
	if (!b || n > b->n - (at - b->at)) {
		errno = EIO;
		return ERR_IO;
	}
	char *to = text_reserve(out, n);
	if (read_all(s, b->place + (at - b->at), to, n) != ERR_OK)
		return ERR_IO;
	text_wrote(out, n);
	return ERR_OK;
}

static enum err fill_window(struct spool *s, const struct block *b)
{
	text_clear(&s->window);
	text_clear(&s->packed);
	char *from = text_reserve(&s->packed, b->packed), *to = text_reserve(&s->window, b->n);

	if (read_all(s, b->place, from, b->packed) != ERR_OK)
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
		const struct block *b = block_of(&s->records, at);
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
