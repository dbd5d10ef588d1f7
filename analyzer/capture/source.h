/* source.h - what a reader of one file format hands to capture_file, record by record. */
#ifndef EARSHOT_SOURCE_H
#define EARSHOT_SOURCE_H

#include "analyzer/base/text.h"
#include "analyzer/capture/capture.h"

enum source_step {
	SOURCE_FRAME,
	SOURCE_END,    /* the proper end of the file */
	SOURCE_BROKEN, /* nothing after this can be trusted; `why` says it */
};

enum { SOURCE_CAPTURED_MAX = 262144 };

/* One record. Of the frame `bytes`, `ts_ns`, `wire_len`, `iface` and `link_type` are set. */
struct source_record {
	struct frame frame;
	uint32_t snaplen; /* what the file promised for it; 0: nothing */
	bool untimed;	  /* the record has no time of its own */
	bool odd_time;	  /* a fraction of a second that is a second or more */
};

/* The clause that says why a source broke, and whether it is about the next frame. */
struct source_break {
	struct text why;
	bool in_frame; /* "frame 12 " goes before it */
};

#endif
