/* frameworks.h - what this capture can say towards the controls of frameworks, and no more. */
#ifndef EARSHOT_FRAMEWORKS_H
#define EARSHOT_FRAMEWORKS_H

#include <jansson.h>

#include "analyzer/model/inventory.h"
#include "rules/framework.h"

struct frameworks;

/* The frameworks are borrowed; none: the program's own choice (HIPAA). `chosen`: somebody asked for
 * them by name. The inventory tags calls; NULL: none does. */
struct frameworks *frameworks_new(const struct framework *const *list, size_t count, bool chosen,
				  const struct inventory *inventory);
void frameworks_free(struct frameworks *f);
void frameworks_add(struct frameworks *f, const struct call *c, const struct judgement *j);
json_t *frameworks_json(const struct frameworks *f); /* the list "frameworks" */

#endif
