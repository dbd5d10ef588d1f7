/* template.h - sentences of rules with values in them. */
#ifndef EARSHOT_TEMPLATE_H
#define EARSHOT_TEMPLATE_H

#include "rules/expr.h"
#include "rules/words.h"

/*
 * "{expr}" stands for the value of an expression of the rule language, "{expr|40}"
 * for its first 40 octets, "{expr|after ': '}" for it with ": " in front of it where it is known
 * and not empty, and nothing else. "{{" and "}}" are braces.
 */
struct template;

/* ERR_USAGE with *why (free() it). */
enum err template_compile(struct slice text, const struct expr_names *names, struct template **out,
			  char **why) MUST_CHECK;
void template_free(struct template *t);

/* Adds to `out`, which takes what fits. */
void template_fill(const struct template *t, const struct expr_item *items, struct words *out);

/* The whole text where no value stands in it, else NULL. */
const char *template_plain(const struct template *t);

#endif
