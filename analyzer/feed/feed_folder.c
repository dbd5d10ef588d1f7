/*
 * feed_folder.c - a file is known by its name and its first frame: names are used again by capture
 * programs that write in a ring, and captures get other names when they are packed.
 */
#include "analyzer/feed/feed_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"

enum {
	FILES_MAX = 65536,  /* names held at once; more are seen when these have been read */
	SETTLED_MAX = 4096, /* of them read, or no captures */
	SETTLED_SLACK = 512,
	SHORT = 32, /* octets: less may become anything */
	LOOK_STEP = 4096,
	LOOK_MAX = 1 << 20, /* octets looked at for a first frame */
	WALK_MS = 1000,
	WALK_SHARE = 20, /* a walk takes at most this part of a processor */
	QUIET_MS = 1000, /* a packed file that has not grown so long is whole */
};

struct feed_folder {
	DIR *dir;
	struct feed_folder_options options;
	struct map *by_name;
	struct feed_folder_file **files;
	size_t count;
	uint64_t horizon_ns; /* files not known and not changed since are not looked at again */
	uint64_t folder_changed_ns, walked_ms, walk_took_ms;
	bool walked;
};

/* A busy machine makes a walk no longer: of a processor, by this thread. */
static uint64_t spent_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return clock_ns(t) / WHEN_MS;
}

static bool is_quiet(uint64_t changed_ns)
{
	return clock_day() > changed_ns + QUIET_MS * WHEN_MS;
}

struct feed_folder *feed_folder_new(int fd, struct feed_folder_options options)
{
	DIR *dir = fdopendir(fd);

	if (!dir) {
		(void)close(fd);
		return NULL;
	}
	struct feed_folder *f = mem_zero(1, sizeof *f);
	f->dir = dir;
	f->options = options;
	f->by_name = map_new();
	return f;
}

static void forget(struct feed_folder_file *file)
{
	free(file->name);
	free(file);
}

void feed_folder_free(struct feed_folder *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++)
		forget(f->files[i]);
	free(f->files);
	map_free(f->by_name);
	(void)closedir(f->dir);
	free(f);
}

/* ---- one file ----------------------------------------------------------------------- */

struct look {
	int fd;
	size_t left;
};

/* A little at a time: mostly the first frame stands in the first few thousand octets. */
static ssize_t look_pull(void *ctx, void *to, size_t n)
{
	struct look *l = ctx;
	size_t step = n < LOOK_STEP ? n : LOOK_STEP;

	if (step > l->left)
		step = l->left;
	ssize_t got = step ? read(l->fd, to, step) : 0;
	if (got > 0)
		l->left -= (size_t)got;
	return got;
}

static bool is_packed(int fd)
{
	uint8_t b[4] = { 0 };

	if (pread(fd, b, sizeof b, 0) != (ssize_t)sizeof b)
		return false;
	return (b[0] == 0x1f && b[1] == 0x8b) ||
	       (b[0] == 0x28 && b[1] == 0xb5 && b[2] == 0x2f && b[3] == 0xfd);
}

static int open_file(const struct feed_folder *f, const char *name)
{
	return openat(dirfd(f->dir), name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static void lost(const struct feed_folder *f, const struct feed_folder_file *file, const char *what)
{
	f->options.lost(f->options.ctx, file->name, what);
}

/* A name without the endings that packing adds. */
static struct slice stem(const char *name)
{
	static const char *const endings[] = { ".gz", ".zst" };
	struct slice s = slice_of(name);

	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		size_t n = strlen(endings[i]);
		if (s.n > n && memcmp(s.p + s.n - n, endings[i], n) == 0)
			return slice_upto(s, s.n - n);
	}
	return s;
}

static bool same_capture(const struct feed_folder_file *a, const struct feed_folder_file *b)
{
	if (!a->first_ns || a->first_ns != b->first_ns)
		return false;
	return (a->device == b->device && a->inode == b->inode) ||
	       slice_eq(stem(a->name), stem(b->name));
}

/* Read, or being read, under another name. */
static bool is_known(const struct feed_folder *f, const struct feed_folder_file *file)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct feed_folder_file *other = f->files[i];
		bool taken =
			other->state == FEED_FOLDER_READ || other->state == FEED_FOLDER_READING;
		if (taken && other != file && same_capture(other, file))
			return true;
	}
	return false;
}

static enum feed_folder_state judge(const struct feed_folder *f, struct feed_folder_file *file,
				    int fd)
{
	struct look l = { fd, LOOK_MAX };
	struct feed_file_end end = { .usable = false };

	if (file->size < SHORT)
		return FEED_FOLDER_YOUNG;
	if (is_packed(fd) && !f->options.once && !is_quiet(file->changed_ns))
		return FEED_FOLDER_YOUNG;
	file->first_ns =
		feed_file_first(f->options.room, (struct block_from){ look_pull, &l }, &end);
	text_free(&end.why);
	if (!end.usable)
		return FEED_FOLDER_NONE;
	bool read = file->read_ns && file->read_ns == file->first_ns;
	return read || is_known(f, file) ? FEED_FOLDER_READ : FEED_FOLDER_WAITING;
}

