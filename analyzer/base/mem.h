/* mem.h - allocation that ends the program in words when memory is gone. */
#ifndef EARSHOT_MEM_H
#define EARSHOT_MEM_H

#include <stddef.h>

/*
 * Once, before anything else is allocated: from here on memory comes from the system in large
 * pages where it has them. Without this call everything works the same.
 */
void mem_large_pages(void);

/* For small fixed-size things. What a capture can enlarge takes an arena or has a cap. */
void *mem_zero(size_t count, size_t size); /* zeroed */
void *mem_grow(void *old, size_t count, size_t size);
/* Room for one more after `count` elements; doubles, so that a list costs no more than its length.
 */
void *mem_more(void *old, size_t count, size_t size);
void *mem_aligned(size_t align, size_t size); /* as aligned_alloc: not zeroed */
char *mem_text(const char *text);	      /* a copy; NULL stays NULL */

/*
 * Zeroed pages outside the heap that a copy of the process (fork) does not get, and must not look
 * at: what is written there while a copy works costs nothing more. Given back with the same
 * `octets`; NULL is fine.
 */
void *mem_pages(size_t octets);
void mem_pages_free(void *p, size_t octets);

#endif
