/* bus.h - what a watch says goes to every place that asked for it. */
#ifndef EARSHOT_BUS_H
#define EARSHOT_BUS_H

#include "analyzer/cmd/args.h"
#include "analyzer/watch/alerts.h"
#include "analyzer/watch/endpoint.h"
#include "analyzer/watch/memory.h"
#include "analyzer/watch/metrics.h"
#include "analyzer/watch/output.h"
#include "analyzer/watch/pulse.h"

enum { BUS_OUTPUTS = ARGS_FORMATS + WATCH_SYSLOGS };

struct bus {
	const char *run;
	struct output *outputs[BUS_OUTPUTS];
	size_t output_count;
	bool findings; /* some output wants them */
	struct alerts *alerts;
	struct memory *memory;
	struct pulse *pulse;
	struct metrics *metrics;
	struct endpoint_server *endpoint; /* NULL: nobody asked for it */
	json_t *head;			  /* of ECS documents */
};

/* Opens files, sockets and keys while there are rights to; false: a sentence has been printed,
 * *code is the exit code. `run` is borrowed. */
bool bus_open(struct bus *b, const struct args *a, const char *run, int *code);
bool bus_start(struct bus *b); /* after rights were given up; false: a sentence has been printed */
/* A record: it, its findings, and what follows from it. */
void bus_call(struct bus *b, struct slice line);
/* Every second or so. `now` has all but what the bus itself knows. */
void bus_tick(struct bus *b, struct metrics_now *now, const struct pulse_state *state);
void bus_reopen(struct bus *b);
uint64_t bus_lost(struct bus *b); /* events that no output could keep */
/* Sends what is queued as far as that goes; events that were lost, in all. now_ns: capture time, of
 * a run whose state is not kept: the day's posture is summed up; else 0. */
uint64_t bus_finish(struct bus *b, uint64_t now_ns, int wait_ms);
void bus_close(struct bus *b);

#endif
