/* alerts.h - ten thousand calls with one defect are one alert. */
#ifndef EARSHOT_ALERTS_H
#define EARSHOT_ALERTS_H

#include "analyzer/watch/event.h"

struct alerts_options {
	const char *run;
	uint32_t clean_calls; /* firm calls over the same element that clear an alert; 0: 20. Each
				 time it comes back four times as many are asked for, up to 64 */
	uint64_t posture_ns;  /* capture time between sums of posture; 0: a day */
	uint64_t
		again_ns; /* an alert that lasts is told again so often, with its count; 0: a day */
	uint32_t room;	  /* problems held; 0: 100,000. The oldest cleared, then the oldest go */
	event_fn *give;	  /* alerts, posture */
	void *ctx;
};
struct alerts_counters {
	uint64_t open, opened, worse, cleared, lasting, evicted;
	uint64_t posture; /* problems of posture since the last sum */
};

struct alerts;

struct alerts *alerts_new(struct alerts_options options);
/*
 * A call's event. Findings of class attack and exposure open an alert at once, whatever the
 * state of the record; only firm records are counted as calls, each once.
 */
void alerts_call(struct alerts *a, const struct event *call);
void alerts_tick(struct alerts *a, uint64_t now_ns); /* capture time */
/* The sum of posture so far, if there is any: at the end of a run whose state is not kept. */
void alerts_flush(struct alerts *a, uint64_t now_ns);
struct alerts_counters alerts_counters(const struct alerts *a);
/* The worst of what is open, at most so many: for the status page. A new reference. */
json_t *alerts_open(const struct alerts *a, size_t most);
/* All that a later run needs to know, an object: for --state. A new reference. */
json_t *alerts_save(const struct alerts *a);
/* Into a new one, before anything else. Of an earlier run, or hostile: what cannot be is left
 * out; false when none of it is ours. */
bool alerts_load(struct alerts *a, const json_t *saved);
void alerts_free(struct alerts *a);

#endif