static void look(const struct feed_folder *f, struct feed_folder_file *file)
{
	int fd = open_file(f, file->name);

	if (fd < 0) {
		if (errno != ENOENT)
			lost(f, file, strerror(errno));
		file->state = FEED_FOLDER_NONE;
		return;
	}
	file->state = judge(f, file, fd);
	(void)close(fd);
}

static void take_stat(struct feed_folder_file *file, const struct stat *st)
{
	file->device = st->st_dev;
	file->inode = st->st_ino;
	file->size = (uint64_t)st->st_size;
	file->changed_ns = clock_ns(st->st_mtim);
}

/* It was read, and is not any more what it was then: another capture, or a longer one. */
static void look_again(const struct feed_folder *f, struct feed_folder_file *file, bool longer)
{
	look(f, file);
	if (file->state == FEED_FOLDER_READ && longer && !file->grew) {
		lost(f, file, "it grew after a later capture had begun: that part was not read");
		file->grew = true;
	}
}

static void update(const struct feed_folder *f, struct feed_folder_file *file,
		   const struct stat *st)
{
	struct feed_folder_file before = *file;

	file->here = true;
	if (file->state == FEED_FOLDER_READING)
		return;
	take_stat(file, st);
	bool other = file->inode != before.inode || file->device != before.device ||
		     file->size < before.size;
	bool same = !other && file->size == before.size && file->changed_ns == before.changed_ns;
	if (file->state == FEED_FOLDER_YOUNG) {
		/* Time alone makes a packed one whole. */
		look(f, file);
	} else if (file->state == FEED_FOLDER_WAITING && (other || (!file->first_ns && !same))) {
		if (other)
			lost(f, file, "it was written anew before it was read");
		look(f, file);
	} else if (file->state == FEED_FOLDER_READ && !same) {
		look_again(f, file, file->size > before.size);
	} else if (file->state == FEED_FOLDER_NONE && other) {
		look(f, file);
	}
}

/* ---- the folder --------------------------------------------------------------------- */

static struct feed_folder_file *enter(struct feed_folder *f, const char *name,
				      const struct stat *st)
{
	struct feed_folder_file *file = mem_zero(1, sizeof *file);

	file->name = mem_text(name);
	file->seen_ms = f->walked ? clock_steady() / WHEN_MS : 0;
	take_stat(file, st);
	f->files = mem_more(f->files, f->count, sizeof(struct feed_folder_file *));
	f->files[f->count++] = file;
	(void)map_put(f->by_name, slice_of(file->name), file);
	return file;
}

static void meet(struct feed_folder *f, const char *name)
{
	struct feed_folder_file *file;
	struct stat st;

	/* What is being written under a hidden name gets its own when it is whole. */
	if (name[0] == '.' || fstatat(dirfd(f->dir), name, &st, 0) || !S_ISREG(st.st_mode))
		return;
	file = map_get(f->by_name, slice_of(name));
	if (!file && (f->count == FILES_MAX || clock_ns(st.st_mtim) <= f->horizon_ns))
		return;
	if (!file)
		file = enter(f, name, &st);
	update(f, file, &st);
}

static bool has_packed_twin(const struct feed_folder *f, const struct feed_folder_file *file)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->files[i] != file && f->files[i]->here &&
		    slice_eq(stem(f->files[i]->name), stem(file->name)))
			return true;
	return false;
}

/* Names that were read are kept, though the file may be gone: it may come again, packed. */
static bool is_over(const struct feed_folder *f, const struct feed_folder_file *file)
{
	if (file->here || file->state == FEED_FOLDER_READING || file->state == FEED_FOLDER_READ)
		return false;
	if (file->state == FEED_FOLDER_WAITING && !has_packed_twin(f, file))
		lost(f, file, "it was removed before it was read");
	return true;
}

static void remove_at(struct feed_folder *f, size_t i)
{
	(void)map_remove(f->by_name, slice_of(f->files[i]->name));
	forget(f->files[i]);
	f->files[i] = f->files[--f->count];
}

static bool is_settled(const struct feed_folder_file *file)
{
	return file->state == FEED_FOLDER_READ || file->state == FEED_FOLDER_NONE;
}

static int by_change(const void *left, const void *right)
{
	const struct feed_folder_file *a = *(struct feed_folder_file *const *)left;
	const struct feed_folder_file *b = *(struct feed_folder_file *const *)right;

	if (is_settled(a) != is_settled(b))
		return is_settled(a) ? 1 : -1;
	return (a->changed_ns < b->changed_ns) - (a->changed_ns > b->changed_ns);
}

