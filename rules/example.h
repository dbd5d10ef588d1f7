/* example.h - small records of calls, written as data, and what rules make of them. */
#ifndef EARSHOT_EXAMPLE_H
#define EARSHOT_EXAMPLE_H

#include "rules/pack.h"

/*
 * A record has the fields of rule-fields.md under their names: those of a
 * call, "legs", "media" (with "segments"), "epochs", "ends" as lists of objects, and
 * "facts": objects with "kind", the fields of a fact, and "leg", "media", "segment", "epoch" as
 * places in those lists. An example may say what the policy "asks" of ciphers: cnsa, fips.
 * Addresses are texts ("10.0.0.1:5060"), durations numbers of seconds. ERR_USAGE with *why (free()
 * it). The call lives in the arena.
 */
enum err example_record_call(const json_t *record, struct arena *arena, struct call **out,
			     char **why) MUST_CHECK;

struct example_result {
	const char *rule, *name; /* borrowed from the pack */
	bool passed;
	char *why; /* of one that did not pass; the owner of the results frees it */
};

struct example_results {
	struct example_result *list;
	size_t count, failed;
};

/* What the examples of a rule should show between them: that it speaks, that it finds its subject
 * in order, that it cannot tell. */
enum example_kind { EXAMPLE_SPEAKS, EXAMPLE_SATISFIED, EXAMPLE_UNKNOWN, EXAMPLE_KINDS };
const char *example_kind_text(enum example_kind k); /* "violated or noted", ... */
/* A rule that only supports a condition has no case to speak in, and lacks none of that kind. */
bool example_lacks(const struct pack_rule *r, enum example_kind k);

/* It is a row of a capture, and no record (example_capture.h). */
bool example_has_capture(const json_t *example);
/* What came of the rule, and its first finding (NULL: none), against what the example states, and
 * nothing else. NULL: so it is; else a sentence (free() it). */
char *example_compare(enum outcome came, const struct finding *f, const json_t *example);
void example_add(struct example_results *r, const char *rule, const char *name,
		 char *why); /* `why`: taken over; NULL: it passed */

/* Runs the examples of every rule of `s` from index `from` on that are records. */
void example_run(struct pack_set *s, size_t from, struct example_results *out);
void example_free(struct example_results *r);

#endif
