/* compare.h - two reports side by side: per element and per trunk what changed. */
#ifndef EARSHOT_COMPARE_H
#define EARSHOT_COMPARE_H

#include <stdbool.h>
#include <stdio.h>

#include "analyzer/base/err.h"

struct compare;

enum compare_side { COMPARE_BEFORE, COMPARE_AFTER };

struct compare *compare_new(void);
void compare_free(struct compare *c);

/*
 * Takes in a report as JSON, of any version of earshot.report/1, written by anyone.
 * `name` is what a reader knows it by; copied. Each side once. ERR_MALFORMED: it is
 * none, and *why (static) says so. Rows beyond what there is room for are counted.
 */
enum err compare_read(struct compare *c, enum compare_side side, const char *name, FILE *in,
		      const char **why) MUST_CHECK;

bool compare_whole(const struct compare *c);			       /* both sides were read */
bool compare_damaged(const struct compare *c, enum compare_side side); /* an input of it was */
/* After both: 0 nothing new or worse, 1 something is, 4 there is no row to compare. */
int compare_result(struct compare *c);

/* The same comparison gives the same bytes. False: the stream failed. */
bool compare_text_write(const struct compare *c, FILE *out, int width);
bool compare_markdown_write(const struct compare *c, FILE *out);
bool compare_json_write(const struct compare *c, FILE *out);

#endif
