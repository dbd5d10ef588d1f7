/* syslog_list.h - encoded messages in a row. */
#ifndef EARSHOT_SYSLOG_LIST_H
#define EARSHOT_SYSLOG_LIST_H

#include "analyzer/base/slice.h"

struct syslog_list_item {
	struct syslog_list_item *next;
	uint64_t sent_ns; /* by the monotonic clock; 0: never */
	size_t n;
	uint8_t bytes[];
};
/* Zero-initialise. `bytes` counts all that the items take. */
struct syslog_list {
	struct syslog_list_item *first, *last;
	size_t count, bytes;
};

struct syslog_list_item *syslog_list_item(struct slice s);		 /* a copy, in no list */
void syslog_list_add(struct syslog_list *l, struct syslog_list_item *i); /* behind the last */
struct syslog_list_item *syslog_list_take(struct syslog_list *l);	 /* the first; NULL: none */
/* Puts all of `front` before what is there; `front` is empty then. */
void syslog_list_before(struct syslog_list *l, struct syslog_list *front);
size_t syslog_list_drop(struct syslog_list *l);	 /* the first: its bytes are freed; 1, or 0: none */
size_t syslog_list_clear(struct syslog_list *l); /* how many there were */

#endif
