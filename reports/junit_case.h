/* junit_case.h - test cases of JUnit XML: what passes, fails, and what is left open. */
#ifndef EARSHOT_JUNIT_CASE_H
#define EARSHOT_JUNIT_CASE_H

#include <jansson.h>
#include <stdint.h>

#include "analyzer/base/text.h"

struct junit_counts {
	uint64_t tests, failures, errors, skipped;
};

/*
 * Each adds <testcase> elements and counts them. Of a call: its three conditions but those that
 * are not applicable, then its rules. A condition that was not seen to hold is skipped with what is
 * missing, or fails where a requirement asks for it; a rule that is violated fails if the policy
 * gates on it, else it is skipped with what was found, and so it is when somebody answers for it.
 */
void junit_case_call(struct text *t, const json_t *call, struct junit_counts *n);
/* A requirement that was not seen to be met fails, always: most viewers show "skipped" in green. */
void junit_case_requirements(struct text *t, const json_t *head, struct junit_counts *n);
/* The exit code of the run, so that nothing that ends it badly looks well here. */
void junit_case_gate(struct text *t, const json_t *head, struct junit_counts *n);
/* A capture that could not be read whole is an error. */
void junit_case_inputs(struct text *t, const json_t *head, struct junit_counts *n);

#endif
