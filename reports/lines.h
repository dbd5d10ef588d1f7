/* lines.h - formats that are a line a problem and a line a call. */
#ifndef EARSHOT_LINES_H
#define EARSHOT_LINES_H

#include "reports/document.h"
#include "reports/gather.h"

/* Adds the line of one problem or call to `t`. */
typedef void lines_fn(struct text *t, const json_t *head, const json_t *one);

void lines_problems(struct gather *g, struct document *d, lines_fn *line); /* all, worst first */
/* In document order, without what such formats have no use for: most of a call. */
void lines_calls(struct gather *g, struct document *d, lines_fn *line);

#endif
