/* offer.h - offers and answers (RFC 3264), leg by leg, to what was agreed. */
#ifndef EARSHOT_OFFER_H
#define EARSHOT_OFFER_H

#include "analyzer/track/stint.h"

/*
 * Files the SDP of a message, and what its absence or a refusal means, under
 * its transaction. `t` may be NULL (ACK, or no room). Promises its addresses.
 */
void offer_message(struct stint *paths, struct live *l, struct leg_live *leg, struct transaction *t,
		   const struct observation *o);

/* Any line that offers keys or a secure profile. */
bool offer_is_secure(const struct sdp_seen *s);
bool offer_line_has_keys(const struct line_seen *m);
/* Both sides' line as agreed; either may be NULL. An answer is what counts (RFC 3264 6). */
enum keying offer_keying(const struct line_seen *offer, const struct line_seen *answer);
/* The direction both sides left open: true when no party's audio flows both ways. */
bool offer_on_hold(const struct sdp_seen *offer, const struct sdp_seen *answer);
const struct line_seen *offer_line(const struct sdp_seen *s, unsigned i); /* NULL past the end */

#endif
