/* report.h - what a format is, and the table of formats. */
#ifndef EARSHOT_REPORT_H
#define EARSHOT_REPORT_H

#include "reports/document.h"

struct report_style {
	bool color;
	int width;   /* columns of a terminal; 80 where unknown */
	int verbose; /* -1 quiet, 0, 1 verbose */
};

struct report_format {
	const char *name, *ending, *summary; /* "html", ".html", one line for help */
	/* Writes the whole document; ferror(out) tells whether it went well. */
	void (*write)(struct document *d, FILE *out, const struct report_style *style);
};

const struct report_format *report_find(const char *name); /* NULL: no such format */
const struct report_format *report_at(size_t i); /* NULL past the end; in order of the contract */

/*
 * Writes one format to a path: "-" is standard output; a target that exists and
 * is no regular file is written directly; everything else through a temporary
 * file beside it, fsync and rename, so that no partial file is ever left.
 * ERR_IO with errno set.
 */
enum err report_write(const struct report_format *f, struct document *d, const char *path,
		      const struct report_style *style) MUST_CHECK;

/* The same to a stream that is open. */
enum err report_write_stream(const struct report_format *f, struct document *d, FILE *out,
			     const struct report_style *style) MUST_CHECK;

#endif
