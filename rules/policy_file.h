/* policy_file.h - what one file of a policy says, taken over what it inherits. */
#ifndef EARSHOT_POLICY_FILE_H
#define EARSHOT_POLICY_FILE_H

#include "rules/policy.h"
#include "rules/reading.h"

/* Schema and keys, and what it inherits (NULL: it does not say). */
enum err policy_file_check(struct reading *r, const json_t *root, const char **inherits) MUST_CHECK;
/* Into the struct policy at r->into. `shipped`: it may have the name of a policy of the program. */
enum err policy_file_apply(struct reading *r, const json_t *root, bool shipped) MUST_CHECK;

#endif
