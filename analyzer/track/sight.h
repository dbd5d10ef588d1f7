/* sight.h - handshakes and connections of a row, in a form that outlives their flows. */
#ifndef EARSHOT_SIGHT_H
#define EARSHOT_SIGHT_H

#include "analyzer/track/agreed.h"

/* Keeps what ran on the paths of the list; those are gone afterwards. */
void sight_media(struct live *l, struct agreed_list *list);
/* Keeps the connections of a flow under a leg. */
void sight_tls(struct live *l, const struct flow *f, int leg);

bool sight_named(const struct sight *s);
/* One exchange, seen twice. */
bool sight_same(const struct sight *a, const struct sight *b);

#endif
