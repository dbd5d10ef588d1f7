/* summary.h - what the run knows beside its calls, gathered from every room. */
#ifndef EARSHOT_SUMMARY_H
#define EARSHOT_SUMMARY_H

#include "analyzer/cmd/args.h"
#include "analyzer/cmd/keys.h"
#include "analyzer/cmd/pipeline.h"
#include "reports/document.h"

/* What the run read, as one look: of files, or of live sources. */
struct summary_inputs {
	const struct document_input *all;
	size_t count;
	const char *const *points; /* labels by capture point */
	bool damaged, usable;
	uint64_t packets, snaplen_cut, drops, time_backwards;
	uint64_t rows_left_out; /* of a report that has no room for all */
};

/* Counts as they stood when a report's time began: they are taken off. Zero: from the start. */
struct summary_since {
	struct document_count seen[16], losses[8], undecoded[16], limits[32];
	uint64_t keys_used;
};

struct summary {
	struct document_input *inputs;
	const char **points;
	size_t input_count;
	struct document_unexplained *unexplained;
	struct document_clock *clocks;
	char **held;
	size_t held_count;
};

/* Of the files of a capture; borrows from `s`. */
struct summary_inputs summary_inputs(struct summary *s, const struct capture *c);
/* Finishes the document and gives the exit code of the gate (contract 2). `since` NULL: the whole
 * run. */
int summary_finish(struct summary *s, const struct pipeline *p, const struct summary_inputs *inputs,
		   struct document *d, const struct args *a, const struct keys *k,
		   const struct summary_since *since);
struct summary_since summary_since(const struct pipeline *p, const struct summary_inputs *inputs,
				   const struct keys *k);
const char *summary_keep(struct summary *s, char *text); /* takes it; freed with the summary */
void summary_free(struct summary *s);

#endif
