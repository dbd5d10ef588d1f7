/* middle.h - recording, copies, conferences, gateways, changed parties, ICE that ended. */
#ifndef EARSHOT_MIDDLE_H
#define EARSHOT_MIDDLE_H

#include "analyzer/track/agreed.h"
#include "analyzer/track/told.h"
#include "analyzer/track/track.h"

/* Facts of a whole call (rule-catalog D.9); its ends must stand. */
void middle_facts(struct live *l, const struct track_options *options,
		  const struct told_recordings *recordings);

#endif
