/* alerts_save.h - alerts as text that outlives the run. */
#ifndef EARSHOT_ALERTS_SAVE_H
#define EARSHOT_ALERTS_SAVE_H

#include "analyzer/watch/alerts_inner.h"

enum { ALERTS_SAVE_WORST = 200 };

/* The work of alerts_load and alerts_open. */
bool alerts_save_read(struct alerts *a, const json_t *saved);
json_t *alerts_save_worst(const struct alerts *a, size_t most);

#endif
