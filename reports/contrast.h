/* contrast.h - two reports side by side: per element and per trunk what changed. */
#ifndef EARSHOT_CONTRAST_H
#define EARSHOT_CONTRAST_H

#include <stdbool.h>
#include <stdio.h>

#include "analyzer/base/err.h"

struct contrast;

enum contrast_side { CONTRAST_BEFORE, CONTRAST_AFTER };

struct contrast *contrast_new(void);
void contrast_free(struct contrast *c);

/*
 * Takes in a report as JSON, of any version of earshot.report/1, written by anyone.
 * `name` is what a reader knows it by; copied. Each side once. ERR_MALFORMED: it is
 * none, and *why (static) says so. Rows beyond what there is room for are counted.
 */
enum err contrast_read(struct contrast *c, enum contrast_side side, const char *name, FILE *in,
		       const char **why) MUST_CHECK;

bool contrast_whole(const struct contrast *c);				  /* both sides were read */
bool contrast_damaged(const struct contrast *c, enum contrast_side side); /* an input of it was */
/* After both: 0 nothing new or worse, 1 something is, 4 there is no row to compare. */
int contrast_result(struct contrast *c);

/* The same comparison gives the same bytes. False: the stream failed. */
bool contrast_text_write(const struct contrast *c, FILE *out, int width);
bool contrast_markdown_write(const struct contrast *c, FILE *out);
bool contrast_json_write(const struct contrast *c, FILE *out);

#endif
