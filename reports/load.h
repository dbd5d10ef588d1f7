/* load.h - an earlier JSON report becomes a document again. */
#ifndef EARSHOT_LOAD_H
#define EARSHOT_LOAD_H

#include "reports/document.h"

/*
 * Any document of schema earshot.report/1, of this or an earlier program: members that are missing
 * are read as empty by every format, members that nobody knows are kept where they stand. Calls are
 * read one by one and wait in the spool, in the order of the file. The text is hostile: it is
 * bounded by scan.h, and at most 10 million calls and 1 million problems are taken.
 *
 * ERR_MALFORMED: no such report, *why (free() it) says what is wrong and where; ERR_IO: the
 * spool is full, with errno.
 */
enum err load_report(FILE *in, struct document **out, char **why) MUST_CHECK;

#endif
