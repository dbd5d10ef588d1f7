/* block.c - the one file that knows zlib and zstd. */
#include "analyzer/capture/block.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "analyzer/base/mem.h"

enum {
	MAGIC = 4,
	TROUBLE_MAX = 160,
	SKIP = 16 * 1024,
	STRAIGHT = 64 * 1024,
	UNPACKED = 128 * 1024
};

/* Some of the packed bytes in `left` become plain bytes; gives how many were made. */
typedef size_t unpack_fn(struct block *b, uint8_t *to, size_t n);

struct block {
	int fd; /* -1: bytes come from elsewhere */
	struct block_from from;
	bool regular, endless;
	bool raw_end; /* the file has no more bytes */
	bool ended;   /* nor will there be any for the reader */
	bool inside;  /* a packed member or frame has begun and not ended */
	struct hasher *hasher;
	struct hasher_buffer *buffer;
	struct digest *digest;
	struct slice left; /* of the buffer, not yet read */
	uint64_t bytes;
	unpack_fn *unpack;
	z_stream z;
	ZSTD_DStream *zstd;
	uint8_t ahead[BLOCK_PEEK];
	size_t ahead_n, ahead_at;
	uint8_t *unpacked; /* what a packed file's stretches are lent from; NULL until then */
	char trouble[TROUBLE_MAX];
};

static void fail(struct block *b, const char *clause)
{
	if (!b->trouble[0])
		(void)snprintf(b->trouble, sizeof b->trouble, "%s", clause);
	b->ended = true;
}

static size_t read_some(struct block *b, uint8_t *to, size_t n)
{
	ssize_t got;

	do
		got = b->fd < 0 ? b->from.read(b->from.ctx, to, n) : read(b->fd, to, n);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		char clause[TROUBLE_MAX];

		(void)snprintf(clause, sizeof clause, "reading failed (%s)", strerror(errno));
		fail(b, clause);
	}
	if (got <= 0) {
		b->raw_end = true;
		return 0;
	}
	return (size_t)got;
}

/* The next buffer of the file as given. A pipe may give little at a time: at least `least`. */
static bool refill(struct block *b, size_t least)
{
	if (b->raw_end)
		return false;
	hasher_release(b->hasher, b->buffer);
	b->buffer = hasher_take(b->hasher);
	while (b->buffer->n < least && !b->raw_end)
		b->buffer->n +=
			read_some(b, b->buffer->p + b->buffer->n, HASHER_ROOM - b->buffer->n);
	b->left = (struct slice){ b->buffer->p, b->buffer->n };
	b->bytes += b->left.n;
	if (b->digest && b->left.n)
		hasher_add(b->hasher, b->digest, b->buffer);
	return b->left.n > 0;
}

/* Nobody else needs these bytes: they are read where they are wanted. */
static size_t read_straight(struct block *b, uint8_t *to, size_t n)
{
	size_t got = b->raw_end ? 0 : read_some(b, to, n);

	b->bytes += got;
	return got;
}

static size_t unpack_plain(struct block *b, uint8_t *to, size_t n)
{
	if (!b->left.n && !b->digest && n >= STRAIGHT)
		return read_straight(b, to, n);
	if (n > b->left.n)
		n = b->left.n;
	if (n)
		memcpy(to, b->left.p, n);
	b->left = slice_from(b->left, n);
	return n;
}

/* Between members gzip allows zero padding, and nothing else that is not a member. */
static bool gzip_member(struct block *b)
{
	while (b->left.n && b->left.p[0] == 0)
		b->left = slice_from(b->left, 1);
	if (!b->left.n)
		return false;
	if (b->left.p[0] != 0x1f) {
		fail(b, "other bytes follow the end of the gzip stream");
		return false;
	}
	(void)inflateReset(&b->z);
	b->inside = true;
	return true;
}

