/* memory_save.h - the memory as text that outlives the run. */
#ifndef EARSHOT_MEMORY_SAVE_H
#define EARSHOT_MEMORY_SAVE_H

#include "analyzer/watch/memory_inner.h"

bool memory_save_read(struct memory *m, const json_t *saved); /* memory_load's work */

#endif
