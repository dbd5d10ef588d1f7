/* written.h - a document goes where -o, --all-as and -f say. */
#ifndef EARSHOT_WRITTEN_H
#define EARSHOT_WRITTEN_H

#include "analyzer/cmd/args.h"
#include "reports/report.h"

/* Colour and width as the options, the environment and the terminal have it. */
struct report_style written_style(const struct args *a);
/* All formats that were named; 0, or 5 and a sentence on standard error. */
int written_all(struct document *d, const struct args *a);
/* The path of a format, "-" for standard output, in place of what `path` held. */
void written_target(const struct args *a, const struct report_format *f, struct text *path);
int written_failed(const char *what); /* "earshot: WHAT: errno in words"; 5 */

#endif
