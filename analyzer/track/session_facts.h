/* session_facts.h - what a TLS handshake and its certificates say about the hop that used them. */
#ifndef EARSHOT_SESSION_FACTS_H
#define EARSHOT_SESSION_FACTS_H

#include "analyzer/track/stint.h"

/*
 * RFC 9325, RFC 5922. Facts go to the leg; a flow may have carried several
 * connections, one after another.
 */
void session_facts(struct live *l, const struct flow *f, int leg);

#endif
