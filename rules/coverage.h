/* coverage.h - what would have to be seen of a call, and what was (rule-catalog B.9). */
#ifndef EARSHOT_COVERAGE_H
#define EARSHOT_COVERAGE_H

#include "rules/rule.h"

/* Sentences kept of one call; what is beyond them is counted in one more. The judge may add two. */
enum { COVERAGE_MISSING = 64, COVERAGE_SPARE = 3 };

struct coverage {
	uint32_t made, required;
	const char **missing; /* in the arena */
	uint16_t missing_count;
};

struct coverage coverage_of(struct work *w);

#endif
