/* sink.h - a report reaches its place whole or not at all. */
#ifndef EARSHOT_SINK_H
#define EARSHOT_SINK_H

#include <stdbool.h>
#include <stdio.h>

#include "analyzer/base/err.h"

/*
 * "-" is standard output. A target that exists and is no regular file (device,
 * pipe, socket) is written directly; everything else through a temporary file
 * beside it, fsync and rename; a symbolic link stays and its target is replaced.
 * The program must ignore SIGXFSZ and SIGPIPE, so that full means an error here.
 */
struct sink {
	FILE *out;
	char *target, *temporary; /* NULL: written directly */
	bool standard_output;
};

enum err sink_open(struct sink *s, const char *path) MUST_CHECK; /* ERR_IO with errno */
/* Both end the sink. commit: ERR_IO with errno, and nothing is left behind. */
enum err sink_commit(struct sink *s) MUST_CHECK;
void sink_discard(struct sink *s);

#endif
