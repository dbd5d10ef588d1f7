/* metrics_count.h - what a watch counts of its events. */
#ifndef EARSHOT_METRICS_COUNT_H
#define EARSHOT_METRICS_COUNT_H

#include "analyzer/base/map.h"
#include "analyzer/watch/metrics.h"
#include "analyzer/watch/recent.h"
#include "reports/mapping.h"

enum { METRICS_COUNT_STATES = 3, METRICS_COUNT_WORD = 64, METRICS_COUNT_REASONS = 16 };

/* One rule at one severity. */
struct metrics_rule {
	char key[METRICS_COUNT_WORD]; /* both, with a blank between */
	char rule[METRICS_COUNT_WORD];
	enum severity severity;
	uint64_t findings, calls, serial;
};

struct metrics_reason {
	char name[METRICS_COUNT_WORD];
	uint64_t count;
};

struct metrics {
	struct recent recent;
	uint64_t serial;
	uint64_t rows, corrections, waived, heartbeats, lost, back;
	uint64_t met, not_met, cannot_tell;
	uint64_t records[METRICS_COUNT_STATES]; /* interim, provisional, firm */
	uint64_t labels[LABELS];
	uint64_t verdicts[CONDITIONS][MAPPING_VERDICTS];
	double exposed_s;
	struct map *rules; /* struct metrics_rule */
	struct metrics_reason changes[METRICS_COUNT_REASONS];
};

const char *metrics_count_state(size_t i); /* of a record */
/* The rules sorted by name, then severity; NULL-ended, free() it. */
struct metrics_rule **metrics_count_rules(const struct metrics *m);
/* The i-th name of several that may be alike: "mirror", "mirror#2". */
void metrics_count_name(struct text *t, const char *name, size_t before);

#endif
