/* feed_follow.h - a folder into which captures are written and rotated. */
#ifndef EARSHOT_FEED_FOLLOW_H
#define EARSHOT_FEED_FOLLOW_H

#include "analyzer/feed/feed_reader.h"

extern const struct feed_reader_kind feed_follow_kind;

#endif
