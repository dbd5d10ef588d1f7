/* effect.h - what a rule moves and what it shows. */
#ifndef EARSHOT_EFFECT_H
#define EARSHOT_EFFECT_H

struct effect {
	const char *id;
	const char *moves; /* which conditions, and where to */
	const char *shows; /* what a finding holds as evidence */
};

const struct effect *
effect_of(const char *id); /* NULL: nothing is known of it beyond its own words */

#endif
