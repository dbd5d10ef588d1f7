/* reading.h - a JSON file that a user wrote: every key and word is checked, errors name their
 * place.
 */
#ifndef EARSHOT_READING_H
#define EARSHOT_READING_H

#include <jansson.h>

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"
#include "analyzer/base/text.h"

enum { READING_NONE = -1 };

/* Where in the file: entries[3].scope[0]. Parts that are NULL or READING_NONE are left out. */
struct reading_spot {
	const char *list;
	int at;
	const char *key;
	int item;
};

struct reading {
	void *into; /* what the caller builds from the file; NULL: nothing */
	char *why;  /* free() it; NULL until something is wrong */
};

extern const struct reading_spot reading_top; /* the file as a whole */
struct reading_spot reading_of(struct reading_spot s, const char *key);
struct reading_spot reading_nth(struct reading_spot s, size_t item);

/* NULL: not JSON, or a key stands twice; *why (free() it) names line and column. A reference. */
json_t *reading_load(struct slice text, char **why);

/* Adds "what 'word'; did you mean NEAR?"; word and near may be NULL. */
void reading_sentence(struct text *t, const char *what, const char *word, const char *near);
/* "PLACE: what 'word'; did you mean NEAR?"; word and near may be NULL. Gives ERR_MALFORMED. */
enum err reading_wrong(struct reading *r, struct reading_spot s, const char *what, const char *word,
		       const char *near) MUST_CHECK;
/* An object whose keys are all among `keys`, which ends with NULL. */
enum err reading_keys(struct reading *r, struct reading_spot s, const json_t *o,
		      const char *const *keys) MUST_CHECK;
/* The text at s.key of o, not empty; *out NULL where it is absent and need not be there. */
enum err reading_text(struct reading *r, struct reading_spot s, const json_t *o, bool needed,
		      const char **out) MUST_CHECK;
/* An object of this schema, whatever else it has. */
enum err reading_schema(struct reading *r, const json_t *root, const char *what,
			const char *schema) MUST_CHECK;
/* The top of a file: an object of this schema with these keys. `what` names the kind of file. */
enum err reading_file(struct reading *r, const json_t *root, const char *what, const char *schema,
		      const char *const *keys) MUST_CHECK;

typedef enum err reading_word_fn(struct reading *r, struct reading_spot s, const char *word,
				 void *ctx);
/* A text, or a list of texts that is not empty. */
enum err reading_words(struct reading *r, struct reading_spot s, const json_t *value,
		       reading_word_fn *take, void *ctx) MUST_CHECK;
/* A list of texts, which may be empty. */
enum err reading_list(struct reading *r, struct reading_spot s, const json_t *value,
		      reading_word_fn *take, void *ctx) MUST_CHECK;
/* The place of a word among `names`. */
enum err reading_among(struct reading *r, struct reading_spot s, const char *what, const char *word,
		       const char *const *names, size_t count, size_t *at) MUST_CHECK;

#endif
