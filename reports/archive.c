/* archive.c - ustar headers made one way, compared whole. */
#include "reports/archive.h"

#include <errno.h>
#include <string.h>

enum { BLOCK = 512, COPY = 64 * 1024 };
#define PART_MAX (UINT64_C(8) << 30) /* eleven octal digits: less than 8 GiB */

/* ---- parts ------------------------------------------------------------------------ */

FILE *archive_add(struct archive *a, const char *name)
{
	if (a->count == ARCHIVE_PARTS) {
		errno = EMFILE;
		return NULL;
	}
	struct archive_part *p = &a->parts[a->count];
	*p = (struct archive_part){ .file = tmpfile() };
	(void)snprintf(p->name, sizeof p->name, "%s", name);
	if (p->file)
		a->count++;
	return p->file;
}

enum err archive_seal(struct archive *a, size_t part)
{
	struct archive_part *p = &a->parts[part];
	struct digest *d;
	uint8_t some[COPY];
	size_t n;

	if (fflush(p->file) != 0 || ferror(p->file) || fseeko(p->file, 0, SEEK_SET) != 0)
		return ERR_IO;
	d = digest_new();
	for (p->bytes = 0; (n = fread(some, 1, sizeof some, p->file)) > 0; p->bytes += n)
		digest_add(d, (struct slice){ some, n });
	digest_hex(d, p->sha256);
	if (p->bytes >= PART_MAX)
		errno = EFBIG;
	return ferror(p->file) || p->bytes >= PART_MAX ? ERR_IO : ERR_OK;
}

enum err archive_add_text(struct archive *a, const char *name, struct slice text)
{
	FILE *f = archive_add(a, name);

	if (!f || (text.n && fwrite(text.p, 1, text.n, f) != text.n))
		return ERR_IO;
	return archive_seal(a, a->count - 1);
}

struct archive_part *archive_find(struct archive *a, const char *name)
{
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->parts[i].name, name) == 0)
			return &a->parts[i];
	return NULL;
}

enum err archive_text(struct archive_part *p, size_t most, struct text *out)
{
	text_clear(out);
	if (p->bytes > most)
		return ERR_LIMIT;
	rewind(p->file);
	char *to = text_reserve(out, p->bytes);
	if (fread(to, 1, p->bytes, p->file) != p->bytes)
		return ERR_IO;
	text_wrote(out, p->bytes);
	return ERR_OK;
}

void archive_free(struct archive *a)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->parts[i].file)
			(void)fclose(a->parts[i].file);
	a->count = 0;
}

/* ---- the one way to write a header (POSIX.1-2017, pax, "ustar Interchange Format") ---- */

static void octal(uint8_t *to, size_t digits, uint64_t n)
{
	for (size_t i = digits; i-- > 0; n /= 8)
		to[i] = (uint8_t)('0' + n % 8);
	to[digits] = '\0';
}

static void make_header(uint8_t h[BLOCK], const char *name, uint64_t bytes)
{
	unsigned sum = 0;

	memset(h, 0, BLOCK);
	(void)snprintf((char *)h, ARCHIVE_NAME, ARCHIVE_FOLDER "%.84s", name);
	octal(h + 100, 7, 0644);
	octal(h + 108, 7, 0);	   /* user */
	octal(h + 116, 7, 0);	   /* group */
	octal(h + 124, 11, bytes); /* size */
	octal(h + 136, 11, 0);	   /* time */
	memset(h + 148, ' ', 8);   /* the sum is taken over spaces here */
	h[156] = '0';
	memcpy(h + 257, "ustar", 6);
	memcpy(h + 263, "00", 2);
	octal(h + 329, 7, 0);
	octal(h + 337, 7, 0);
	for (size_t i = 0; i < BLOCK; i++)
		sum += h[i];
	octal(h + 148, 6, sum);
}

static size_t padding(uint64_t bytes)
{
	return (size_t)((BLOCK - bytes % BLOCK) % BLOCK);
}

static bool copy_part(FILE *from, FILE *to)
{
	uint8_t some[COPY];
	size_t n;

	rewind(from);
	while ((n = fread(some, 1, sizeof some, from)) > 0)
		if (fwrite(some, 1, n, to) != n)
			return false;
	return !ferror(from);
}

enum err archive_write(struct archive *a, FILE *out)
{
	static const uint8_t zeros[2 * BLOCK];
	uint8_t h[BLOCK];

