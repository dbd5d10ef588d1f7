/* document.h - the one result document: written call by call, read by every format. */
#ifndef EARSHOT_DOCUMENT_H
#define EARSHOT_DOCUMENT_H

#include <jansson.h>
#include <stdio.h>

#include "analyzer/base/err.h"
#include "rules/judge.h"

/*
 * While calls end, each is written as one JSON object to a spool file (unlinked
 * temporary) and only a small index entry stays in memory. When the run is over
 * the head (all but calls) is given, and the document can be read: the calls in
 * document order (end time, then id), or worst first. Formats see jansson
 * values only, so none can know more than the document says.
 */
struct document;

enum redact { REDACT_MASK, REDACT_HMAC, REDACT_NONE };
struct document_options {
	enum redact redact;      /* identities and endpoint addresses */
	bool redact_addresses;   /* infrastructure addresses too */
	const char *const *input_labels; /* index = input; for evidence */
	size_t input_count;
	const char *const *point_labels; /* index = point */
	size_t point_count;
};

struct document *document_new(struct document_options options); /* NULL: no room for a spool; errno says why */
/* Gives the call's JSON line without a newline, good until the next call; NULL when the spool is full (errno). */
const char *document_add(struct document *d, const struct call *c, const struct judgement *j);

/* What the run knows beside the calls; plain values, borrowed for the length of the call. */
struct document_input {
	const char *label, *name, *sha256;
	uint64_t bytes, packets, first_ns, last_ns;
	bool complete;
	const char *const *problems; /* sentences, with the frame in words */
	size_t problem_count;
};
struct document_count {
	const char *name;
	uint64_t n;
};
struct document_run {
	const char *version, *rules_sha256, *policy;
	const struct document_input *inputs;
	size_t input_count;
	struct document_count seen[16];    /* summary.seen, NULL name ends */
	struct document_count losses[8];   /* losses but undecoded */
	struct document_count undecoded[16];
	struct document_count limits[32];  /* limits_hit: name and count, zero ones are left out */
	const struct tally *tally;
	enum severity fail_on;
	struct gate gate;
	const char *const *requires;
	const enum policy_result *requires_result;
	size_t requires_count;
	const char *stamp;                 /* --stamp: RFC 3339, or NULL */
};
void document_finish(struct document *d, const struct document_run *run);

/* Reading, after document_finish. */
const json_t *document_head(const struct document *d); /* the document without "calls"; borrowed */
size_t document_calls(const struct document *d);
json_t *document_call(struct document *d, size_t i);       /* in document order; a new reference */
json_t *document_worst(struct document *d, size_t i);      /* worst first; a new reference */
/* One call's text in document order, good until the next read: for writing JSON without parsing. */
const char *document_call_text(struct document *d, size_t i);
void document_free(struct document *d);

#endif
