/* audit.h - `earshot audit`: captures in, report out. */
#ifndef EARSHOT_AUDIT_H
#define EARSHOT_AUDIT_H

#include <stdio.h>

#include "analyzer/capture/capture.h"

/* The words after `audit`; the exit code of contract 2. */
int audit_run(int argc, char **argv);
/*
 * One capture with what configuration file and environment say, its JSON report
 * into a stream; the exit code of the audit.
 */
int audit_into(const char *capture, FILE *out);
/* Several captures with nothing but what the program itself has as defaults, names hidden or not as
 * they come; the same. Paths and labels are borrowed. */
int audit_over(const struct capture_source *sources, size_t count, FILE *out);

#endif
