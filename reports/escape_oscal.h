/* escape_oscal.h - hostile text in the data types of OSCAL. */
#ifndef EARSHOT_ESCAPE_OSCAL_H
#define EARSHOT_ESCAPE_OSCAL_H

#include "analyzer/base/text.h"

/* TokenDatatype: letters in small, digits, ".", "-", "_"; whatever else stands there becomes one of
 * these. "164.312(e)(1)" is "164.312.e.1". Begins with a letter or "_". */
void escape_oscal_token(struct text *t, const char *s);
/* StringDatatype: one line of printable text, no blank at either end, never empty ("-"). */
void escape_oscal_string(struct text *t, const char *s);
/* markup-line: the same, and no markup in it: as code where it could be anything else. */
void escape_oscal_line(struct text *t, const char *s);

#endif
