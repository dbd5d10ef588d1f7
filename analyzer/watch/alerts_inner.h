/* alerts_inner.h - what the files of the alerts share. */
#ifndef EARSHOT_ALERTS_INNER_H
#define EARSHOT_ALERTS_INNER_H

#include "analyzer/watch/alerts.h"
#include "analyzer/watch/alerts_posture.h"
#include "analyzer/watch/alerts_table.h"
#include "analyzer/watch/recent.h"

struct alerts {
	struct alerts_options options;
	struct alerts_table table;
	struct alerts_posture posture;
	struct alerts_counters counters;
	uint64_t serial; /* of the event that is looked at */
	struct recent recent;
};

#endif
