/* spool.h - an unlinked temporary file that takes records and gives them back. */
#ifndef EARSHOT_SPOOL_H
#define EARSHOT_SPOOL_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"
#include "analyzer/base/text.h"

struct spool;

/* In $TMPDIR, else /var/tmp, else /tmp. NULL with errno when none of them can hold a file. */
struct spool *spool_new(void);
void spool_free(struct spool *s); /* the file vanishes with it; NULL is fine */

/* Appends, packed; *at is where it begins. Written in blocks: an error (errno) may show only at a
 * later call. */
enum err spool_add(struct spool *s, struct slice record, uint64_t *at) MUST_CHECK;
enum err spool_flush(struct spool *s) MUST_CHECK;
/* Adds `n` bytes from `at`, of one record, to `out`; after spool_flush, and nothing is added from
 * then on. ERR_IO with errno. */
enum err spool_read(struct spool *s, uint64_t at, size_t n, struct text *out) MUST_CHECK;
/*
 * The same for small records that are read in any order: they are not packed, and each is read
 * alone. Their places are apart from those of the others.
 */
enum err spool_put(struct spool *s, struct slice record, uint64_t *at) MUST_CHECK;
enum err spool_get(struct spool *s, uint64_t at, size_t n, struct text *out) MUST_CHECK;

#endif
