/* arena.h - memory with one lifetime and a budget. */
#ifndef EARSHOT_ARENA_H
#define EARSHOT_ARENA_H

#include "analyzer/base/slice.h"

struct arena;

struct arena *arena_new(size_t budget);
void arena_free(struct arena *a);  /* frees everything ever taken from it; NULL is fine */
void arena_reset(struct arena *a); /* empty again, keeps one chunk */

/* Zeroed, aligned for anything. NULL only when the budget is spent: the caller records what it
 * drops. */
void *arena_take(struct arena *a, size_t n);
const char *arena_text(struct arena *a, struct slice s);   /* copied, NUL-ended; NULL when spent */
struct slice arena_slice(struct arena *a, struct slice s); /* copied; empty when spent */
bool arena_spent(const struct arena *a);		   /* true once a take was refused */

#endif
