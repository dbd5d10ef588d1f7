/* dialog.h - requests, replies and forks of one Call-ID (RFC 3261). */
#ifndef EARSHOT_DIALOG_H
#define EARSHOT_DIALOG_H

#include "analyzer/track/nonce.h"
#include "analyzer/track/weaken.h"

enum { DIALOG_REFUSALS = 1024 };

/* Offers with keys turned down a moment ago, by who called whom: a retry may carry another Call-ID.
 */
struct dialog_refusals {
	struct {
		uint64_t parties;
		struct evidence at;
	} slots[DIALOG_REFUSALS];
	struct weaken weaken;
	struct nonces nonces;
};

/* Files one message under its call. Messages of one transaction may come any number of times. */
void dialog_message(struct stint *paths, struct dialog_refusals *refusals, struct live *l,
		    const struct observation *o);

/* An INVITE dialog, or a trace of one. */
bool dialog_is_call(const struct live *l);
/* Answered: by a 2xx, or by what only happens in answered dialogs. */
bool dialog_answered(const struct live *l);

#endif
