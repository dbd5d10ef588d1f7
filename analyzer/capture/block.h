/* block.h - a file as large blocks: read once, digested as given, unpacked where it is packed. */
#ifndef EARSHOT_BLOCK_H
#define EARSHOT_BLOCK_H

#include <sys/types.h>

#include "analyzer/base/err.h"
#include "analyzer/base/text.h"
#include "analyzer/capture/hasher.h"

enum { BLOCK_PEEK = 32 };

struct block;

/* Bytes that come from elsewhere than a file by name: as read(2) gives them, and 0 at the end. */
struct block_from {
	ssize_t (*read)(void *ctx, void *to, size_t n);
	void *ctx;
};

/*
 * Opens `path` ("-": standard input). The buffers are the hasher's, which must
 * live longer; with `hash` the bytes of the file as given are digested while
 * they are read. ERR_IO: *why says in one sentence what is wrong with the file
 * (missing, a folder, no permission); it does not name the file.
 */
enum err block_open(struct block **out, const char *path, struct hasher *hasher, bool hash,
		    struct text *why) MUST_CHECK;
/* The same over bytes from elsewhere, which are not digested. */
struct block *block_over(struct block_from from, struct hasher *hasher);
void block_close(struct block *b); /* NULL is fine */

/*
 * The next n bytes, unpacked (gzip with any number of members, RFC 1952; zstd
 * with any number of frames, RFC 8878). Fewer only where the file ends or
 * breaks; block_trouble then tells which.
 */
size_t block_read(struct block *b, void *to, size_t n);

/* What has come of them, up to n: waits only for the first. 0: the file ends or breaks. */
size_t block_some(struct block *b, void *to, size_t n);

/*
 * A stretch of what comes next, unpacked, where it stands; empty where the file ends or
 * breaks. Good until the next call of any function here.
 */
struct slice block_lend(struct block *b);

/* The first bytes, unpacked, without taking them; call before any read. At most BLOCK_PEEK. */
struct slice block_peek(struct block *b);

/* Takes n bytes without looking at them; gives how many there were. */
uint64_t block_skip(struct block *b, uint64_t n);

/*
 * What broke, as a clause ("the gzip stream ends before its trailer"), or NULL.
 * Bytes handed out before are as good as the file's own checks can say.
 */
const char *block_trouble(const struct block *b);

bool block_packed(const struct block *b); /* gzip or zstd */

/* A terminal or device file, which may never end. */
bool block_endless(const struct block *b);

/* Octets of the file as given that were read so far. */
uint64_t block_place(const struct block *b);

/* Reads what is left of the file and tells its size and digest (empty without hash). Of bytes from
 * elsewhere nothing more is read: their end may never come. */
void block_finish(struct block *b, uint64_t *bytes, char sha256[DIGEST_HEX]);

#endif
