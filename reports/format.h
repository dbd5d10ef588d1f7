/* format.h - the formats' own functions; report.c's table is the way to them. */
#ifndef EARSHOT_FORMAT_H
#define EARSHOT_FORMAT_H

#include "reports/report.h"

void format_text_write(struct document *d, FILE *out, const struct report_style *style);
void format_json_write(struct document *d, FILE *out, const struct report_style *style);
void format_ndjson_write(struct document *d, FILE *out, const struct report_style *style);
void format_brief_write(struct document *d, FILE *out, const struct report_style *style);
void format_html_write(struct document *d, FILE *out, const struct report_style *style);

#endif
