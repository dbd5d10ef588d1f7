/* memory_inner.h - what the files of the memory share. */
#ifndef EARSHOT_MEMORY_INNER_H
#define EARSHOT_MEMORY_INNER_H

#include "analyzer/watch/memory.h"
#include "analyzer/watch/memory_table.h"
#include "analyzer/watch/recent.h"

struct memory {
	struct memory_options options;
	struct memory_table table;
	uint64_t since_ns; /* the first call that was looked at, of this run or an earlier one; 0:
			      none yet */
	uint64_t began_ns; /* of this run */
	const char *call;  /* the one that is looked at */
	uint64_t changes, fresh;
	struct recent recent;
};

#endif
