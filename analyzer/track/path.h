/* path.h - who stands on the path of a call, and what each could read. */
#ifndef EARSHOT_PATH_H
#define EARSHOT_PATH_H

#include "analyzer/track/agreed.h"
#include "analyzer/track/track.h"

/* Fills the call's elements, stations and stretches; its ends, legs and media must stand. */
void path_build(struct live *l, const struct agreed_list *list, const struct inventory *v);

#endif
