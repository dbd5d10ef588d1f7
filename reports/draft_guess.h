/* draft_guess.h - what a host may be. A guess is shown to a person, and never judged by. */
#ifndef EARSHOT_DRAFT_GUESS_H
#define EARSHOT_DRAFT_GUESS_H

#include "analyzer/base/text.h"
#include "reports/draft_host.h"

struct draft_guess {
	enum role role;		/* ROLE_UNKNOWN: nothing says */
	const char *confidence; /* "high", "medium", "low" */
};

/* Adds the reason, one sentence without a user or any text from the wire. */
struct draft_guess draft_guess_of(const struct draft_host *h, struct text *why);
/* A product known by its User-Agent: only its name is kept, as the rest may name a device or its
 * owner. NULL: none is known. */
const char *draft_guess_product(struct slice user_agent, enum role *role);

#endif
