/* fact.h - one thing known about a call, with the evidence to see it again. */
#ifndef EARSHOT_FACT_H
#define EARSHOT_FACT_H

#include "analyzer/model/observation.h"

enum fact_kind {
#define FACT(name, text) FACT_##name,
#include "analyzer/model/fact.def"
#undef FACT
	FACT_KINDS
};

enum { FACT_EVIDENCE = 4, FACT_NOWHERE = -1 };

/* Lives in the call's arena. Scopes are indexes into the call's arrays, FACT_NOWHERE where none is
 * meant. */
struct fact {
	enum fact_kind kind;
	uint8_t grade; /* 1 to 4, rule-catalog B.2 */
	int16_t leg, media, segment, epoch;
	uint64_t value;	      /* a count (packets, messages, elements); see track.h for each kind */
	uint64_t duration_ns; /* of clear media */
	bool spans; /* seen at both asserted ends of the path: nothing can lie beyond (B.3) */
	const char
		*text; /* what is special about this one; NULL: nothing. No secret, no identity */
	struct evidence at[FACT_EVIDENCE];
	uint8_t at_count;
};

const char *fact_name(enum fact_kind k);
const char *fact_text(enum fact_kind k);

#endif
