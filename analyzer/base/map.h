/* map.h - a hash table from bytes to a pointer. */
#ifndef EARSHOT_MAP_H
#define EARSHOT_MAP_H

#include "analyzer/base/slice.h"

/*
 * Open addressing, keys borrowed (they must outlive the entry), values never
 * NULL. Grows by doubling; the caller caps the number of entries. Its order of
 * iteration depends on a per-run seed: never let it reach output.
 */
struct map;

struct map *map_new(void);
void map_free(struct map *m); /* the table only; keys and values are the caller's */
void *map_get(const struct map *m, struct slice key); /* NULL when absent */
/* Inserts or replaces; gives the value that stood there before, or NULL. */
void *map_put(struct map *m, struct slice key, void *value);
void *map_remove(struct map *m, struct slice key); /* the value, or NULL */
size_t map_count(const struct map *m);
/* Steps through all values: start with *at = 0; NULL at the end. Do not insert or remove between.
 */
void *map_next(const struct map *m, size_t *at);

#endif
