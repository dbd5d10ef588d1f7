/* summary.h - what the run knows beside its calls, gathered from every room. */
#ifndef EARSHOT_SUMMARY_H
#define EARSHOT_SUMMARY_H

#include "analyzer/cmd/args.h"
#include "analyzer/cmd/keys.h"
#include "analyzer/cmd/pipeline.h"
#include "reports/document.h"

struct summary {
	struct document_input *inputs;
	size_t input_count;
	struct document_unexplained *unexplained;
	struct document_clock *clocks;
	char **held;
	size_t held_count;
};

/* Finishes the document and gives the exit code of the gate (contract 2). */
int summary_finish(struct summary *s, const struct pipeline *p, struct document *d,
		   const struct args *a, const struct keys *k);
void summary_free(struct summary *s);

#endif
