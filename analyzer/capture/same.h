/* same.h - two names for the same bytes. */
#ifndef EARSHOT_SAME_H
#define EARSHOT_SAME_H

#include "analyzer/base/slice.h"

/* What stat tells of a regular file; `known` is false for all others and for standard input. */
struct same_file {
	const char *path;
	uint64_t device, inode, size;
	bool known;
};

struct same_file same_look(const char *path);

/* Reads both only when they are regular files of one size that differ in inode, up to the first
 * difference. */
bool same_bytes(const struct same_file *a, const struct same_file *b);

#endif
