/* line_file.c - a regular file of whole lines that grows, is repaired and rotated. */
#include "analyzer/watch/line_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/base/mem.h"
#include "analyzer/watch/output_kind.h"

enum {
	BLOCK = 4096,
	MODE = 0640,
	TAIL_MAX = 16 << 20, /* a last line beyond it is not looked at: it is cut */
};

struct line_file {
	struct line_file_options of;
	char *path; /* without links: what is renamed is the file itself */
	int fd;
	bool astray;	  /* the name could not be opened anew: written on where it was */
	off_t torn;	  /* where a part of a line begins that could not be taken off; -1 */
	uint64_t size;	  /* as far as we know; others may cut it */
	uint64_t refused; /* its size when it could not be rotated */
	uint64_t span;	  /* of the clock that it is for; UINT64_MAX: not known yet */
};

static void failed(struct line_file *f, const char *what)
{
	output_failed(f->of.n, what, errno);
}

/* ---- the last line ----------------------------------------------------------------------- */

/* Where what is whole ends: behind the last newline. -1: it cannot be read. */
static off_t whole_upto(int fd, off_t size)
{
	uint8_t block[BLOCK];

	for (off_t at = size; at > 0;) {
		size_t n = at < BLOCK ? (size_t)at : BLOCK;
		if (pread(fd, block, n, at - (off_t)n) != (ssize_t)n)
			return -1;
		const uint8_t *last = memrchr(block, '\n', n);
		if (last)
			return at - (off_t)n + (last - block) + 1;
		at -= (off_t)n;
	}
	return 0;
}

/* A line of ours begins so, and after a loss of power zeros may stand where it was to be. */
static bool is_ours(int fd, off_t at)
{
	char first = 0;

	return pread(fd, &first, 1, at) == 1 && (first == '{' || first == '\0');
}

/* No part of an object is an object: the crash took the newline alone. */
static bool lacks_only_newline(int fd, off_t at, off_t size)
{
	size_t n = (size_t)(size - at);
	char *tail = n <= TAIL_MAX ? mem_zero(n, 1) : NULL;
	json_t *whole = NULL;

	if (tail && pread(fd, tail, n, at) == (ssize_t)n)
		whole = json_loadb(tail, n, 0, NULL);
	free(tail);
	json_decref(whole);
	return whole != NULL;
}

/* What is not a part of a line of ours is somebody else's: it stays, and we begin a line anew. */
static bool repair(struct line_file *f, int fd, off_t size)
{
	off_t at = whole_upto(fd, size);

	if (at < 0)
		return false;
	if (at == size)
		return true;
	if (!is_ours(fd, at) || lacks_only_newline(fd, at, size))
		return write(fd, "\n", 1) == 1;
	if (ftruncate(fd, at) != 0)
		return false;
	f->of.n->lost++;
	return true;
}

/* ---- opening ----------------------------------------------------------------------------- */

static bool begin(struct line_file *f, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return false;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return false;
	}
	if (!repair(f, fd, st.st_size) || fstat(fd, &st) != 0)
		return false;
	f->fd = fd;
	f->astray = false;
	f->torn = -1;
	f->refused = 0;
	f->size = (uint64_t)st.st_size;
	f->span = f->size && f->of.rotate_ns ? ((uint64_t)st.st_mtim.tv_sec * 1000000000 +
						(uint64_t)st.st_mtim.tv_nsec) /
						       f->of.rotate_ns
					     : UINT64_MAX;
	return true;
}

static bool open_by_name(struct line_file *f)
{
	int fd = open(f->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, MODE);

	if (fd < 0 || begin(f, fd))
		return fd >= 0;
	int why = errno;
	(void)close(fd);
	errno = why;
	return false;
}

enum err line_file_open(struct line_file **out, struct line_file_options options)
{
	struct line_file *f = mem_zero(1, sizeof *f);

	f->of = options;
	f->path = mem_text(options.path);
	if (!open_by_name(f)) {
		int why = errno;
		free(f->path);
		free(f);
		errno = why;
		return ERR_IO;
	}
	char *real = realpath(f->path, NULL);
	if (real) {
		free(f->path);
		f->path = real;
	}
	options.n->up = true;
	*out = f;
	return ERR_OK;
}

