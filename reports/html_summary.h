/* html_summary.h - the page's sections about the whole run. */
#ifndef EARSHOT_HTML_SUMMARY_H
#define EARSHOT_HTML_SUMMARY_H

#include <jansson.h>
#include <stdio.h>

/* `worst`: the worst call, or NULL. */
void html_summary_headline(FILE *out, const json_t *head, const json_t *worst);
void html_summary_conditions(FILE *out, const json_t *head);
void html_summary_listeners(FILE *out, const json_t *head);
void html_summary_inputs(FILE *out, const json_t *head);

#endif
