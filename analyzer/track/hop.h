/* hop.h - what one message says about the hop that carried it. */
#ifndef EARSHOT_HOP_H
#define EARSHOT_HOP_H

#include "analyzer/track/live.h"

/* The leg of a message, made when missing; NULL when the call has too many. */
struct leg_live *hop_leg(struct live *l, const struct observation *o);
/* Notes the message's facts at its leg: readers named in Via and routes, identities, credentials,
 * bodies. True: the leg heard the same message a moment ago. */
bool hop_facts(struct live *l, struct leg_live *leg, const struct observation *o);
/*
 * At the end: was the text decrypted before it was written (contract 3,
 * carrier_conflict)? Turns claims of readability accordingly.
 */
/* Readable, but only inside a link that is asserted to be protected in the way named (B.4). */
void hop_tunnelled(struct leg_live *leg, const char *protection);
void hop_settle(struct live *l, struct leg_live *leg);
/* The client of leg `leg` is, or may be, known by its certificate: nobody had to ask (AUTH-004). */
void hop_known(struct live *l, int leg);

#endif
