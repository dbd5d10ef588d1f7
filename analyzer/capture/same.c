/* same.c - a capture given twice must not count twice. */
#include "analyzer/capture/same.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/base/mem.h"

enum { CHUNK = 128 * 1024 };

struct same_file same_look(const char *path)
{
	struct same_file f = { .path = path };
	struct stat st;

	if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
		f.known = true;
		f.device = (uint64_t)st.st_dev;
		f.inode = (uint64_t)st.st_ino;
		f.size = (uint64_t)st.st_size;
	}
	return f;
}

static bool read_chunk(int fd, uint8_t *to, size_t n, off_t at)
{
	while (n) {
		ssize_t got = pread(fd, to, n, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		n -= (size_t)got;
		at += got;
	}
	return true;
}

static bool compare(int a, int b, uint64_t size)
{
	uint8_t *left = mem_zero(2, CHUNK), *right = left + CHUNK;
	bool same = true;

	for (uint64_t at = 0; same && at < size; at += CHUNK) {
		size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;

		same = read_chunk(a, left, n, (off_t)at) && read_chunk(b, right, n, (off_t)at) &&
		       memcmp(left, right, n) == 0;
	}
	explicit_bzero(left, 2 * (size_t)CHUNK);
	free(left);
	return same;
}

bool same_bytes(const struct same_file *a, const struct same_file *b)
{
	/* Empty files say nothing, not the same thing. */
	if (!a->known || !b->known || a->size != b->size || !a->size)
		return false;
	if (a->device == b->device && a->inode == b->inode)
		return true;
	int fa = open(a->path, O_RDONLY | O_CLOEXEC);
	int fb = open(b->path, O_RDONLY | O_CLOEXEC);
	bool same = fa >= 0 && fb >= 0 && compare(fa, fb, a->size);
	if (fa >= 0)
		(void)close(fa);
	if (fb >= 0)
		(void)close(fb);
	return same;
}
