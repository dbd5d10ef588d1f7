/* path.h - who stands on the path of a call, and what each could read. */
#ifndef EARSHOT_PATH_H
#define EARSHOT_PATH_H

#include "analyzer/track/agreed.h"

enum { PATH_ELEMENTS = 128 };

/* Fills call.ends and call.elements; legs and media must stand in the call. */
void path_build(struct live *l, const struct agreed_list *list);

#endif
