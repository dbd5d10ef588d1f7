/* pulse.h - heartbeats, and sight that is lost or back: never silence. */
#ifndef EARSHOT_PULSE_H
#define EARSHOT_PULSE_H

#include "analyzer/watch/event.h"

/* How it stands with a source, by the caller's own counting. */
struct pulse_source {
	const char *label, *name, *kind;
	uint64_t packets, drops; /* drops: of kernel, interface and queue together */
	uint64_t last_ns;	 /* capture time of its newest frame */
	bool up, over;
	const char *why; /* of the last outage, or empty */
};
struct pulse_state {
	const struct pulse_source *sources;
	size_t source_count;
	uint64_t now_ns;   /* capture time, or the clock's where nothing came */
	uint64_t clock_ns; /* the clock */
	uint64_t calls_open, calls_judged, limits_hit;
	uint64_t outputs_lost;
	bool root;	 /* it kept the rights of root */
	bool unconfined; /* --no-sandbox, or a system that has nothing to confine with */
};
struct pulse_options {
	const char *run;
	uint64_t beat_ns;  /* between heartbeats, by the clock; 0: 60 s */
	uint64_t blind_ns; /* no packet for so long is loss of sight; 0: 300 s */
	event_fn *give;	   /* heartbeats, visibility */
	void *ctx;
};

struct pulse;

struct pulse *pulse_new(struct pulse_options options);
void pulse_tick(struct pulse *p, const struct pulse_state *s); /* every second or so */
void pulse_free(struct pulse *p);

#endif
