/* example_capture.h - examples of packs that name a capture beside the pack. */
#ifndef EARSHOT_EXAMPLE_CAPTURE_H
#define EARSHOT_EXAMPLE_CAPTURE_H

#include "rules/example.h"

enum { EXAMPLE_CAPTURE_FILES = 8 };

/*
 * "capture": a file, or a list of at most EXAMPLE_CAPTURE_FILES ("alice=alice.pcap" is capture
 * point alice), "keylog", "inventory": files, all in the pack's folder or below it. "where": rows
 * that it is about (all). "is", "severity", "detail": of each of these rows, of which there must be
 * one at least.
 */
struct example_capture {
	const char *rule, *name, *where;	/* borrowed from the pack */
	char *files[EXAMPLE_CAPTURE_FILES + 1]; /* as the command line takes them; NULL-ended */
	char *keylog, *inventory;		/* NULL: none */
	char *why;				/* what is wrong with it: it cannot be run */
	const struct pack_rule *of;
	const json_t *source;
	uint64_t rows; /* that were looked at */
};

struct example_captures {
	struct example_capture *list;
	size_t count;
};

/* Those of every rule of `s` from index `from` on. */
void example_capture_list(struct pack_set *s, size_t from, struct example_captures *out);
void example_capture_free(struct example_captures *e);

/* A row that `where` selects, judged just now; the first that is other than it should be stays in
 * e->why. */
void example_capture_row(struct example_capture *e, const struct judge *judge,
			 const struct judgement *j);
/* What came of it goes to the results; `why` (taken over): what kept it from being run, or NULL. */
void example_capture_close(struct example_capture *e, char *why, struct example_results *r);

#endif