static size_t unpack_gzip(struct block *b, uint8_t *to, size_t n)
{
	if (!b->inside && !gzip_member(b))
		return 0;
	/* zlib's interface predates const; it does not write its input. */
	b->z.next_in = (Bytef *)(uintptr_t)b->left.p;
	b->z.avail_in = (uInt)b->left.n;
	uInt room = n > HASHER_ROOM ? HASHER_ROOM : (uInt)n;
	b->z.next_out = to;
	b->z.avail_out = room;

	int got = inflate(&b->z, Z_NO_FLUSH);
	b->left = slice_from(b->left, b->left.n - b->z.avail_in);
	if (got == Z_STREAM_END)
		b->inside = false;
	else if (got != Z_OK && got != Z_BUF_ERROR)
		fail(b, "the gzip stream is damaged");
	return room - b->z.avail_out;
}

static size_t unpack_zstd(struct block *b, uint8_t *to, size_t n)
{
	ZSTD_inBuffer in = { b->left.p, b->left.n, 0 };
	ZSTD_outBuffer out = { to, n, 0 };

	if (!b->inside && !b->left.n)
		return 0;
	size_t got = ZSTD_decompressStream(b->zstd, &out, &in);
	b->left = slice_from(b->left, in.pos);
	if (ZSTD_isError(got))
		fail(b, "the zstd stream is damaged or needs more memory than is safe");
	else
		b->inside = got != 0;
	return out.pos;
}

static const char *cut_clause(const struct block *b)
{
	return b->unpack == unpack_gzip ? "the gzip stream ends before its trailer"
					: "the zstd stream ends before its last frame does";
}

/* No output and no input used: more of the file, or the end of it. */
static void feed(struct block *b)
{
	if (b->left.n)
		fail(b, "the compressed stream is damaged");
	else if (!refill(b, 1)) {
		if (b->inside)
			fail(b, cut_clause(b));
		b->ended = true;
	}
}

/* Up to n bytes; goes on until there are `least`, or no more. */
static size_t read_unpacked(struct block *b, uint8_t *to, size_t n, size_t least)
{
	size_t got = 0;

	while (got < least && !b->ended) {
		size_t before = b->left.n;
		size_t made = b->unpack(b, to + got, n - got);

		got += made;
		if (!made && before == b->left.n && !b->ended)
			feed(b);
	}
	return got;
}

static size_t take_ahead(struct block *b, uint8_t *to, size_t n)
{
	size_t kept = b->ahead_n - b->ahead_at;

	if (kept > n)
		kept = n;
	if (kept)
		memcpy(to, b->ahead + b->ahead_at, kept);
	b->ahead_at += kept;
	return kept;
}

size_t block_read(struct block *b, void *to, size_t n)
{
	uint8_t *at = to;
	size_t kept = take_ahead(b, at, n);

	return kept + read_unpacked(b, at + kept, n - kept, n - kept);
}

size_t block_some(struct block *b, void *to, size_t n)
{
	size_t kept = take_ahead(b, to, n);

	return kept ? kept : read_unpacked(b, to, n, n ? 1 : 0);
}

static struct slice lend_unpacked(struct block *b)
{
	if (!b->unpacked)
		b->unpacked = mem_grow(NULL, UNPACKED, 1);
	return (struct slice){ b->unpacked, read_unpacked(b, b->unpacked, UNPACKED, 1) };
}

struct slice block_lend(struct block *b)
{
	struct slice s = { b->ahead + b->ahead_at, b->ahead_n - b->ahead_at };

	if (s.n) {
		b->ahead_at = b->ahead_n;
		return s;
	}
	if (b->unpack != unpack_plain)
		return lend_unpacked(b);
	while (!b->left.n && !b->ended)
		feed(b);
	s = b->left;
	b->left = slice_from(s, s.n);
	return s;
}

struct slice block_peek(struct block *b)
{
	if (!b->ahead_n)
		b->ahead_n = read_unpacked(b, b->ahead, sizeof b->ahead, sizeof b->ahead);
	return (struct slice){ b->ahead, b->ahead_n };
}

uint64_t block_skip(struct block *b, uint64_t n)
{
	uint8_t nowhere[SKIP];
	uint64_t done = 0;

	while (done < n) {
		size_t want = n - done > sizeof nowhere ? sizeof nowhere : (size_t)(n - done);
		size_t got = block_read(b, nowhere, want);

		done += got;
		if (got < want)
			break;
	}
	return done;
}

/* By content, since names lie: gzip by RFC 1952 2.3.1, zstd and its skippable frames by RFC
 * 8878 3.1. */
