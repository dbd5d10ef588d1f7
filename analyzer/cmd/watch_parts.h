/* watch_parts.h - a watch and its parts; shared by the files watch_*.c. */
#ifndef EARSHOT_WATCH_PARTS_H
#define EARSHOT_WATCH_PARTS_H

#include "analyzer/base/clock.h"
#include "analyzer/cmd/before.h"
#include "analyzer/cmd/bus.h"
#include "analyzer/cmd/chosen.h"
#include "analyzer/cmd/copy.h"
#include "analyzer/cmd/keys.h"
#include "analyzer/cmd/network.h"
#include "analyzer/cmd/notify.h"
#include "analyzer/cmd/pipeline.h"
#include "analyzer/cmd/rights.h"
#include "analyzer/cmd/summary.h"
#include "analyzer/feed/feed.h"
#include "analyzer/watch/said.h"

/* What a source had lost when it was last looked at. */
struct watch_loss {
	uint64_t drops, at_ns;
};

/* What is written when asked for: html, json, ... over a window of time. */
struct watch_report {
	bool wanted;
	struct copy copy;
	uint64_t every_ns, window_ns;
	uint64_t next_ns, window_end_ns; /* by the clock */
	uint64_t rows, rows_dropped;	 /* in this window */
	bool turned;			 /* a new window: what stands there is of the one before */
	struct summary_since since;
};

struct watch {
	struct args args;
	struct keys keys;
	struct network network;
	struct chosen chosen;
	struct before before;
	struct rights rights;
	struct notify notify;
	struct feed *feed;
	struct judge *judge;
	struct pipeline pipeline;
	struct document *document;
	struct said *said;
	struct bus bus;
	struct copy glimpse;
	struct watch_report report;
	struct copy saving; /* of the state */
	uint64_t saved_ns;
	struct watch_loss losses[WATCH_SOURCES + ARGS_POINTS];
	const char *labels[WATCH_SOURCES + ARGS_POINTS], *names[WATCH_SOURCES + ARGS_POINTS];
	const char *points[ARGS_POINTS];
	uint64_t firsts[WATCH_SOURCES + ARGS_POINTS];
	char run[17]; /* the id of the run: documents come and go */
	struct text line;
	uint64_t started_ns;  /* the clock of the day */
	uint64_t second_ns;   /* the monotonic clock: when the next look round is due */
	uint64_t held_ns;     /* when memory is looked at next */
	uint64_t glimpse_ns;  /* when open calls may be looked at next */
	uint64_t glimpsed_ns; /* capture time of the last such look */
	uint64_t deadline_ns; /* of the end; 0: not ending */
	uint64_t calls_judged, calls_unjudged;
	uint64_t lost;	 /* events that no output could keep */
	int statm;	 /* /proc/self/statm; -1: cannot be read */
	int to;		 /* in a copy: where its words go */
	bool unconfined; /* in full or in part */
	bool cut;	 /* asked to end while sources went on */
	int exit;
};

/* watch_open.c: before the first packet. False: a sentence has been printed, w->exit is the code.
 */
bool watch_open(struct watch *w);
struct document_options watch_open_document(const struct watch *w);

/* watch_calls.c: records, firm and before */
bool watch_calls_give(void *ctx, const struct call *c, const struct judgement *j);
void watch_calls_glimpse(
	struct watch *w); /* begins a look at open calls, and takes in what it said */

/* watch_sources.c: what the sources lost, and how the watch stands */
void watch_sources_name(struct watch *w);
void watch_sources_look(struct watch *w); /* once a second */
struct summary_inputs watch_sources_inputs(struct watch *w, struct summary *s);

/* watch_limits.c: --memory */
struct pipeline_limits watch_limits_of(const struct watch *w);
/* False: tables would have no room beside the rings that were asked for; a sentence was printed. */
bool watch_limits_fit(const struct watch *w);
size_t watch_limits_ring(const struct watch *w);  /* octets of the kernel, an interface */
size_t watch_limits_queue(const struct watch *w); /* octets in front of judging, a source */
void watch_limits_open(struct watch *w);
uint64_t watch_limits_resident(const struct watch *w);
void watch_limits_hold(struct watch *w);

/* watch_report.c: reports over a window */
void watch_report_open(struct watch *w);
bool watch_report_keeps(struct watch *w); /* is there room for one more row? */
void watch_report_tick(struct watch *w);
void watch_report_end(struct watch *w);

/* watch_state.c: --state */
/* Both: false, and a sentence has been printed. The key of names first, before any is made. */
bool watch_state_open(struct watch *w);
bool watch_state_load(struct watch *w);
void watch_state_tick(struct watch *w);
void watch_state_end(struct watch *w);

#endif
