/* alerts_posture.h - what wakes nobody up, summed: problems of posture, and what only weakens. */
#ifndef EARSHOT_ALERTS_POSTURE_H
#define EARSHOT_ALERTS_POSTURE_H

#include "analyzer/base/map.h"
#include "analyzer/watch/event.h"

struct alerts_posture {
	struct map *problems, *rules;
	uint64_t since_ns; /* capture time; 0: nothing since the last sum */
	uint64_t calls;	   /* firm ones with any of it */
	uint64_t serial;   /* of the event that was counted last */
	uint64_t left_out; /* findings that there was no room for */
};

void alerts_posture_begin(struct alerts_posture *p);
/* Whether such a finding (violated, not waived) belongs here. */
bool alerts_posture_is(const json_t *finding);
/* A finding of a firm call; `serial` names the call. */
void alerts_posture_add(struct alerts_posture *p, const json_t *finding, uint64_t ns,
			uint64_t serial);
/* Gives the sum up to `now_ns`, where there is any, and begins anew. */
void alerts_posture_give(struct alerts_posture *p, const char *run, uint64_t now_ns, event_fn *give,
			 void *ctx);
json_t *alerts_posture_save(const struct alerts_posture *p);
void alerts_posture_load(struct alerts_posture *p, const json_t *saved);
void alerts_posture_end(struct alerts_posture *p);

#endif
