/* recent.h - which calls were counted not long ago: a corrected record is no second call. */
#ifndef EARSHOT_RECENT_H
#define EARSHOT_RECENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { RECENT_ROOM = 8192 };

struct recent {
	uint64_t calls[RECENT_ROOM];
};

/* The record is firm, or says nothing of its state, and its call was not counted before. */
bool recent_counts(struct recent *r, const json_t *call);

#endif
