/* format.h - the formats' own functions; report.c's table is the way to them. */
#ifndef EARSHOT_FORMAT_H
#define EARSHOT_FORMAT_H

#include "reports/report.h"

void format_text_write(struct document *d, FILE *out, const struct report_style *style);
void format_json_write(struct document *d, FILE *out, const struct report_style *style);
void format_ndjson_write(struct document *d, FILE *out, const struct report_style *style);
void format_brief_write(struct document *d, FILE *out, const struct report_style *style);
void format_html_write(struct document *d, FILE *out, const struct report_style *style);
void format_sarif_write(struct document *d, FILE *out, const struct report_style *style);
void format_junit_write(struct document *d, FILE *out, const struct report_style *style);
void format_csv_write(struct document *d, FILE *out, const struct report_style *style);
void format_ecs_write(struct document *d, FILE *out, const struct report_style *style);
void format_ocsf_write(struct document *d, FILE *out, const struct report_style *style);
void format_gitlab_write(struct document *d, FILE *out, const struct report_style *style);
void format_markdown_write(struct document *d, FILE *out, const struct report_style *style);
void format_oscal_write(struct document *d, FILE *out, const struct report_style *style);
void format_cef_write(struct document *d, FILE *out, const struct report_style *style);
void format_metrics_write(struct document *d, FILE *out, const struct report_style *style);

#endif
