/* alerts_tell.h - an alert as an object, and the event of its change. */
#ifndef EARSHOT_ALERTS_TELL_H
#define EARSHOT_ALERTS_TELL_H

#include "analyzer/watch/alerts_inner.h"

json_t *alerts_tell_object(const struct alerts_problem *p); /* a new reference */
/* Gives "opened", "worse", "lasting", "cleared"; each is a change of its own, with its own id. */
void alerts_tell(struct alerts *a, struct alerts_problem *p, const char *state, uint64_t now_ns);

#endif
