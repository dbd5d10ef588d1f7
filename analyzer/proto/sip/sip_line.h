/* sip_line.h - the header lines of a message or a body part, one by one (RFC 3261 7.3). */
#ifndef EARSHOT_SIP_LINE_H
#define EARSHOT_SIP_LINE_H

#include "analyzer/base/slice.h"

enum sip_line_kind {
	SIP_LINE_HEADER,
	SIP_LINE_SKIPPED, /* no colon, or nothing before it */
	SIP_LINE_BLANK,	  /* the empty line that ends the block; consumed */
	SIP_LINE_NONE,	  /* the bytes are over */
};

enum sip_line_flag {
	SIP_LINE_BARE_LF = 1 << 0,
	SIP_LINE_CONTROL = 1 << 1,
	SIP_LINE_BAD_NAME = 1 << 2,
	SIP_LINE_UNENDED = 1 << 3, /* the bytes end before the line does */
};

struct sip_line {
	struct slice name, value; /* trimmed; folds stay inside value */
	uint8_t flags;
};

/* Cuts the next line with its folded continuations off *rest. */
enum sip_line_kind sip_line_next(struct slice *rest, struct sip_line *out);

/* Whether s holds control characters other than HTAB, CR and LF. */
bool sip_line_control(struct slice s);

#endif
