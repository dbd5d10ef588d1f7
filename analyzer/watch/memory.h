/* memory.h - what a network looked like before: a changed certificate is an event. */
#ifndef EARSHOT_MEMORY_H
#define EARSHOT_MEMORY_H

#include "analyzer/watch/event.h"

/*
 * Certificates of TLS and media, ZIDs and hosts, each by who showed it, as calls' records tell
 * them. Told is what is not as it was: another certificate or ZID where one was lasting (of media:
 * seen in three calls over an hour, since browsers make one for each call), a new host between
 * known ones, a new listener of copies. The first sighting of a host is remembered, not told,
 * until `learn_ns` of capture time have passed since the memory was empty.
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
	uint64_t fresh; /* certificates and ZIDs that did not last: seen once, as a browser's are */
};

struct memory;

struct memory *memory_new(struct memory_options options);
void memory_call(struct memory *m, const struct event *call); /* only firm records are looked at */
struct memory_counters memory_counters(const struct memory *m);
/* An object; a new reference. Names that are another's in the next run ("endpoint-7" under
 * --redact mask) are left out. */
json_t *memory_save(const struct memory *m);
/* Into a new one. Of an earlier run, or hostile: what cannot be is left out; false when none of
 * it is ours. */
bool memory_load(struct memory *m, const json_t *saved);
void memory_free(struct memory *m);

#endif
