/* since.h - what a run is told of before it: an earlier report, and waivers. */
#ifndef EARSHOT_SINCE_H
#define EARSHOT_SINCE_H

#include <jansson.h>

#include "reports/document.h"
#include "reports/problems.h"

/* summary.baseline: problems new, worse, known and gone. */
json_t *since_counts(const struct baseline *b, const struct problems *p);
/* The head's "baseline": its file, and what of it was not met again (the 250 worst). */
json_t *since_baseline(const struct document_options *o, struct redactor *hide);
/* The head's "waivers": each with what became of it. */
json_t *since_waivers(const struct document_options *o, struct redactor *hide);

/* summary.where: the expression, and how many rows it left out. */
json_t *since_where(const struct document_run *run);
bool since_where_words(const json_t *head, struct text *t);

/* For people. False: none was given. "2 new, 1 worse, 5 known, 1 gone since before.json". */
bool since_baseline_words(const json_t *head, struct text *t);
bool since_waivers_words(const json_t *head, struct text *t);

#endif
