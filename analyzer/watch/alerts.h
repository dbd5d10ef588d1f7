/* alerts.h - ten thousand calls with one defect are one alert. */
#ifndef EARSHOT_ALERTS_H
#define EARSHOT_ALERTS_H

#include "analyzer/watch/event.h"

struct alerts_options {
	const char *run;
	uint32_t clean_calls; /* firm calls over the same element that clear an alert; 0: 20 */
	uint64_t posture_ns;  /* capture time between sums of posture; 0: a day */
	uint64_t
		again_ns; /* an alert that lasts is told again so often, with its count; 0: a day */
	uint32_t room;	  /* problems held; 0: 100,000. The oldest cleared, then the oldest go */
	event_fn *give;	  /* alerts, posture */
	void *ctx;
};
struct alerts_counters {
	uint64_t open, opened, worse, cleared, evicted;
};

struct alerts;

struct alerts *alerts_new(struct alerts_options options);
/*
 * A call's event. Findings of class attack and exposure open an alert at once, whatever the
 * state of the record; only firm records are counted as calls, each once.
 */
void alerts_call(struct alerts *a, const struct event *call);
void alerts_tick(struct alerts *a, uint64_t now_ns); /* capture time */
struct alerts_counters alerts_counters(const struct alerts *a);
/* What is open, as an array of objects: for --state and for the status page. New references. */
json_t *alerts_save(const struct alerts *a);
bool alerts_load(struct alerts *a, const json_t *saved); /* of an earlier run: hostile text */
void alerts_free(struct alerts *a);

#endif
