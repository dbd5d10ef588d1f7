/* shipped.h - policies, frameworks and topics that are compiled in as they stand in their files. */
#ifndef EARSHOT_SHIPPED_H
#define EARSHOT_SHIPPED_H

#include "analyzer/base/slice.h"

enum shipped_kind { SHIPPED_POLICY, SHIPPED_FRAMEWORK, SHIPPED_TOPIC };

/* The text of a file; empty: none of that kind has this name. */
struct slice shipped_find(enum shipped_kind kind, const char *name);
/* The n-th name of a kind, NULL behind the last. */
const char *shipped_name(enum shipped_kind kind, size_t n);
/* The nearest name of a kind, or NULL. */
const char *shipped_near(enum shipped_kind kind, const char *name);

#endif
