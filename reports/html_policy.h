/* html_policy.h - what a page may do: its own style and script, by their digests, and nothing else.
 */
#ifndef EARSHOT_HTML_POLICY_H
#define EARSHOT_HTML_POLICY_H

#include <stdio.h>

/* The meta element of the content policy. Markup that slipped in could neither run nor fetch.
 * `script` NULL: none may run. */
void html_policy_put(FILE *out, const char *style, const char *script);

#endif