/* The settled ones changed longest ago are forgotten, and with them all that is older. */
static void trim(struct feed_folder *f)
{
	size_t settled = 0;

	for (size_t i = 0; i < f->count; i++)
		settled += is_settled(f->files[i]);
	if (settled <= SETTLED_MAX + SETTLED_SLACK)
		return;
	qsort(f->files, f->count, sizeof(struct feed_folder_file *), by_change);
	for (; settled > SETTLED_MAX; settled--) {
		uint64_t changed = f->files[f->count - 1]->changed_ns;
		if (changed > f->horizon_ns)
			f->horizon_ns = changed;
		remove_at(f, f->count - 1);
	}
}

static bool is_due(struct feed_folder *f, uint64_t now)
{
	struct stat st;
	uint64_t pause = WALK_SHARE * f->walk_took_ms;

	if (!f->walked)
		return true;
	if (now - f->walked_ms < pause)
		return false;
	if (fstat(dirfd(f->dir), &st) == 0 && clock_ns(st.st_mtim) != f->folder_changed_ns) {
		f->folder_changed_ns = clock_ns(st.st_mtim);
		return true;
	}
	return now - f->walked_ms >= WALK_MS;
}

static bool meet_all(struct feed_folder *f)
{
	const struct dirent *entry;

	for (size_t i = 0; i < f->count; i++)
		f->files[i]->here = false;
	rewinddir(f->dir);
	for (errno = 0; !*f->options.stopped && (entry = readdir(f->dir)); errno = 0)
		meet(f, entry->d_name);
	return errno == 0;
}

bool feed_folder_walk(struct feed_folder *f)
{
	uint64_t now = clock_steady() / WHEN_MS, spent = spent_ms();

	if (!is_due(f, now))
		return true;
	f->walked_ms = now;
	if (!meet_all(f))
		return false;
	for (size_t i = f->count; i--;)
		if (is_over(f, f->files[i]))
			remove_at(f, i);
	trim(f);
	f->walk_took_ms = spent_ms() - spent;
	f->walked = true;
	return true;
}

bool feed_folder_gone(const struct feed_folder *f)
{
	struct stat st;

	return fstat(dirfd(f->dir), &st) == 0 && st.st_nlink == 0;
}

/* Where a file stands in the order: without a frame yet, by its last change. */
static uint64_t place_of(const struct feed_folder_file *file)
{
	return file->first_ns ? file->first_ns : file->changed_ns;
}

static bool is_before(const struct feed_folder_file *a, const struct feed_folder_file *b)
{
	if (place_of(a) != place_of(b))
		return place_of(a) < place_of(b);
	return strcmp(a->name, b->name) < 0;
}

static struct feed_folder_file *first_waiting(struct feed_folder *f)
{
	struct feed_folder_file *first = NULL;

	for (size_t i = 0; i < f->count; i++)
		if (f->files[i]->state == FEED_FOLDER_WAITING &&
		    (!first || is_before(f->files[i], first)))
			first = f->files[i];
	return first;
}

struct feed_folder_file *feed_folder_next(struct feed_folder *f)
{
	struct feed_folder_file *first;

	/* What it was packed from may have been read since it was looked at. */
	while ((first = first_waiting(f)) && is_known(f, first))
		first->state = FEED_FOLDER_READ;
	return first;
}

int feed_folder_take(struct feed_folder *f, struct feed_folder_file *file)
{
	int fd = open_file(f, file->name);

	if (fd >= 0) {
		file->state = FEED_FOLDER_READING;
	} else if (errno != ENOENT) {
		lost(f, file, strerror(errno));
		file->state = FEED_FOLDER_NONE;
	} else {
		/* The next walk sees that it is gone, and whether it is there packed. */
		f->walked_ms = 0;
		f->walk_took_ms = 0;
	}
	return fd;
}

int64_t feed_folder_later(const struct feed_folder *f, const struct feed_folder_file *file)
{
	int64_t longest = -1;
	uint64_t now = clock_steady() / WHEN_MS;

	for (size_t i = 0; i < f->count; i++) {
		const struct feed_folder_file *other = f->files[i];
		if (other->state == FEED_FOLDER_WAITING && is_before(file, other) &&
		    (int64_t)(now - other->seen_ms) > longest)
			longest = (int64_t)(now - other->seen_ms);
	}
	return longest;
}

void feed_folder_read(struct feed_folder_file *file, const struct stat *st, uint64_t size,
		      uint64_t first_ns)
{
	take_stat(file, st);
	file->size = size;
	file->first_ns = file->read_ns = first_ns;
	file->grew = false;
	file->state = FEED_FOLDER_READ;
}

size_t feed_folder_remembered(const struct feed_folder *f)
{
	return f->count;
}
