/* expr.h - the rule language: typed, three-valued expressions over fields (contract 5). */
#ifndef EARSHOT_EXPR_H
#define EARSHOT_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/addr.h"
#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"
#include "analyzer/base/text.h"

/*
 * expr    = and { "or" and } ;           and  = not { "and" not } ;
 * not     = "not" not | test ;
 * test    = sum [ op sum | ["not"] "in" set | "is" ["not"] "known" ] ;
 * op      = "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" ;
 * sum     = term { ("+" | "-") term } ;  numbers and durations
 * term    = "(" expr ")" | literal | path | call ;
 * path    = name { "." name } ;          fields of the scope at hand, then of the ones around it
 * call    = ("any" | "all" | "none" | "count") "(" path [ "as" name ] [ ":" expr ] ")"
 *         | "default" "(" expr "," expr ")" | "if" "(" expr "," expr "," expr ")"
 *         | "lookup" "(" expr "," text ")" | "starts" | "ends" | "contains" "(" expr "," text ")" ;
 * set     = "{" value { "," value } "}" | network ;
 * literal = number | number unit | 'text' | "text" | true | false | name of an enumerator ;
 * unit    = ns | us | ms | s | min | h | d (no space before it)
 *
 * An enumerator stands for itself where a value of its type is compared with it ("keying = sdes",
 * "label >= END-TO-END MEDIA": the longest name that fits, in any case, with its spaces and
 * hyphens). Versions are written SSL2, SSL3, TLS1.0 ... TLS1.3, DTLS1.0, DTLS1.2, DTLS1.3 and
 * compare by age within their family; between families only = and != mean something (false, true).
 * Addresses are written plain or as text; "in" takes networks (10.0.0.0/8, 2001:db8::/32).
 *
 * Logic is Kleene's: what was not observed is unknown; "and" with a false side is false, "or" with
 * a true side is true, else an unknown side makes the whole unknown. any() is true if one is true,
 * else unknown if one is unknown. any(list) without a condition: the list is not empty. count()
 * is unknown when one is unknown. default(a, b) is b when a is unknown; "is known" is never
 * unknown itself.
 */
enum expr_type {
	EXPR_BOOL,
	EXPR_NUMBER,
	EXPR_DURATION, /* nanoseconds */
	EXPR_TIME,     /* nanoseconds since 1970; their difference is a duration */
	EXPR_TEXT,
	EXPR_ENUM,
	EXPR_VERSION, /* as on the wire: 0x0303, 0xfefd; SSL 2 is 0x0002 */
	EXPR_ADDRESS,
	EXPR_ITEM, /* one thing of another scope: "leg.carrier" */
	EXPR_LIST, /* of items: only in a quantifier */
};

struct expr_scope;

/* A thing that fields are read of. What its scope makes of the two is its own affair. */
struct expr_item {
	const struct expr_scope *scope;
	const void *of; /* what all items of one evaluation share (the work, the call) */
	const void *at; /* this one */
};

struct expr_value {
	bool known;
	union {
		bool yes;
		double number;
		uint64_t ns;
		struct slice text;
		int name; /* of an enumeration: index into its names */
		uint16_t version;
		struct addr addr;
		struct expr_item item;
	};
};

struct expr_field {
	const char *name, *doc; /* one sentence for the reference page */
	enum expr_type type;
	const char *const *names; /* EXPR_ENUM: NULL-ended; "" where a number has no name */
	bool ordered;		  /* EXPR_ENUM: < and > mean something, in the order of names */
	const struct expr_scope *(*scope)(void); /* of EXPR_ITEM and EXPR_LIST */
	int arg; /* for `get`, so that one function serves many fields */
	/* Not for lists. `known` is false on entry and stays so for what was not observed. */
	void (*get)(const struct expr_item *it, int arg, struct expr_value *out);
	/* EXPR_LIST: the item behind `after` (its `at`; NULL: the first), false at the end. */
	bool (*next)(const struct expr_item *it, int arg, const void *after, struct expr_item *out);
};

struct expr_scope {
	const char *name, *doc;
	const struct expr_field *fields;
	size_t count;
};

/* Texts by name for lookup(): a value that is not among `from` stays as it is. */
struct expr_words {
	const char *name;
	const char *const *from, *const *to;
	size_t count;
};

/* A named expression of a pack, written once and used by name: of one scope, typed by its text. */
struct expr_define {
	const char *name;
	const struct expr_scope *scope;
	const struct expr *expr;
};

/* What names may mean: scopes from the innermost out, then definitions and words. Borrowed. */
struct expr_names {
	const struct expr_scope *const *scopes; /* innermost first */
	size_t scope_count;
	const struct expr_define *defines; /* seen only from an item of their scope */
	size_t define_count;
	const struct expr_words *words;
	size_t word_count;
};

enum { EXPR_TEXT_MOST = 4096, EXPR_NODES = 512, EXPR_DEPTH = 32, EXPR_SCOPES = 8 };
/* Fields read and items visited by one evaluation: beyond it the answer is unknown. */
enum { EXPR_STEPS = 1000000 };

struct expr;

/*
 * ERR_USAGE with *why (free() it): what is wrong, the column counted from 1, and
 * the nearest name where a name is wrong. The text is copied.
 */
enum err expr_compile(struct slice text, const struct expr_names *names, struct expr **out,
		      char **why) MUST_CHECK;
void expr_free(struct expr *e);

enum expr_type expr_type(const struct expr *e);
const char *expr_source(const struct expr *e);

/* `items` as the scopes it was compiled for, innermost first. Allocates nothing. */
struct expr_value expr_eval(const struct expr *e, const struct expr_item *items);

enum expr_truth { EXPR_FALSE, EXPR_TRUE, EXPR_UNKNOWN };
/* Of an expression of type EXPR_BOOL. */
enum expr_truth expr_ask(const struct expr *e, const struct expr_item *items);

/* The value in words, as a report shows it: durations in seconds with one decimal, "" if unknown.
 */
void expr_show(const struct expr *e, const struct expr_value *v, struct text *out);

/* The reference page of a set of root scopes: every scope that can be reached, field by field. */
void expr_reference(const struct expr_scope *const *roots, size_t count, struct text *out);

#endif
