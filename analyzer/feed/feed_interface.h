/* feed_interface.h - an interface or mirror port, by libpcap. */
#ifndef EARSHOT_FEED_INTERFACE_H
#define EARSHOT_FEED_INTERFACE_H

#include "analyzer/feed/feed_reader.h"

extern const struct feed_reader_kind feed_interface_kind;

#endif
