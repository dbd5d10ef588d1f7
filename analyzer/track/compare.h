/* compare.h - what the rows of one call show together: relays, re-encryption, direct ways. */
#ifndef EARSHOT_COMPARE_H
#define EARSHOT_COMPARE_H

#include "analyzer/track/agreed.h"
#include "analyzer/track/track.h"

enum {
	COMPARE_SEGMENTS = 64,
	COMPARE_SIGHTS = 128
}; /* the first of a call; more are not compared */

/*
 * Notes what is the same and what is not at the places the call was seen at
 * (rule-catalog B.6, B.7, evidence-methods 6). `spans` is set only where the
 * operator's inventory or tap labels say which places are its ends (B.3).
 */
void compare_facts(struct live *l, const struct track_options *options);

#endif
