/* memory_tell.h - changes as events. */
#ifndef EARSHOT_MEMORY_TELL_H
#define EARSHOT_MEMORY_TELL_H

#include "analyzer/watch/memory_inner.h"

void memory_tell_mark(struct memory *m, const struct memory_entry *e, const struct memory_mark *old,
		      const char *digest, uint64_t ns);
void memory_tell_host(struct memory *m, const char *who, const char *before, const char *behind,
		      uint64_t ns);
void memory_tell_listener(struct memory *m, const char *who, const json_t *element, uint64_t ns);

#endif
