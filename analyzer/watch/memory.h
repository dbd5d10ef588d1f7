/* memory.h - what a network looked like before: a changed certificate is an event. */
#ifndef EARSHOT_MEMORY_H
#define EARSHOT_MEMORY_H

#include "analyzer/watch/event.h"

/*
 * Certificates of TLS and media, ZIDs and elements, each by who showed it, as calls' records tell
 * them. The first sighting of an element is remembered, not told, until `learn_ns` of capture time
 * have passed since the memory was empty.
 */
struct memory_options {
	const char *run;
	uint32_t room;	   /* entries; 0: 200,000; the longest unseen go first */
	uint64_t learn_ns; /* 0: a day */
	event_fn *give;	   /* changes */
	void *ctx;
};
struct memory_counters {
	uint64_t entries, changes, evicted;
};

struct memory;

struct memory *memory_new(struct memory_options options);
void memory_call(struct memory *m, const struct event *call); /* firm records only */
struct memory_counters memory_counters(const struct memory *m);
json_t *memory_save(const struct memory *m);		 /* a new reference */
bool memory_load(struct memory *m, const json_t *saved); /* of an earlier run: hostile text */
void memory_free(struct memory *m);

#endif