	for (size_t i = 0; i < a->count; i++) {
		struct archive_part *p = &a->parts[i];
		size_t pad = padding(p->bytes);
		make_header(h, p->name, p->bytes);
		if (fwrite(h, 1, BLOCK, out) != BLOCK || !copy_part(p->file, out) ||
		    fwrite(zeros, 1, pad, out) != pad)
			return ERR_IO;
	}
	return fwrite(zeros, 1, sizeof zeros, out) == sizeof zeros ? ERR_OK : ERR_IO;
}

/* ---- reading ------------------------------------------------------------------------ */

struct reader {
	FILE *in;
	uint64_t at;
	const char *why;
};

static enum err wrong(struct reader *r, const char *why)
{
	r->why = why;
	return ferror(r->in) ? ERR_IO : ERR_MALFORMED;
}

static bool take(struct reader *r, uint8_t *to, size_t n)
{
	size_t got = fread(to, 1, n, r->in);

	r->at += got;
	return got == n;
}

static bool all_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

/* Small letters, digits, and what parts them; no component begins with a dot. */
static bool good_name(const char *s)
{
	char before = '/';

	for (; *s; before = *s++) {
		bool letter = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
			      (*s >= '0' && *s <= '9') || *s == '-' || *s == '_' || *s == '.';
		if (!letter && *s != '/')
			return false;
		if ((*s == '.' || *s == '/') && before == '/')
			return false;
	}
	return before != '/';
}

static bool read_size(const uint8_t *p, uint64_t *out)
{
	*out = 0;
	for (int i = 0; i < 11; i++) {
		if (p[i] < '0' || p[i] > '7')
			return false;
		*out = *out * 8 + (uint64_t)(p[i] - '0');
	}
	return true;
}

static enum err take_body(struct reader *r, FILE *to, uint64_t bytes)
{
	uint8_t some[COPY];
	size_t pad = padding(bytes);

	for (uint64_t left = bytes; left;) {
		size_t n = left < sizeof some ? (size_t)left : sizeof some;
		if (!take(r, some, n))
			return wrong(r, "a part ends too early");
		if (fwrite(some, 1, n, to) != n)
			return ERR_IO;
		left -= n;
	}
	if (!take(r, some, pad))
		return wrong(r, "a part ends too early");
	return all_zero(some, pad) ? ERR_OK : wrong(r, "something stands behind a part");
}

static enum err take_part(struct reader *r, struct archive *a, const uint8_t h[BLOCK])
{
	const size_t folder = sizeof ARCHIVE_FOLDER - 1;
	uint8_t want[BLOCK];
	char name[ARCHIVE_NAME];
	uint64_t bytes;

	if (memcmp(h, ARCHIVE_FOLDER, folder) != 0 || h[ARCHIVE_NAME - 1] ||
	    !read_size(h + 124, &bytes))
		return wrong(r, "no header of a part");
	(void)snprintf(name, sizeof name, "%.84s", (const char *)h + folder);
	make_header(want, name, bytes);
	if (memcmp(h, want, BLOCK) != 0)
		return wrong(r, "a header that this program does not write");
	if (!good_name(name) || archive_find(a, name))
		return wrong(r, "a name that no part has, or two have");
	if (a->count == ARCHIVE_PARTS)
		return wrong(r, "more parts than a bundle has");
	FILE *to = archive_add(a, name);
	if (!to)
		return ERR_IO;
	enum err e = take_body(r, to, bytes);
	return e == ERR_OK ? archive_seal(a, a->count - 1) : e;
}

static enum err take_all(struct reader *r, struct archive *a)
{
	uint8_t h[BLOCK];

	for (;;) {
		if (!take(r, h, BLOCK))
			return wrong(r, "it ends without its end mark");
		if (all_zero(h, BLOCK))
			break;
		enum err e = take_part(r, a, h);
		if (e != ERR_OK)
			return e;
	}
	if (!take(r, h, BLOCK) || !all_zero(h, BLOCK))
		return wrong(r, "its end mark is not whole");
	return getc(r->in) == EOF && !ferror(r->in) ? ERR_OK
						    : wrong(r, "something stands behind its end");
}

enum err archive_read(FILE *in, struct archive *a, const char **why, uint64_t *at)
{
	struct reader r = { in, 0, "" };

	*a = (struct archive){ .count = 0 };
	errno = 0;
	enum err e = take_all(&r, a);
	*why = r.why;
	*at = r.at;
	return e;
}

bool archive_looks_like(struct slice front)
{
	return slice_starts(front, SLICE(ARCHIVE_FOLDER));
}
