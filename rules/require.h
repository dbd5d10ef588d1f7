/* require.h - what a user demands of every call: a small typed expression, three-valued (contract
 * 2). */
#ifndef EARSHOT_REQUIRE_H
#define EARSHOT_REQUIRE_H

#include "rules/judge.h"

enum { REQUIRE_TEXT = 512, REQUIRE_NODES = 64, REQUIRE_DEPTH = 16 };

struct require;

/* One row as requirements see it. */
struct require_row {
	const struct judgement *j;
	enum label best; /* the best label that no further observation forbids */
};

/*
 * expr   = and { "or" and };  and = not { "and" not };  not = { "not" } atom
 * atom   = "(" expr ")" | field op value
 * fields : signaling keys media hop_protection (= == != >=, a verdict), label
 *          (the same, a label), score and coverage (>=, a number)
 * ERR_USAGE with *why (free() it): the expression, the column and the nearest name.
 */
enum err require_parse(const char *text, struct require **out, char **why) MUST_CHECK;

/* MET: seen to be met. NOT_MET: no further observation could meet it. Else CANNOT_TELL. */
enum policy_result require_ask(const struct require *r, const struct require_row *row);
const char *require_text(const struct require *r);
void require_free(struct require *r);

#endif
