/* filter.h - a capture filter in BPF syntax, compiled for each link type that comes along. */
#ifndef EARSHOT_FILTER_H
#define EARSHOT_FILTER_H

#include "analyzer/capture/capture.h"

struct filter;

enum filter_answer {
	FILTER_PASS,
	FILTER_DROP,
	FILTER_UNABLE, /* the expression has no meaning on this link type */
};

struct filter *filter_new(const char *expression);
void filter_free(struct filter *f); /* NULL is fine */
enum filter_answer filter_match(struct filter *f, const struct frame *frame);

/* Compiles for a link type ahead of its first frame. */
void filter_prepare(struct filter *f, int link_type);

/* NULL when it compiled for some link type tried so far, else libpcap's words; owned by f. */
const char *filter_error(const struct filter *f);

#endif
