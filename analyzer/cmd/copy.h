/* copy.h - work done in a copy of the process, which goes on reading packets meanwhile. */
#ifndef EARSHOT_COPY_H
#define EARSHOT_COPY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "analyzer/base/text.h"

/*
 * fork() gives a picture of all tables at one moment, in the time it takes to copy page tables:
 * open calls can be judged, and reports written, without a lock and without stopping. The copy
 * has no thread but its own, and must end by itself. One at a time.
 */
struct copy {
	pid_t child; /* 0: none */
	int from;
	struct text got; /* what it wrote and nobody took yet */
	/* Of a processor, by the last one, and by the system for this thread meanwhile: each page
	 * that it writes to is copied, which some machines take long for. */
	uint64_t took_ns;
	uint64_t system_ns; /* of this thread, when it began */
};

/* Writes what it has to say to `to`; its result is the exit status. */
typedef int copy_fn(void *ctx, int to);

bool copy_begin(struct copy *c, copy_fn *work, void *ctx); /* false: errno */
bool copy_busy(const struct copy *c);
/* Takes in what it wrote so far, without waiting; true when it has ended: *status is its result, or
 * -1 when it broke. */
bool copy_look(struct copy *c, int *status);
void copy_wait(struct copy *c, int wait_ms); /* for its end, or what it writes */
void copy_end(struct copy *c);		     /* forgets it: it ends with this process */

/* For `work`: all of it, or false. */
bool copy_write(int to, const void *bytes, size_t n);

#endif
