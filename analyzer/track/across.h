/* across.h - the same offer and answer on two hops of one call: what the box between them changed.
 */
#ifndef EARSHOT_ACROSS_H
#define EARSHOT_ACROSS_H

#include "analyzer/track/agreed.h"

/*
 * Legs of one Call-ID and CSeq are one transaction passed on (RFC 3261 16.6),
 * correlated at grade 3 (rule-catalog B.8). Notes keys_rewritten.
 */
void across_facts(struct live *l, struct pact *const *pacts, unsigned count,
		  const struct agreed_list *list);

/*
 * The same for the offers and answers of rows that were joined: the first ones
 * of each, through one box, whose dialogs have Call-IDs of their own. Notes b2bua
 * too, with what the box changes (RFC 7092).
 */
void across_parts(struct live *l);

#endif
