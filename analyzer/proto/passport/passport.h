/* passport.h - a PASSporT as it stands in an Identity header (RFC 8224 4, RFC 8225, RFC 7515 7.1).
 */
#ifndef EARSHOT_PASSPORT_H
#define EARSHOT_PASSPORT_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum { PASSPORT_MAX = 16384 }; /* octets of a token; longer ones are ERR_LIMIT */

/* SECRET: header and claims hold both parties' numbers. Slices point into the token, base64url. */
struct passport {
	struct slice header, claims, signature;
	struct slice text; /* what is signed: header "." claims */
	bool compact;	   /* header and claims are left out, to be made from the message */
};

/* ERR_MALFORMED: not three parts, or octets that base64url does not have. */
MUST_CHECK enum err passport_split(struct slice token, struct passport *out);
/* Decodes base64url without padding (RFC 7515 2) into at most `room` octets; -1: it is none, or too
 * long. */
int passport_decode(struct slice text, uint8_t *out, size_t room);

#endif
