/* output.c - the functions that all outputs share. */
#include "analyzer/watch/output.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/watch/output_kind.h"

void output_give(struct output *o, const struct event *e)
{
	if (!o->finished && (o->kinds & 1u << e->kind))
		o->kind->give(o, e);
}

void output_reopen(struct output *o)
{
	if (!o->finished)
		o->kind->reopen(o);
}

void output_tick(struct output *o, uint64_t clock_ns)
{
	if (!o->finished)
		o->kind->tick(o, clock_ns);
}

void output_start(struct output *o)
{
	o->kind->start(o);
}

struct output_counters output_counters(struct output *o)
{
	return o->kind->counters(o);
}

void output_finish(struct output *o, int wait_ms)
{
	if (!o->finished)
		o->kind->finish(o, wait_ms);
	o->finished = true;
}

void output_close(struct output *o, int wait_ms)
{
	if (!o)
		return;
	output_finish(o, wait_ms);
	o->kind->free(o);
}

void output_failed(struct output_counters *n, const char *what, int code)
{
	n->failures++;
	n->up = false;
	if (code)
		(void)snprintf(n->why, sizeof n->why, "%s: %s", what, strerror(code));
	else
		(void)snprintf(n->why, sizeof n->why, "%s", what);
}
