/* keys.h - the files of --keylog and --tls-key, checked before anything is judged. */
#ifndef EARSHOT_KEYS_H
#define EARSHOT_KEYS_H

#include "analyzer/cmd/args.h"

/* How much key material the user gave. */
struct keys {
	uint64_t secrets, private_keys;
};

/* ERR_USAGE: a file cannot be read or is not what it should be; a sentence has been printed. */
enum err keys_check(const struct args *a, struct keys *out) MUST_CHECK;
/* A whole file of at most 64 MiB into *text (free it); false with errno. */
bool keys_read_file(const char *path, char **text, size_t *n);

#endif
