/* syslog.h - messages wait, are sent, and are kept for a while after: one thread a receiver. */
#ifndef EARSHOT_SYSLOG_H
#define EARSHOT_SYSLOG_H

#include "analyzer/watch/output.h"
#include "analyzer/watch/syslog_link.h"
#include "analyzer/watch/syslog_message.h"

enum { SYSLOG_BYTES = 64 << 20 }; /* that wait, and again as much that were sent of late */

struct syslog_options {
	const char *name; /* in the counters; copied */
	uint32_t kinds, queue;
	struct syslog_message_as as; /* hostname copied */
	struct syslog_link_to to;    /* taken over, with what it points to */
};

struct output *syslog_new(const struct syslog_options *options);

#endif
