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
 *         | "lookup" "(" expr "," text ")"
 *         | ("starts" | "ends" | "contains") "(" expr "," expr ")" ;
 * set     = "{" member { "," member } "}" | network ;   member = sum | network ;
 * literal = number ["%"] | number unit | text | "true" | "false" | version | address
 *         | name of an enumerator ;
 * number  = ["-"] digits [ "." digits ] | "0x" hex digits ;    text = 'text' | "text"
 * unit    = ns | us | ms | s | min | h | d (no space before it)
 *
 * Blanks and line ends may stand between any two signs; there are no comments, and no escapes in
 * a text: it is put into the quotes that it does not hold. Names and keywords are read in any
 * case, texts are compared octet by octet. Only and, or, not, in, is, as are never names.
 *
 * A name is, first, one that "as" gave; then a field or a definition of the innermost scope that
 * has it (a field before a definition; before a full stop only what something can be read of);
 * then the name of a scope, which stands for its nearest item ("leg.transport").
 *
 * An enumerator stands for itself where a value of its type is expected: to the right of what it
 * is compared with ("keying = sdes"), in a set, as the second value of default() and if(). It is
 * the longest name that fits ("label >= END-TO-END MEDIA"), in any case; blanks, hyphens and
 * underscores are one. Enumerators come before fields. Versions are written SSL2, SSL3, TLS1.0 ...
 * TLS1.3, DTLS1.0, DTLS1.2, DTLS1.3 and compare by age within their family; between families = is
 * false, != true, and < and its like are unknown. Addresses are written plain or as text; "in"
 * takes networks (10.0.0.0/8, 2001:db8::/32), and IPv4 is in no network of IPv6. Times are written
 * as text: '2026-01-02', '2026-01-02T03:04:05Z'. Items can be compared with = and !=: the same one?
 *
 * Logic is Kleene's: what was not observed is unknown; "and" with a false side is false, "or" with
 * a true side is true, else an unknown side makes the whole unknown. any() is true if one is true,
 * else unknown if one is unknown. any(list) without a condition: the list is not empty. all() of
 * an empty list is true; it always has a condition. count() is unknown when one is unknown.
 * default(a, b) is b when a is unknown; if() is unknown when its condition is; "is known" is never
 * unknown itself. A duration is never below zero: a later time from an earlier one leaves none.
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
	const struct expr_scope *scope; /* NULL: the item is unknown, and all that is read of it */
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
	/* Not for lists. `known` is false on entry and stays so for what was not observed, and all
	 * else is zero. Of an item `at` is enough: its scope is this field's, `of` is `it`'s. */
	void (*get)(const struct expr_item *it, int arg, struct expr_value *out);
	bool always; /* `get` leaves it unknown of no item */
	/* EXPR_LIST: the item behind `after` (its `at`; NULL: the first), false at the end. `at` of
	 * no item is NULL; `out->of` is `it`'s on entry, its scope is this field's. */
	bool (*next)(const struct expr_item *it, int arg, const void *after, struct expr_item *out);
	/* EXPR_LIST: there is nothing on it, whichever item's it is; NULL: nobody can tell. */
	bool (*lacks)(const void *of, int arg);
};

struct expr_scope {
	const char *name, *doc;
	const struct expr_field *fields;
	size_t count;
	/* Where the answer of a definition about this item is kept: an octet that is 0 at first.
	 * NULL, or no function: nothing is kept. */
	uint8_t *(*answer)(const struct expr_item *it, uint16_t place);
};

/* Texts by name for lookup(): a value that is not among `from` stays as it is. */
struct expr_words {
	const char *name;
	const char *const *from, *const *to;
	size_t count;
};

/*
 * A named expression of a pack, written once and used by name: typed by its text.
 * It is compiled against its scope and, if it reads of items around it, against theirs, in
 * their order: [medium, call]. It is used as `name` where an item of its scope is at hand and as
 * `path.name` where a path gives one; of each further scope the nearest item around is taken, and
 * where there is none, compiling fails. It sees nothing else of where it is used. Used of an
 * unknown item, it is unknown. It may use those compiled before it: so none can use itself.
 * A field of the same name comes first. The expression must live as long as those that use it.
 */
struct expr_define {
	const char *name;
	const struct expr_scope *scope; /* the first of those that expr was compiled for */
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
/* Parts one above the other, those of definitions it uses included: what evaluation may recurse. */
enum { EXPR_HEIGHT = 64 };
/* Parts evaluated, items visited, words and networks compared, texts searched (64 octets a step) by
 * one evaluation: beyond it the answer is unknown. */
enum { EXPR_STEPS = 1000000 };

struct expr;

/*
 * ERR_USAGE with *why (free() it): "column 7: ...", what is wrong, the column
 * counted in characters from 1, and the nearest name where a name is wrong.
 * The text is copied; names, scopes and words are borrowed.
 */
enum err expr_compile(struct slice text, const struct expr_names *names, struct expr **out,
		      char **why) MUST_CHECK;
void expr_free(struct expr *e);

/* Wherever a definition of this expression is used, its answer is kept at this place and not asked
 * again of the item: nothing that it reads may change. Nothing happens unless it is true or false
 * of one item, and that item's scope keeps answers. */
void expr_keep(struct expr *e, uint16_t place);

enum expr_type expr_type(const struct expr *e);
const char *expr_source(const struct expr *e);

/* `items` as the scopes it was compiled for, innermost first. Allocates nothing. A text in the
 * answer is the item's or the expression's: it lives as long as they do. */
struct expr_value expr_eval(const struct expr *e, const struct expr_item *items);

enum expr_truth { EXPR_FALSE, EXPR_TRUE, EXPR_UNKNOWN };
/* Of an expression of type EXPR_BOOL. */
enum expr_truth expr_ask(const struct expr *e, const struct expr_item *items);

/* The value in words, as a report shows it: yes or no, durations in seconds with one decimal, "" if
 * unknown. Texts become valid UTF-8 and are no further escaped. */
void expr_show(const struct expr *e, const struct expr_value *v, struct text *out);

/* The reference page of a set of root scopes: every scope that can be reached, field by field. */
void expr_reference(const struct expr_scope *const *roots, size_t count, struct text *out);

#endif
