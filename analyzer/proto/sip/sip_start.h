/* sip_start.h - start lines: telling them from everything else, and cutting them (RFC
 * 3261 7.1, 7.2). */
#ifndef EARSHOT_SIP_START_H
#define EARSHOT_SIP_START_H

#include "analyzer/base/slice.h"

enum { SIP_START_MAX_METHOD = 64, SIP_START_MAX_LINE = 16 * 1024 };

enum sip_start_kind {
	SIP_START_NOT,	 /* cannot begin a message */
	SIP_START_MAYBE, /* could, once the rest of the line is there */
	SIP_START_WHOLE, /* a whole start line of SIP/2.0 */
};

/* What the bytes begin with, line ends at their front skipped. */
enum sip_start_kind sip_start_of(struct slice bytes);

struct sip_start {
	bool is_request;
	bool odd_space; /* other than single SP between the parts, or space at the end */
	uint16_t status;
	struct slice method, uri, version, reason;
};

/* `line` without its line end. False: neither form, whatever the version. */
bool sip_start_parse(struct slice line, struct sip_start *out);

#endif
