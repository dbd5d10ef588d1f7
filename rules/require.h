/* require.h - what a user demands of every call, and whether it can still be met (contract 2). */
#ifndef EARSHOT_REQUIRE_H
#define EARSHOT_REQUIRE_H

#include "rules/judge.h"

struct require;
struct work;

/* One row as requirements see it. */
struct require_row {
	const struct work *w; /* NULL: only the verdict is known, nothing of the call */
	const struct judgement *j;
	enum label best; /* the best label that no further observation forbids */
};

/*
 * An expression of the rule language over a judged row, as --where takes it ("media = pass",
 * "label >= END-TO-END MEDIA", "score >= 80 or kind = page"). ERR_USAGE with *why (free() it): the
 * expression, the column and the nearest name.
 */
enum err require_parse(const char *text, struct require **out, char **why) MUST_CHECK;

/*
 * MET: seen to be met. NOT_MET: no further observation could meet it. Else CANNOT_TELL.
 * Of verdicts, the label, score and coverage it is known what may still come out (= != >= <); what
 * else is asked of the row may change with every packet, so that it is met or cannot be told.
 */
enum policy_result require_ask(const struct require *r, const struct require_row *row);
const char *require_text(const struct require *r);
void require_free(struct require *r);

#endif
