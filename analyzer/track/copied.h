/* copied.h - the same encrypted stream at a third address. */
#ifndef EARSHOT_COPIED_H
#define EARSHOT_COPIED_H

#include "analyzer/track/agreed.h"
#include "analyzer/track/track.h"

/* After media was compared: without packets that are the same there is no copy. */
void copied_facts(struct live *l, const struct track_options *options);

#endif
