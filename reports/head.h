/* head.h - all of the document but the calls. */
#ifndef EARSHOT_HEAD_H
#define EARSHOT_HEAD_H

#include "reports/asserted.h"
#include "reports/frameworks.h"
#include "reports/overheard.h"
#include "reports/problems.h"

struct head_parts {
	struct problems *problems;
	const struct overheard *overheard;
	const struct frameworks *frameworks;
	const struct asserted *asserted; /* NULL: no inventory was given */
	const struct document_options *options;
	struct redactor *hide;
	const char *const *labels; /* as shown, by input */
	size_t label_count;
	const char *run_id;
	uint64_t calls;
};

/* A new reference; keys in document order (contract 4), "calls" left out. */
json_t *head_build(const struct head_parts *p, const struct document_run *run);

#endif
