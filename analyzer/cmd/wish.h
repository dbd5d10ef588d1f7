/* wish.h - the words of the small subcommands: a format, a place to write, names. */
#ifndef EARSHOT_WISH_H
#define EARSHOT_WISH_H

#include <stdbool.h>
#include <stdio.h>

#include "analyzer/base/err.h"

enum { WISH_NAMES = 2 };

/* An option with a value beside -f and -o. */
struct wish_option {
	const char *name; /* without dashes; NULL ends the list */
	const char *value;
};

struct wish {
	const char *of;		     /* the subcommand, for sentences */
	const char *const *formats;  /* NULL-ended; the first is the default */
	size_t most;		     /* names it takes, at most WISH_NAMES */
	struct wish_option *options; /* or NULL */
	/* What was said. */
	const char *format, *output, *names[WISH_NAMES];
	size_t name_count;
	bool help, quiet;
};

/* ERR_USAGE: a sentence has been printed. With help set nothing else is to be done. */
enum err wish_read(struct wish *w, int argc, char **argv) MUST_CHECK;
bool wish_is(const struct wish *w, const char *format);

/* Writes by `put` to -o or standard output; the exit code: 0, or 5 and a sentence. */
int wish_write(const struct wish *w, bool (*put)(const void *what, const struct wish *w, FILE *out),
	       const void *what);

#endif
