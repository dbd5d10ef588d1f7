/* metrics.h - counts of a watch, as Prometheus text and as a page. */
#ifndef EARSHOT_METRICS_H
#define EARSHOT_METRICS_H

#include "analyzer/watch/alerts.h"
#include "analyzer/watch/memory.h"
#include "analyzer/watch/output.h"

/* One source's counts; labels of a metric name it by `label` alone. */
struct metrics_source {
	const char *label, *kind;
	uint64_t packets, bytes, kernel_drops, interface_drops, queue_drops, outages, waiting;
	bool up;
};
/* What is read when text is wanted; plain values, borrowed for the call. */
struct metrics_now {
	const char *version, *policy;
	const struct metrics_source *sources;
	size_t source_count;
	const struct output_counters *outputs;
	size_t output_count;
	struct alerts_counters alerts;
	struct memory_counters memory;
	const json_t *open_alerts; /* alerts_open, for the page; borrowed */
	uint64_t calls_open, flows_open;
	uint64_t resident_bytes, memory_cap;	  /* cap 0: none */
	uint64_t started_ns, clock_ns, newest_ns; /* clock; clock; newest capture time */
	uint64_t packets_duplicate, fragments_expired, tcp_gaps, rtp_gaps;
	const char *const *limit_names; /* caps that were hit, and how often */
	const uint64_t *limit_counts;
	size_t limit_count;
};

struct metrics;

struct metrics *metrics_new(void);
/* Any event: calls by label and condition (firm ones once, provisional ones apart), findings by
 * rule, alerts by state. */
void metrics_event(struct metrics *m, const struct event *e);
void metrics_text(const struct metrics *m, const struct metrics_now *now, struct text *out);
/* The status page: one file of HTML without script or request, renewing itself. */
void metrics_page(const struct metrics *m, const struct metrics_now *now, struct text *out);
void metrics_free(struct metrics *m);

#endif
