/* user_file.h - JSON that a user wrote: where one is in it, and what is wrong there. */
#ifndef EARSHOT_USER_FILE_H
#define EARSHOT_USER_FILE_H

#include <jansson.h>

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum { USER_FILE_NO_ITEM = -1 };

/* Where in the file: entries[3].scope[0]. Parts that are NULL or USER_FILE_NO_ITEM are left out. */
struct user_file_spot {
	const char *list;
	size_t at;
	const char *key;
	int item;
};

struct user_file_spot user_file_of(struct user_file_spot o, const char *key);
struct user_file_spot user_file_nth(struct user_file_spot o, size_t item);

/*
 * All of these: ERR_OK, or ERR_MALFORMED with one sentence in *why (free() it) that
 * begins with the place.
 */
/* PLACE: what, and the word that stands there; `near` NULL: nothing to offer. */
enum err user_file_wrong(char **why, struct user_file_spot s, const char *what, const char *word,
			 const char *near);
/* Each key must be one of `keys`, which ends with NULL. */
enum err user_file_keys(char **why, struct user_file_spot s, const json_t *o,
			const char *const *keys);
/* A text that is not empty; *out NULL where the key is absent and need not be there. */
enum err user_file_text(char **why, struct user_file_spot s, const json_t *o, bool needed,
			const char **out);
/* The "schema" of an object must be this one. */
enum err user_file_schema(char **why, const json_t *root, const char *schema);

/* NULL: not JSON, or a key twice; *why says where. */
json_t *user_file_load(struct slice text, char **why);

#endif
