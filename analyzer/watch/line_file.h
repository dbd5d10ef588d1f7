/* line_file.h - a regular file of whole lines that grows, is repaired and rotated. */
#ifndef EARSHOT_LINE_FILE_H
#define EARSHOT_LINE_FILE_H

#include "analyzer/watch/output.h"

struct line_file_options {
	const char *path;
	uint64_t rotate_bytes, rotate_ns; /* 0: never */
	uint32_t keep;			  /* PATH.1 to PATH.keep, at least 1 */
	struct output_counters *n;	  /* what happens is counted there; outlives the file */
};

struct line_file;

/* Made with mode 0640 where it is not there. ERR_IO with errno. */
enum err line_file_open(struct line_file **out, struct line_file_options options) MUST_CHECK;
/* `line` ends in a newline: sent, or lost and nothing of it in the file. */
void line_file_write(struct line_file *f, struct slice line);
void line_file_reopen(struct line_file *f);
void line_file_tick(struct line_file *f, uint64_t clock_ns);
void line_file_close(struct line_file *f); /* with fsync */

#endif
