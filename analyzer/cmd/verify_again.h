/* verify_again.h - the extracts judged again, and held against the report. */
#ifndef EARSHOT_VERIFY_AGAIN_H
#define EARSHOT_VERIFY_AGAIN_H

#include "analyzer/cmd/verify_parts.h"

/*
 * An extract holds less than its capture, so what it cannot show is no contradiction. What it does
 * show must not be worse than the report: a condition that fails over frames of calls for which the
 * report has nothing against it, or is wholly met where the report says that it fails.
 */
void verify_again(struct checking *c, struct archive *a, struct document *report,
		  const struct cited *cited, const struct verify_extract *extracts, size_t inputs);

#endif
