/* escape_code.h - hostile text in Markdown, as code where it could be anything else. */
#ifndef EARSHOT_ESCAPE_CODE_H
#define EARSHOT_ESCAPE_CODE_H

#include "analyzer/base/text.h"

/*
 * Backslashes do not stop what forges do to the text after Markdown is through with it: mentions
 * (@name), references (#1, !1), links made of bare addresses and mail addresses. Inside a code
 * span nothing of the kind happens. Control characters, backticks and pipes, which would end the
 * span or a table's cell, show as \xNN. At most `runes` characters, then an ellipsis. Empty text
 * adds nothing.
 */
void escape_code_span(struct text *t, const char *s, size_t runes);
/* As it is where it begins with a letter or a number and is letters, digits, blanks and plain
 * punctuation; else a code span. */
void escape_code_prose(struct text *t, const char *s, size_t runes);

#endif
