/* output_kind.h - what each kind of output does behind the functions of output.h. */
#ifndef EARSHOT_OUTPUT_KIND_H
#define EARSHOT_OUTPUT_KIND_H

#include "analyzer/watch/output.h"

struct output_kind {
	void (*give)(struct output *o, const struct event *e);
	void (*reopen)(struct output *o);
	void (*tick)(struct output *o, uint64_t clock_ns);
	void (*start)(struct output *o);
	struct output_counters (*counters)(struct output *o);
	void (*finish)(struct output *o, int wait_ms);
	void (*free)(struct output *o);
};

/* Stands in front of each kind's own struct. */
struct output {
	const struct output_kind *kind;
	uint32_t kinds; /* of events that go there */
	bool finished;
};

/* Counts a failure and says why, with the text of `code` where that is an errno and not 0. */
void output_failed(struct output_counters *n, const char *what, int code);

#endif
