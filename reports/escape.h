/* escape.h - the only way capture text reaches markup. */
#ifndef EARSHOT_ESCAPE_H
#define EARSHOT_ESCAPE_H

#include <stdio.h>

#include "analyzer/base/slice.h"
#include "analyzer/base/text.h"

/*
 * Text for an HTML or XML element or a double-quoted attribute: controls,
 * bidirectional overrides and broken bytes become \xNN as on a terminal, then
 * & < > " ' become character references. NULL is empty.
 */
void escape_markup(FILE *out, const char *s);
void escape_markup_slice(struct text *t, struct slice s);
/* Text inside a line or a table cell of Markdown: nothing in it begins markup or a link. */
void escape_markdown(FILE *out, const char *s);
/* Without the blanks, of whatever script, at both ends. */
struct slice escape_trimmed(struct slice s);
/* At most `runes` characters, the rest as an ellipsis. */
void escape_short(FILE *out, const char *s, size_t runes);
/* Cuts to at most `runes` characters of valid UTF-8; true: something was cut. */
bool escape_cut(struct slice *s, size_t runes);

#endif
