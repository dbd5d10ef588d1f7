/* escape_sarif.h - hostile text in a message of SARIF. */
#ifndef EARSHOT_ESCAPE_SARIF_H
#define EARSHOT_ESCAPE_SARIF_H

#include "analyzer/base/text.h"

/*
 * Adds text for message.text, not yet a JSON string: braces would name arguments (SARIF 2.1.0
 * 3.11.5), and a pair of brackets before a parenthesis would be a link (3.11.6). NULL is empty.
 */
void escape_sarif_message(struct text *t, const char *s);

#endif
