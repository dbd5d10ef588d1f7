/* gate.h - all rows in plain numbers, and the exit code that follows from them (contract 2, 4). */
#ifndef EARSHOT_GATE_H
#define EARSHOT_GATE_H

#include "rules/judge.h"

void gate_begin(struct tally *t);
void gate_add(struct tally *t, const struct call *c, const struct judgement *j);

struct gate_facts {
	const struct tally *tally;
	enum severity fail_on;
	const char *const *requires;	   /* texts */
	const enum policy_result *results; /* of each over the run */
	size_t require_count;
	double min_coverage;
	bool compared; /* with an earlier report: only what is new or worse gates */
	bool inputs_damaged, anything_usable;
	uint64_t sip_cut; /* SIP messages that are in no row, for they were cut too short */
};

struct gate gate_close(const struct gate_facts *f);

#endif
