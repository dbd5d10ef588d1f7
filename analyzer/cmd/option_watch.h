/* option_watch.h - the options that `earshot watch` has beside those of audit. */
#ifndef EARSHOT_OPTION_WATCH_H
#define EARSHOT_OPTION_WATCH_H

#include "analyzer/cmd/option.h"

size_t option_watch_count(void);
const struct option *option_watch_at(size_t i);

#endif
