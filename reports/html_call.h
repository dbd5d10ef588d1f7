/* html_call.h - one call on the page, in full or as a row. */
#ifndef EARSHOT_HTML_CALL_H
#define EARSHOT_HTML_CALL_H

#include <jansson.h>
#include <stdio.h>

void html_call_full(FILE *out, const json_t *call);
extern const char *const html_call_unshown[];	   /* members that it does not read; NULL ends */
void html_call_row(FILE *out, const json_t *call); /* a <tr> of seven cells */
extern const char *const html_call_row_keys[];	   /* the members it reads; NULL ends */

#endif
