/* expr_literal.h - values as an expression writes them. */
#ifndef EARSHOT_EXPR_LITERAL_H
#define EARSHOT_EXPR_LITERAL_H

#include "analyzer/base/text.h"
#include "rules/expr_node.h"

/* A number or, with a unit, a duration. False: *why says what is wrong. */
bool expr_literal_number(struct slice s, struct expr_value *out, enum expr_type *type,
			 struct text *why);
/* An address, or a network with its prefix. False: *why says what is wrong. */
bool expr_literal_network(struct slice s, struct expr_network *out, struct text *why);
/* 2026-01-02, 2026-01-02T03:04:05Z with or without a fraction; UTC. */
bool expr_literal_time(struct slice s, uint64_t *ns);

/*
 * The longest name that stands at the front of `s`: in any case, blanks, hyphens
 * and underscores being one. Gives its length there, 0: none does.
 */
size_t expr_literal_name(struct slice s, const char *const *names, int *index);
/* The same for a version. */
size_t expr_literal_version(struct slice s, uint16_t *version);
extern const char *const expr_literal_versions[];	 /* their names, NULL-ended */
const char *expr_literal_version_text(uint16_t version); /* NULL: it has no name */

#endif
