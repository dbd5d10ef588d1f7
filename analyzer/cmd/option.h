/* option.h - the options of `earshot audit` and `earshot inventory draft`, one table. */
#ifndef EARSHOT_OPTION_H
#define EARSHOT_OPTION_H

#include "analyzer/cmd/args.h"

/* Takes the option's value into *a; NULL, or what is wrong with the value. */
typedef const char *take_fn(struct args *a, const char *value);

struct option {
	const char *name; /* without dashes */
	char letter;	  /* 0: none */
	bool valued;
	bool settable; /* in a file or the environment too */
	bool draft;    /* `inventory draft` takes it too */
	take_fn *take;
	const char *help; /* NULL: not in the short help */
};

size_t option_count(void);
const struct option *option_at(size_t i);		/* in the order of the help */
const struct option *option_by_name(struct slice name); /* NULL: no such option */
const struct option *option_by_letter(char c);
/* Does it say where and how a report is written? `render` takes these alone. */
bool option_is_writing(const struct option *o);
/* Is this an option of the contract that belongs to a later version? */
bool option_is_later(struct slice name);

/* A capture given by name; what is wrong, or NULL. */
const char *option_take_source(struct args *a, const char *path);

#endif