static void sync_close(int fd)
{
	(void)fsync(fd);
	(void)close(fd);
}

/* The old one is written on where the name cannot be opened: no line is lost by it. */
void line_file_reopen(struct line_file *f)
{
	int old = f->fd;

	if (open_by_name(f)) {
		sync_close(old);
		return;
	}
	failed(f, "cannot be opened anew");
	f->astray = true;
}

/* ---- rotation ---------------------------------------------------------------------------- */

static char *old_name(const struct line_file *f, uint32_t i)
{
	struct text name = { 0 };

	text_addf(&name, "%s.%u", f->path, i);
	return name.p;
}

static bool is_there(const struct line_file *f, uint32_t i)
{
	char *name = old_name(f, i);
	bool there = access(name, F_OK) == 0;

	free(name);
	return there;
}

/* From PATH.i to PATH.i+1; 0 is the file itself. */
static bool move_on(const struct line_file *f, uint32_t i)
{
	char *from = i ? old_name(f, i) : mem_text(f->path), *to = old_name(f, i + 1);
	bool moved = rename(from, to) == 0;

	free(from);
	free(to);
	return moved;
}

/* Only as many are moved as stand in the way; when one cannot be, nothing is written over it. */
static bool make_way(struct line_file *f)
{
	uint32_t i = 1;

	while (i < f->of.keep && is_there(f, i))
		i++;
	while (i > 1)
		if (!move_on(f, --i))
			return false;
	return move_on(f, 0);
}

/* Not so when somebody else has renamed or removed it. */
static bool has_its_name(const struct line_file *f)
{
	struct stat by_name, by_fd;

	return stat(f->path, &by_name) == 0 && fstat(f->fd, &by_fd) == 0 &&
	       by_name.st_dev == by_fd.st_dev && by_name.st_ino == by_fd.st_ino;
}

static void rotate(struct line_file *f)
{
	if (!has_its_name(f) || make_way(f)) {
		line_file_reopen(f);
		return;
	}
	failed(f, "cannot be rotated");
	f->refused = f->size;
}

void line_file_tick(struct line_file *f, uint64_t clock_ns)
{
	uint64_t span = f->of.rotate_ns ? clock_ns / f->of.rotate_ns : 0;
	struct stat st;

	if (fstat(f->fd, &st) == 0) {
		f->size = (uint64_t)st.st_size;
		f->astray |= st.st_nlink == 0;
	}
	if (f->astray)
		line_file_reopen(f);
	if (f->of.rotate_ns && f->size && f->span < span)
		rotate(f);
	f->span = span;
}

/* ---- lines ------------------------------------------------------------------------------- */

/* As much as goes; less than all: errno says why. */
static size_t put(int fd, struct slice s)
{
	size_t done = 0;

	while (done < s.n) {
		ssize_t n = write(fd, s.p + done, s.n - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

static bool take_off_torn(struct line_file *f)
{
	if (f->torn >= 0 && ftruncate(f->fd, f->torn) == 0)
		f->torn = -1;
	return f->torn < 0;
}

static void lose(struct line_file *f)
{
	failed(f, "cannot be written");
	f->of.n->lost++;
}

void line_file_write(struct line_file *f, struct slice line)
{
	if (f->of.rotate_bytes && f->size && f->size - f->refused + line.n > f->of.rotate_bytes)
		rotate(f);
	if (!take_off_torn(f)) {
		lose(f);
		return;
	}
	size_t done = put(f->fd, line);
	if (done == line.n) {
		f->size += done;
		f->of.n->sent++;
		f->of.n->up = true;
		return;
	}
	lose(f);
	if (done) {
		f->torn = lseek(f->fd, 0, SEEK_CUR) - (off_t)done;
		(void)take_off_torn(f);
	}
}

void line_file_close(struct line_file *f)
{
	sync_close(f->fd);
	free(f->path);
	free(f);
}
