/* boxes.h - where media was opened, begun anew, passed on or copied on its way. */
#ifndef EARSHOT_BOXES_H
#define EARSHOT_BOXES_H

#include "analyzer/track/listen.h"

/* Adds those that ended media, mixed it, got a copy of it, or forwarded it with its key. */
void boxes_find(struct listen *x, const struct agreed_list *list);
/* Passed the encrypted packets on as they came. */
bool boxes_relays(const struct live *l, const struct agreed_list *list, const struct addr *host);

#endif
