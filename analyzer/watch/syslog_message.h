/* syslog_message.h - an event as a message of RFC 5424. */
#ifndef EARSHOT_SYSLOG_MESSAGE_H
#define EARSHOT_SYSLOG_MESSAGE_H

#include "analyzer/watch/event.h"

enum {
	SYSLOG_MESSAGE_DATAGRAM = 2048, /* what receivers should take (RFC 5426 3.2) */
	SYSLOG_MESSAGE_STREAM = 8192,	/* the same of RFC 5425 4.3.1 */
	SYSLOG_MESSAGE_VALUE = 256,	/* octets of a value, before escaping */
};

struct syslog_message_as {
	const char *hostname;
	unsigned long process;
	uint32_t enterprise, facility;
	size_t limit; /* one of the two above: octets of a message */
};

/*
 * Adds the message, without framing. Scalar members of the event are structured data, those that
 * people ask for first; `left_out` counts those that had no room (three quarters of the limit are
 * theirs). The sentence is cut on a border of UTF-8. Control characters, what reorders text and
 * broken bytes are written as \xNN: nothing in it acts on a terminal, or ends a line.
 */
void syslog_message_add(struct text *t, const struct syslog_message_as *as, const struct event *e);

#endif
