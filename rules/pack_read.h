/* pack_read.h - a pack while it is read: where one is, and what is wrong there. */
#ifndef EARSHOT_PACK_READ_H
#define EARSHOT_PACK_READ_H

#include "analyzer/base/digest.h"
#include "rules/pack.h"

struct pack_choice_named {
	const char *name;
	const struct expr_scope *scope;
	struct pack_choice choice;
};

struct pack_set {
	struct pack_rule **rules; /* one by one: findings point at them */
	size_t rule_count;
	struct expr_define *defines;
	size_t define_count;
	struct pack_choice_named *choices;
	size_t choice_count;
	struct expr_words *words;
	size_t word_count;
	json_t **sources; /* all packs, whole: texts of rules are theirs */
	char **files;
	uint8_t (*digests)[DIGEST_BYTES]; /* SHA-256 of their octets */
	size_t source_count;
	json_t *bundles;    /* code -> citations */
	struct rule *by_id; /* all of them, once nothing is added any more */
};

struct pack_read {
	struct pack_set *set;
	const char *file;
	struct slice bytes;
	bool trusted;
	const char *rule;     /* id, or NULL */
	char place[64];	      /* "case 2 says 1 why" */
	const char *fragment; /* the text at fault, to find its line */
	char *why;
};

/* All of these: ERR_OK, or ERR_USAGE with r->why set. */
enum err pack_read_wrong(struct pack_read *r, const char *what, const char *word, const char *near);
enum err pack_read_keys(struct pack_read *r, const json_t *o, const char *const *keys);
enum err pack_read_text(struct pack_read *r, const json_t *o, const char *key, bool needed,
			const char **out);
enum err pack_read_name(struct pack_read *r, const char *word, const char *const *names, int *out);
/* An expression of one item scope (NULL: the call alone); *out NULL where the key is absent. */
enum err pack_read_expr(struct pack_read *r, const json_t *o, const char *key,
			const struct expr_scope *scope, struct expr **out);
enum err pack_read_bool(struct pack_read *r, const json_t *o, const char *key,
			const struct expr_scope *scope, struct expr **out);
enum err pack_read_choice(struct pack_read *r, const json_t *v, const struct expr_scope *scope,
			  struct pack_choice *out);
enum err pack_read_path(struct pack_read *r, const char *text, struct pack_path *out);
/* The names an expression of that scope may use. `scopes` has room for two. */
struct expr_names pack_read_names(const struct pack_set *s, const struct expr_scope *scope,
				  const struct expr_scope **scopes);
enum err pack_case_read(struct pack_read *r, const json_t *o, struct pack_case *out);
void pack_case_free(struct pack_case *c);
void pack_read_choice_free(struct pack_choice *c);

#endif
