/* sarif_rules.h - the rules that a SARIF log speaks of. */
#ifndef EARSHOT_SARIF_RULES_H
#define EARSHOT_SARIF_RULES_H

#include "reports/document.h"

/*
 * The three conditions, then every rule that some problem is of, in the order in which problems
 * stand; a new reference, by id: { "index", "title", "severity", "class", "fix", "citations" }.
 */
json_t *sarif_rules_new(struct document *d);
/* The same as tool.driver.rules. */
void sarif_rules_write(const json_t *rules, struct text *out);

/* { "text": ... } under a key, escaped as SARIF 2.1.0 (3.11.5) has messages. */
void sarif_rules_message(struct text *out, const char *key, const char *s);

#endif
