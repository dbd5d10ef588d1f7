/* feed_stream.h - a capture that comes through a pipe, a FIFO or standard input, or lies in a file.
 */
#ifndef EARSHOT_FEED_STREAM_H
#define EARSHOT_FEED_STREAM_H

#include "analyzer/feed/feed_reader.h"

extern const struct feed_reader_kind feed_stream_kind;

#endif
