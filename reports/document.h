/* document.h - the one result document: written call by call, read by every format. */
#ifndef EARSHOT_DOCUMENT_H
#define EARSHOT_DOCUMENT_H

#include <jansson.h>
#include <stdio.h>

#include "analyzer/base/err.h"
#include "analyzer/base/text.h"
#include "analyzer/model/inventory.h"
#include "rules/framework.h"
#include "rules/policy.h"

/*
 * While calls end, each is written as one JSON object to a spool file (unlinked
 * temporary) and only a small index entry stays in memory. When the run is over
 * the head (all but calls) is given, and the document can be read: the calls in
 * document order (end time, then id), or worst first. Formats see jansson
 * values only, so none can know more than the document says.
 */
struct document;
struct engagement;
struct redactor;

enum redact { REDACT_MASK, REDACT_HMAC, REDACT_NONE };

/* Arrays are borrowed until document_free. */
struct document_options {
	enum redact redact;		 /* identities and endpoint addresses */
	bool redact_addresses;		 /* infrastructure addresses too */
	const char *const *input_labels; /* index = input; for evidence */
	const char *const *input_names;	 /* index = input; files as given; NULL: none */
	const uint64_t *input_first_ns;	 /* index = input; first packets; NULL: not known yet */
	size_t input_count;
	const char *const *point_labels; /* index = point */
	size_t point_count;
	const struct inventory *inventory; /* what the operator asserted; NULL: nothing */
	const char *inventory_name, *inventory_sha256; /* of its file */
	const struct framework *const *frameworks;     /* none: the program's own choice */
	size_t framework_count;
	bool frameworks_chosen;		 /* by name, so that the terminal shows them too */
	const struct baseline *baseline; /* NULL: none was given */
	const char *baseline_name, *baseline_sha256;
	const struct waivers *waivers; /* NULL: none were given */
	const char *waivers_name, *waivers_sha256;
	const struct engagement *engagement; /* NULL: none was given */
	const char *engagement_name, *engagement_sha256;
};

/*
 * NULL: no room for a spool; errno says why. The run's id, which every NDJSON
 * line carries, is a digest of the inputs' labels, names (both as redacted) and
 * first packet times: known before the first call ends, the same in every run
 * over the same inputs.
 */
struct document *document_new(struct document_options options);
/*
 * Gives the call's NDJSON line (the run's id first) without its newline, good
 * until the next call; NULL when the spool is full (errno).
 */
const char *document_add(struct document *d, const struct call *c, const struct judgement *j);

/* The call's object alone: which is kept nowhere, and which was added last. Good until the next
 * call here. */
struct slice document_record(struct document *d, const struct call *c, const struct judgement *j);
struct slice document_added(const struct document *d);
/* All that was added is in the spool: a copy of the process can finish and read the document while
 * the process adds to it. False: document_error. */
bool document_flush(struct document *d);

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
/* Media that no call owned and that was too little for a row of its own. */
struct document_unexplained {
	struct endpoint a, b; /* from, to */
	uint32_t ssrc;
	uint64_t packets, first_ns, last_ns;
	struct evidence at;
	const char *hint; /* or NULL */
};
/* Clocks of two capture points that do not agree; labels as the user gave them. */
struct document_clock {
	const char *a, *b;
	int64_t ns; /* b's minus a's */
	uint64_t packets;
};
struct document_run {
	const char *version, *rules_sha256, *policy;
	const struct policy *rules; /* the policy itself; NULL: its name is all that is known */
	const char *where;	    /* --where; NULL: every row counts */
	uint64_t left_out, untold;  /* rows it left out; of these, those it could not be told of */
	const struct document_input *inputs;
	size_t input_count;
	struct document_count
		seen[16]; /* summary.seen, NULL name ends; missing keys of the contract are 0 */
	struct document_count losses[8]; /* losses but undecoded */
	struct document_count undecoded[16];
	struct document_count limits[32]; /* limits_hit: name and count, zero ones are left out */
	const struct document_unexplained *unexplained;
	size_t unexplained_count;
	const struct document_clock *clocks;
	size_t clock_count;
	const struct tally *tally;
	enum severity fail_on;
	struct gate gate;
	const char *const *requires;
	const enum policy_result *requires_result;
	size_t requires_count;
	uint64_t key_secrets, private_keys; /* key material the user gave */
	uint64_t keys_used;		    /* connections that some of it opened */
	const char *stamp;		    /* --stamp: RFC 3339, or NULL */
	bool unconfined;		    /* --no-sandbox */
};
void document_finish(struct document *d, const struct document_run *run);
/* 0, or the errno of the spool once a write or a read failed; reports of such a document are not
 * whole. */
int document_error(const struct document *d);
const char *document_run_id(const struct document *d); /* 16 hex digits */

/* Reading, after document_finish. */
const json_t *document_head(const struct document *d); /* the document without "calls"; borrowed */
/* What hid the names in it: for what is shown beside it. Borrowed. */
struct redactor *document_redactor(struct document *d);
size_t document_calls(const struct document *d);
/* New references; NULL when the spool cannot be read (document_error). */
json_t *document_call(struct document *d, size_t i);  /* in document order */
json_t *document_worst(struct document *d, size_t i); /* worst first */
/* The same without the listed members (NULL ends) wherever they stand in it: cheaper to parse. */
json_t *document_call_without(struct document *d, size_t i, const char *const *keys);
json_t *document_worst_without(struct document *d, size_t i, const char *const *keys);
/* The same with the listed members alone (NULL ends): much cheaper where they stand early. */
json_t *document_worst_brief(struct document *d, size_t i, const char *const *keys);
/* For writing JSON without parsing: adds one call's text, in document order. False: document_error.
 */
bool document_call_text(struct document *d, size_t i, struct text *out);
/* The head holds only the worst problems; all of them, worst first, as text. */
size_t document_problems(const struct document *d);
bool document_problem_text(struct document *d, size_t i, struct text *out);
void document_free(struct document *d);

/*
 * An earlier report in place of a run (load.h): calls and problems as their text, in the order in
 * which they shall stand, then the head. NULL and false: the spool is full (document_error).
 */
struct document_standing { /* what makes a call worse than another */
	int label;	   /* enum label */
	unsigned worst;	   /* 0, or 1 and the severity of its worst finding */
	unsigned score;	   /* 127: none */
	int kind;	   /* enum call_kind */
};
struct document *document_earlier(void);
bool document_take_call(struct document *d, struct slice text, struct document_standing standing);
bool document_take_problem(struct document *d, struct slice text);
bool document_take_head(struct document *d,
			json_t *head); /* takes the head; the document is whole */

#endif
