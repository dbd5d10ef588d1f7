/* escape_cef.h - hostile text in a line of the Common Event Format. */
#ifndef EARSHOT_ESCAPE_CEF_H
#define EARSHOT_ESCAPE_CEF_H

#include "analyzer/base/text.h"

/*
 * Both make the text printable, so that a line stays a line, and escape what divides a line: | and
 * \ in the header, = and \ in the value of an extension. NULL is empty.
 */
void escape_cef_header(struct text *t, const char *s);
void escape_cef_value(struct text *t, const char *s);

#endif
