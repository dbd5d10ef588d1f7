/* text_call.h - one call of the terminal report. */
#ifndef EARSHOT_TEXT_CALL_H
#define EARSHOT_TEXT_CALL_H

#include <jansson.h>

#include "reports/layout.h"

void text_call_put(struct layout *l, const json_t *call, int verbose);
extern const char *const text_call_unshown[]; /* members that it does not read; NULL ends */

#endif
