/* pack.h - rules as data: JSON packs read, checked and compiled (contract 5; docs/rule-packs.md).
 */
#ifndef EARSHOT_PACK_H
#define EARSHOT_PACK_H

#include <jansson.h>

#include "rules/expr_need.h"
#include "rules/field.h"
#include "rules/judge.h"
#include "rules/template.h"

enum {
	PACK_BYTES = 4 * 1024 * 1024, /* of one file */
	PACK_RULES = 1000,	      /* over all packs of a run */
	PACK_CASES = 64,	      /* of one rule; as many sentences of a choice */
	PACK_DEFINES = 500,
};

/* The first sentence whose condition is true; an option without one always is. */
struct pack_option {
	struct expr *when;
	struct template *text;
};
struct pack_choice {
	struct pack_option *options;
	size_t count;
	bool borrowed; /* a named choice of a pack: not freed with its user */
	bool of_call;  /* compiled for the call alone */
};

/* What a case says on a condition. */
struct pack_say {
	enum condition on;
	enum known known;
	bool admitted; /* a declaration against its own speaker's interest (B.2) */
	struct expr *when, *grade;
	struct pack_choice why;
};

/* "line.clear" is set, "not line.media_whole" is taken back. */
struct pack_mark {
	char *name;
	bool value;
	bool weak; /* sets what makes the label WEAK */
	struct expr *when;
};

/* Where a list is found from the call: the items on the way, then the list itself. */
struct pack_path {
	const struct expr_field *steps[4];
	unsigned count; /* 0: the call itself, once */
	int facts;	/* 1 + the kind of fact that it lists; 0: other things */
};

struct pack_case {
	struct pack_path *each; /* one after the other */
	size_t each_count;
	struct expr *when; /* NULL: always */
	enum outcome outcome;
	bool silent;  /* only says and marks, no finding */
	bool of_call; /* its finding is about the call as a whole */
	bool chained; /* an alternative to the case before it */
	struct pack_choice severity, title, detail, caused_by;
	struct pack_path *evidence; /* whose first item shows it; none: the item itself */
	size_t evidence_count;
	struct pack_say *says;
	struct pack_mark *marks;
	size_t say_count, mark_count;
};

struct pack_rule {
	struct rule rule;      /* what the catalogue says of it */
	const struct rule *as; /* its place among pack_rules: under this it finds */
	struct expr *applies, *seen;
	/* The first rules of the set that ask the same of a call before and behind their cases. */
	size_t applies_as, seen_as;
	struct expr_need seen_needs; /* kinds of fact without which `seen` is not true */
	struct pack_case *cases;
	size_t case_count;
	struct expr_need ranges; /* kinds of fact that its cases range over */
	bool ranges_wider;	 /* and over other things */
	const json_t *source;	 /* of the rule, for its examples and hints; lives with the set */
	const char *pack;	 /* its file */
};

struct pack_set;

struct pack_set *pack_set_new(void);
void pack_set_free(struct pack_set *s);

/*
 * Adds the rules of one pack. `trusted`: it may speak on conditions and set
 * marks, as the catalogue does; a user's rules find and cannot move a verdict.
 * ERR_USAGE with *why (free() it): file, line, rule and place, what is wrong, the nearest name.
 */
enum err pack_add(struct pack_set *s, const char *file, struct slice json, bool trusted,
		  char **why) MUST_CHECK;
/* The same for the causes that trusted packs name, which may be rules of each other. */
enum err pack_causes(struct pack_set *s, char **why) MUST_CHECK;
/* A trusted pack without parts that judge nothing; the digest is that of all of it. */
enum err pack_add_shortened(struct pack_set *s, const char *file, struct slice json,
			    struct slice from, char **why) MUST_CHECK;
enum err pack_add_file(struct pack_set *s, const char *path, char **why) MUST_CHECK;

/*
 * The rules of this run: the catalogue that is compiled in, and what pack_add_file
 * added before anything was judged. Loaded once; the catalogue never fails in a program whose tests
 * passed.
 */
struct pack_set *pack_builtin(void);
/* With the examples of its rules, where nobody asked for the catalogue before. */
struct pack_set *pack_builtin_examples(void);

/* The rules in order of id; nothing is added from then on. */
const struct rule *pack_rules(struct pack_set *s, size_t *count);

/* Code -> list of citations; NULL: no pack has any. */
const json_t *pack_bundles(const struct pack_set *s);

/* What the pack of a rule of this run says under a key ("effect", "evidence"); NULL: nothing. */
const char *pack_said(const char *id, const char *key);
const char *pack_hint(const char *id, const char *vendor); /* in any case; NULL: none */

/* SHA-256 of the octets of the i-th pack; NULL behind the last. */
const uint8_t *pack_digest(const struct pack_set *s, size_t i);

size_t pack_count(const struct pack_set *s);
const struct pack_rule *pack_at(const struct pack_set *s, size_t i); /* in order of loading */
const struct pack_rule *pack_find(const struct pack_set *s, const char *id); /* NULL: none */

#endif
