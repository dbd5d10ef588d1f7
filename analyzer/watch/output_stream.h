/* output_stream.h - lines to what is no regular file: standard output, a FIFO, a device. */
#ifndef EARSHOT_OUTPUT_STREAM_H
#define EARSHOT_OUTPUT_STREAM_H

#include "analyzer/watch/output.h"

struct output_stream;

/* "-": standard output. ERR_IO with errno; what happens later is counted in *n, which outlives it.
 */
enum err output_stream_open(struct output_stream **out, const char *path,
			    struct output_counters *n) MUST_CHECK;
/* `line` ends in a newline. Sent, or lost: of a line that was begun the rest follows first. */
void output_stream_write(struct output_stream *s, struct slice line);
void output_stream_reopen(struct output_stream *s);
void output_stream_tick(struct output_stream *s);
void output_stream_close(struct output_stream *s, int wait_ms);

#endif
