/* html_charts.h - distributions over the whole run, for those who would rather look than read. */
#ifndef EARSHOT_HTML_CHARTS_H
#define EARSHOT_HTML_CHARTS_H

#include <jansson.h>
#include <stdio.h>

/* Labels, scores and severities; nothing where there is a single row. */
void html_charts_write(FILE *out, const json_t *head);

#endif