static void detect(struct block *b)
{
	static const uint8_t gzip[2] = { 0x1f, 0x8b };
	static const uint8_t zstd[4] = { 0x28, 0xb5, 0x2f, 0xfd };
	static const uint8_t skippable[3] = { 0x2a, 0x4d, 0x18 };
	const struct slice s = b->left;

	b->unpack = unpack_plain;
	if (s.n >= sizeof gzip && memcmp(s.p, gzip, sizeof gzip) == 0) {
		if (inflateInit2(&b->z, MAX_WBITS + 16) == Z_OK)
			b->unpack = unpack_gzip;
	} else if (s.n >= MAGIC && (memcmp(s.p, zstd, sizeof zstd) == 0 ||
				    ((s.p[0] & 0xf0) == 0x50 &&
				     memcmp(s.p + 1, skippable, sizeof skippable) == 0))) {
		b->zstd = ZSTD_createDStream();
		if (b->zstd)
			b->unpack = unpack_zstd;
	}
}

static enum err open_path(const char *path, int *fd, struct stat *st, struct text *why)
{
	bool stdin_too = strcmp(path, "-") == 0;

	*fd = stdin_too ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
			: open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0 || fstat(*fd, st) < 0) {
		if (stdin_too)
			text_addf(why, "standard input is not open");
		else if (errno == ENOENT || errno == ENOTDIR)
			text_addf(why, "there is no such file");
		else if (errno == EACCES)
			text_addf(why, "there is no permission to read it");
		else
			text_addf(why, "it cannot be opened (%s)", strerror(errno));
	} else if (S_ISDIR(st->st_mode)) {
		text_addf(why, "it is a folder, not a capture: name the files in it");
	} else {
		return ERR_OK;
	}
	if (*fd >= 0)
		(void)close(*fd);
	return ERR_IO;
}

enum err block_open(struct block **out, const char *path, struct hasher *hasher, bool hash,
		    struct text *why)
{
	struct stat st;
	int fd;

	*out = NULL;
	enum err e = open_path(path, &fd, &st, why);
	if (e)
		return e;
	struct block *b = mem_zero(1, sizeof *b);
	b->fd = fd;
	b->regular = S_ISREG(st.st_mode);
	b->endless = S_ISCHR(st.st_mode);
	b->hasher = hasher;
	b->digest = hash ? digest_new() : NULL;
	if (b->regular)
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	(void)refill(b, MAGIC);
	detect(b);
	*out = b;
	return ERR_OK;
}

struct block *block_over(struct block_from from, struct hasher *hasher)
{
	struct block *b = mem_zero(1, sizeof *b);

	b->fd = -1;
	b->from = from;
	b->hasher = hasher;
	(void)refill(b, MAGIC);
	detect(b);
	return b;
}

const char *block_trouble(const struct block *b)
{
	return b->trouble[0] ? b->trouble : NULL;
}

bool block_packed(const struct block *b)
{
	return b->unpack != unpack_plain;
}

bool block_endless(const struct block *b)
{
	return b->endless;
}

uint64_t block_place(const struct block *b)
{
	return b->bytes;
}

void block_finish(struct block *b, uint64_t *bytes, char sha256[DIGEST_HEX])
{
	b->ended = true;
	while (b->fd >= 0 && refill(b, 1))
		;
	hasher_wait(b->hasher);
	*bytes = b->bytes;
	sha256[0] = '\0';
	if (b->digest)
		digest_hex(b->digest, sha256);
	b->digest = NULL;
}

void block_close(struct block *b)
{
	char unused[DIGEST_HEX];

	if (!b)
		return;
	if (b->digest) {
		hasher_wait(b->hasher);
		digest_hex(b->digest, unused);
	}
	hasher_release(b->hasher, b->buffer);
	if (b->unpack == unpack_gzip)
		(void)inflateEnd(&b->z);
	(void)ZSTD_freeDStream(b->zstd);
	if (b->fd >= 0)
		(void)close(b->fd);
	explicit_bzero(b->ahead, sizeof b->ahead);
	if (b->unpacked)
		explicit_bzero(b->unpacked, UNPACKED);
	free(b->unpacked);
	free(b);
}
