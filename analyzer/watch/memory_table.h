/* memory_table.h - who showed what, and since when; the longest unseen go first. */
#ifndef EARSHOT_MEMORY_TABLE_H
#define EARSHOT_MEMORY_TABLE_H

#include <stdbool.h>

#include "analyzer/base/map.h"

enum { MEMORY_TABLE_MARKS = 4, MEMORY_TABLE_DIGEST = 65 };

enum memory_kind {
	MEMORY_TLS,
	MEMORY_DTLS,
	MEMORY_ZID,
	MEMORY_HOST,
	MEMORY_LISTENER,
	MEMORY_KINDS
};

/* One certificate or ZID that was shown there. */
struct memory_mark {
	char digest[MEMORY_TABLE_DIGEST]; /* empty: free */
	uint64_t first_ns, last_ns, calls;
};

struct memory_entry {
	char *key; /* the kind's word, a blank, who */
	enum memory_kind kind;
	uint64_t first_ns, last_ns;
	struct memory_mark *marks; /* MEMORY_TABLE_MARKS; NULL: of hosts and listeners */
	uint32_t told;		   /* how often a change was */
	uint32_t quiet;		   /* sightings of what lasts before the next may be told */
	struct memory_entry *older, *newer;
};

struct memory_table {
	struct map *entries;
	struct memory_entry *oldest, *newest;
	uint32_t room;
	uint64_t evicted;
};

const char *memory_table_word(enum memory_kind k);
bool memory_table_kind(const char *word, enum memory_kind *out);
const char *memory_table_who(const struct memory_entry *e);

void memory_table_begin(struct memory_table *t, uint32_t room);
void memory_table_end(struct memory_table *t);
struct memory_entry *memory_table_find(const struct memory_table *t, enum memory_kind k,
				       const char *who);
struct memory_entry *memory_table_add(struct memory_table *t, enum memory_kind k, const char *who);
void memory_table_seen(struct memory_table *t, struct memory_entry *e, uint64_t ns); /* newest */

#endif
