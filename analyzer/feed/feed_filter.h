/* feed_filter.h - a capture filter that does not lose the later fragments of what it wants. */
#ifndef EARSHOT_FEED_FILTER_H
#define EARSHOT_FEED_FILTER_H

#include "analyzer/base/text.h"
#include "analyzer/capture/capture.h"

/*
 * The expression widened by all IP fragments but first ones: these carry no ports, so a filter
 * on ports drops them. They are looked for where an untagged packet has them, in front of the
 * expression, as its `vlan` and `mpls` shift what follows: fragments inside a tag that the
 * kernel left in the packet (the inner one of two), a label or a tunnel are not added.
 */
void feed_filter_widened(struct text *to, const char *expression);

/* For frames of files and streams, by link type. One belongs to one thread. */
struct feed_filter;

struct feed_filter *feed_filter_new(const char *expression); /* NULL gives NULL: all pass */
void feed_filter_free(struct feed_filter *f);		     /* NULL is fine */
bool feed_filter_passes(struct feed_filter *f, const struct frame *frame); /* of NULL: true */

/* libpcap's words when it compiles for no common link type, else NULL; the caller's, free(). */
char *feed_filter_wrong(const char *expression);

#endif
