/* option.h - the options of all subcommands that read captures or write reports, one table. */
#ifndef EARSHOT_OPTION_H
#define EARSHOT_OPTION_H

#include "analyzer/cmd/args.h"

/* Takes the option's value into *a; NULL, or what is wrong with the value. */
typedef const char *take_fn(struct args *a, const char *value);

/* Who takes it: bits. Elsewhere it would do nothing, and is refused. */
enum {
	OPTION_AUDIT = 1 << ARGS_OF_AUDIT,
	OPTION_DRAFT = 1 << ARGS_OF_DRAFT,
	OPTION_RENDER = 1 << ARGS_OF_RENDER,
	OPTION_WATCH = 1 << ARGS_OF_WATCH,
};

struct option {
	const char *name; /* without dashes */
	char letter;	  /* 0: none */
	bool valued;
	bool settable; /* in a file or the environment too */
	unsigned of;   /* OPTION_AUDIT... */
	take_fn *take;
	const char *help; /* NULL: not in the short help */
};

size_t option_count(void);
const struct option *option_at(size_t i);		/* in the order of the help */
const struct option *option_by_name(struct slice name); /* NULL: no such option */
const struct option *option_by_letter(char c);

/* A capture given by name; what is wrong, or NULL. */
const char *option_take_source(struct args *a, const char *path);

#endif
