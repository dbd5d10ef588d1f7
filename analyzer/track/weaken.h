/* weaken.h - SIP that left TLS: after an attempt that failed, or inside a dialog (SIG-008,
 * SIG-009).
 */
#ifndef EARSHOT_WEAKEN_H
#define EARSHOT_WEAKEN_H

#include "analyzer/track/stint.h"

enum { WEAKEN_SLOTS = 1024 };

/*
 * Calls that TLS failed for, by who calls whom, and hosts that speak in clear, by
 * pair. A slot that is taken stays: who finds none is not judged.
 */
struct weaken {
	struct {
		uint64_t who;
		struct weaken_try tried;
	} tries[WEAKEN_SLOTS];
	struct {
		uint64_t pair, first_ns;
	} clear[WEAKEN_SLOTS];
};

void weaken_message(struct weaken *w, struct live *l, struct leg_live *leg,
		    const struct observation *o);
/* When legs are settled and numbered. */
void weaken_facts(const struct stint *paths, struct live *l);

#endif
