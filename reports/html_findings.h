/* html_findings.h - what to fix, findings by rule, frameworks. */
#ifndef EARSHOT_HTML_FINDINGS_H
#define EARSHOT_HTML_FINDINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

void html_findings_fixes(FILE *out, const json_t *head);
/* `linked`: every call has its place on the page. */
void html_findings_rules(FILE *out, const json_t *head, bool linked);
void html_findings_frameworks(FILE *out, const json_t *head);

#endif
