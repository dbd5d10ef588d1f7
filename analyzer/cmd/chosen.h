/* chosen.h - the policy and the frameworks that the user named, read before anything is judged. */
#ifndef EARSHOT_CHOSEN_H
#define EARSHOT_CHOSEN_H

#include "analyzer/cmd/args.h"
#include "analyzer/cmd/pipeline.h"
#include "rules/framework.h"
#include "rules/policy.h"

struct chosen {
	struct policy *policy;
	struct framework **frameworks; /* none: the reports take the program's own choice */
	size_t framework_count;
};

/* ERR_USAGE: a sentence has been printed. */
enum err chosen_open(const struct args *a, struct chosen *out) MUST_CHECK;
void chosen_close(struct chosen *c);

/* Every room's own limits, with the life of a call as the policy has it. */
struct pipeline_limits chosen_limits(const struct chosen *c);

#endif
