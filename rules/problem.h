/* problem.h - the same defect has the same name in every run (contract 4). */
#ifndef EARSHOT_PROBLEM_H
#define EARSHOT_PROBLEM_H

#include "rules/judge.h"

enum { PROBLEM_HEX = 33, PROBLEM_MEMO = 1024 };

struct problem_known {
	uint64_t fixed, seeded;
	uint8_t name[(PROBLEM_HEX - 1) / 2];
};

/* Remembers names already worked out; a short cut only. */
struct problem_memo {
	struct problem_known slot[PROBLEM_MEMO];
};

/* Scopes are indexes into the call, FACT_NOWHERE where none is meant. */
struct problem_scope {
	int16_t leg, media, segment;
};

/*
 * Fills f->problem, f->fingerprint and f->element (arena text, or "").
 * Port numbers of media, ephemeral ports (>= 32768), and ports of the call's own
 * ends that no SIP listens on by custom are left out, so that a second recording of
 * the same system gives the same name.
 */
void problem_name(struct problem_memo *memo, struct arena *arena, const struct call *c,
		  struct problem_scope at, struct finding *f);

#endif
