/* expr_node.h - what an expression is compiled to: only for the files of the language. */
#ifndef EARSHOT_EXPR_NODE_H
#define EARSHOT_EXPR_NODE_H

#include "rules/expr.h"

/* A type with what belongs to it. */
struct expr_kind {
	enum expr_type type;
	const char *const *names;	/* EXPR_ENUM */
	bool ordered;			/* EXPR_ENUM */
	const struct expr_scope *scope; /* EXPR_ITEM, EXPR_LIST */
};

enum expr_what {
	NODE_CONST,   /* value */
	NODE_AT,      /* the item in `slot` */
	NODE_READ,    /* field, of the item that a is, or of the one in `slot` */
	NODE_USE,     /* define, as NODE_READ */
	NODE_AND,     /* a and those behind it by `next` */
	NODE_OR,      /* the same */
	NODE_NOT,     /* a */
	NODE_COMPARE, /* a op b, of type */
	NODE_SUM,     /* a op b, of type */
	NODE_AMONG,   /* a in b and those behind it by `next`, of type */
	NODE_NETWORK, /* only in a set */
	NODE_KNOWN,   /* a */
	NODE_DEFAULT, /* a, b */
	NODE_IF,      /* a, b, c */
	NODE_LOOKUP,  /* a, of type, in words */
	NODE_STARTS,  /* a, b */
	NODE_ENDS,
	NODE_CONTAINS,
	NODE_ANY, /* a: the list as NODE_READ; b: the condition for the item in `slot` */
	NODE_ALL,
	NODE_NONE,
	NODE_COUNT,
};

enum expr_op { OP_EQUAL, OP_UNEQUAL, OP_LESS, OP_AT_MOST, OP_MORE, OP_AT_LEAST, OP_PLUS, OP_MINUS };

enum { EXPR_NO_NODE = UINT16_MAX, EXPR_WHOLE = 128 /* prefix of a single address */ };

struct expr_network {
	struct addr addr;
	uint8_t prefix; /* of 128, also for IPv4 */
};

struct expr_node {
	uint8_t what, op, type, slot;
	uint8_t height;		/* nodes one above the other from here down */
	bool sure;		/* of a quantifier: its list's `lacks` decides, see expr_call.c */
	uint16_t a, b, c, next; /* EXPR_NO_NODE: none */
	union {
		struct expr_value value;
		const struct expr_field *field;
		struct expr_network network;
		struct {
			const char *const *names; /* NODE_LOOKUP of an enumeration */
			const struct expr_words *in;
		} lookup;
		struct {
			const struct expr *expr;
			uint8_t slots[EXPR_SCOPES]; /* of its scopes from the second on */
		} use;
	};
};

struct expr {
	char *text;
	struct expr_node *nodes;
	size_t count;
	uint16_t root;
	struct expr_kind kind;
	const struct expr_scope *scopes[EXPR_SCOPES]; /* innermost first */
	size_t scope_count;
	bool kept; /* its answers, at `place` */
	uint16_t place;
};

/* The value of one node and what is below it; items as for expr_eval. */
struct expr_value expr_eval_node(const struct expr *e, uint16_t at, const struct expr_item *items);
/* Of a node that is true or false. */
enum expr_truth expr_eval_truth(const struct expr *e, uint16_t at, const struct expr_item *items);

#endif
