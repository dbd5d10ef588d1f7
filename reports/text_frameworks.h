/* text_frameworks.h - frameworks that were asked for by name, in the terminal report. */
#ifndef EARSHOT_TEXT_FRAMEWORKS_H
#define EARSHOT_TEXT_FRAMEWORKS_H

#include <jansson.h>

#include "reports/layout.h"

void text_frameworks_put(struct layout *l, const json_t *head);

#endif
