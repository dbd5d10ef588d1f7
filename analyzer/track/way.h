/* way.h - the hosts of a call in order, and what went between them. */
#ifndef EARSHOT_WAY_H
#define EARSHOT_WAY_H

#include "analyzer/track/agreed.h"
#include "analyzer/track/track.h"

enum {
	WAY_STATIONS = 24,
	WAY_STRETCHES = 64
}; /* the first ones; the call says if there were more */

/* Fills call.stations and call.stretches; ends and facts must stand. */
void way_build(struct live *l, const struct agreed_list *list, const struct inventory *v);

#endif
