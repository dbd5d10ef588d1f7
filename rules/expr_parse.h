/* expr_parse.h - the compiler of expressions: what its files share. */
#ifndef EARSHOT_EXPR_PARSE_H
#define EARSHOT_EXPR_PARSE_H

#include "rules/expr_lex.h"
#include "rules/expr_node.h"

/* Something that has a value, and where it stands. */
struct expr_operand {
	uint16_t node;
	struct expr_kind kind;
	struct slice source;
};

/* An item at hand while compiling; its place in the row is its slot in evaluation. */
struct expr_frame {
	const struct expr_scope *scope;
	struct slice as; /* empty: it was given no name */
};

struct expr_parser {
	struct expr *out;
	const struct expr_names *names;
	struct expr_token now;
	struct slice all;		       /* the whole text */
	struct expr_frame frames[EXPR_SCOPES]; /* outermost first */
	uint8_t frame_count;
	unsigned depth;
	bool failed;
	struct text why, unheard; /* the first complaint; those that follow from it */
};

/* ---- expr_parse.c: the grammar. `like`: what it will be compared with, or NULL ---- */

void expr_parse_all(struct expr_parser *p);
struct expr_operand expr_parse_or(struct expr_parser *p, const struct expr_operand *like);
struct expr_operand expr_parse_sum(struct expr_parser *p, const struct expr_operand *like);
struct slice expr_parse_rest(const struct expr_parser *p); /* from the sign at hand to the end */
void expr_parse_skip(struct expr_parser *p, size_t n);	   /* octets of it */
bool expr_parse_is(const struct expr_parser *p, const char *sign); /* in any case */
bool expr_parse_take(struct expr_parser *p, const char *sign);
void expr_parse_expect(struct expr_parser *p, const char *sign);
/* In brackets, down to EXPR_DEPTH; expr_parse_close expects the closing one. */
bool expr_parse_open(struct expr_parser *p);
void expr_parse_close(struct expr_parser *p);
struct slice expr_parse_name(struct expr_parser *p, const char *what); /* empty: it failed */
uint16_t expr_parse_node(struct expr_parser *p, struct expr_node n);
/* The node as an operand that was written from `start` up to the sign at hand. */
struct expr_operand expr_parse_operand(struct expr_parser *p, const uint8_t *start,
				       struct expr_kind kind, struct expr_node n);

/* ---- expr_term.c: literals, and what a term may begin with ---- */

struct expr_operand expr_term(struct expr_parser *p, const struct expr_operand *like);
/* A member of a set, which may be a network. */
struct expr_operand expr_term_member(struct expr_parser *p, const struct expr_operand *like);

/* ---- expr_call.c: quantifiers and functions ---- */

/* False: the sign at hand does not begin a call. */
bool expr_call(struct expr_parser *p, const struct expr_operand *like, struct expr_operand *out);

/* ---- expr_path.c: names ---- */

struct expr_operand expr_path(struct expr_parser *p, const struct expr_operand *like);

/* ---- expr_check.c: types ---- */

bool expr_check_bool(struct expr_parser *p, const struct expr_operand *o);
bool expr_check_text(struct expr_parser *p, const struct expr_operand *o);
bool expr_check_value(struct expr_parser *p, const struct expr_operand *o); /* not a list */
/* b stands where a value like a must stand. */
bool expr_check_alike(struct expr_parser *p, const struct expr_operand *a,
		      const struct expr_operand *b);
bool expr_check_order(struct expr_parser *p, const struct expr_operand *a, struct slice op);
/* The type of the sum; false: there is none. */
bool expr_check_sum(struct expr_parser *p, const struct expr_operand *a, enum expr_op op,
		    const struct expr_operand *b, enum expr_type *out);

/* ---- expr_wrong.c: what is wrong, in words ---- */

/* Begins the complaint, at its column; what is added to it is the rest of the sentence. */
struct text *expr_wrong(struct expr_parser *p, const uint8_t *at);
void expr_wrong_here(struct expr_parser *p, const char *what); /* at the sign at hand */
void expr_wrong_quote(struct text *to, struct slice s);
void expr_wrong_kind(struct text *to, const struct expr_kind *k); /* "a number" */
/* "; did you mean x?", in any case of letters, or nothing. */
void expr_wrong_near(struct text *to, struct slice wrong, const char *const *words, size_t count);
/* The words at hand, up to a keyword or a sign: what was meant as one name. */
struct slice expr_wrong_words(const struct expr_parser *p);
/* The name at hand, in quotes or not, is none of those of `like`. */
void expr_wrong_name(struct expr_parser *p, const struct expr_operand *like);

#endif
