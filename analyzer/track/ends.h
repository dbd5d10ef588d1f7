/* ends.h - the two ends of a call, and in which role a host stands. */
#ifndef EARSHOT_ENDS_H
#define EARSHOT_ENDS_H

#include "analyzer/track/agreed.h"
#include "analyzer/track/track.h"

/* Asserted beats declared, declared beats inferred. */
struct ends_role {
	enum role role;
	enum role_from from;
};

/* Fills call.ends; legs and media must stand in the call. */
void ends_find(struct live *l, const struct agreed_list *list, const struct inventory *v);
bool ends_is(const struct call *c, const struct addr *host);
/* Not an end, or one that the operator says stands in the middle. */
bool ends_between(const struct call *c, const struct inventory *v, const struct addr *host);
/* Of a host that is no end: what is asserted, declared, or follows from what it did. */
struct ends_role ends_role(const struct live *l, const struct inventory *v,
			   const struct addr *host);

#endif
