/* escape_uri.h - a file name as a relative reference. */
#ifndef EARSHOT_ESCAPE_URI_H
#define EARSHOT_ESCAPE_URI_H

#include "analyzer/base/text.h"

/* Adds every octet that is no letter, digit, "-", ".", "_", "~" or "/" as %XX (RFC 3986). A name
 * that would begin a path from the root, or could be read as a scheme, stays a relative one. */
void escape_uri_path(struct text *t, const char *s);

#endif
