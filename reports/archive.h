/* archive.h - a tar file of plain parts, written in one way only, and read only if written so. */
#ifndef EARSHOT_ARCHIVE_H
#define EARSHOT_ARCHIVE_H

#include <stdio.h>

#include "analyzer/base/digest.h"
#include "analyzer/base/err.h"
#include "analyzer/base/text.h"

/*
 * POSIX ustar: regular files below one folder, mode 0644, no owner, no time. There is one way to
 * write each header, and the reader takes no other: so every octet of the container counts, and
 * nothing in it can lead anywhere. Nothing is ever unpacked to a name.
 */
#define ARCHIVE_FOLDER "earshot-bundle/"
enum { ARCHIVE_PARTS = 96, ARCHIVE_NAME = 100 };

struct archive_part {
	char name[ARCHIVE_NAME]; /* below the folder: "report.json", "extract/001.pcapng" */
	FILE *file;		 /* an unnamed temporary file */
	uint64_t bytes;		 /* from archive_seal on */
	char sha256[DIGEST_HEX];
};
struct archive {
	struct archive_part parts[ARCHIVE_PARTS];
	size_t count;
};

/* A further part, empty, to be written to; NULL with errno. The archive must not have it. */
FILE *archive_add(struct archive *a, const char *name);
/* Its size and digest, once it is written; ERR_IO with errno. */
enum err archive_seal(struct archive *a, size_t part) MUST_CHECK;
/* Add, write and seal. */
enum err archive_add_text(struct archive *a, const char *name, struct slice text) MUST_CHECK;

struct archive_part *archive_find(struct archive *a, const char *name); /* NULL: not there */
/* A part as text, at most `most` octets: ERR_LIMIT above that; ERR_IO with errno. */
enum err archive_text(struct archive_part *p, size_t most, struct text *out) MUST_CHECK;

enum err archive_write(struct archive *a, FILE *out) MUST_CHECK; /* sealed; ERR_IO with errno */

/*
 * Parts are copied to temporary files and sealed. ERR_MALFORMED: not as archive_write writes,
 * *why (static) and *at, the octet, say where; ERR_IO with errno: it cannot be read, or there is no
 * room for copies. archive_free in any case.
 */
enum err archive_read(FILE *in, struct archive *a, const char **why, uint64_t *at) MUST_CHECK;
/* Do these octets, the first of a file, begin an archive of ours? */
bool archive_looks_like(struct slice front);

void archive_free(struct archive *a);

#endif
