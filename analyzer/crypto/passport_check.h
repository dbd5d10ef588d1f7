/* passport_check.h - what a PASSporT claims and whether it holds (RFC 8224 6.2, RFC 8225, RFC
 * 8588). */
#ifndef EARSHOT_PASSPORT_CHECK_H
#define EARSHOT_PASSPORT_CHECK_H

#include "analyzer/model/observation.h"

/* Certificates of signers the auditor trusts (--stir-certs). x5u is never fetched. */
struct passport_store;

enum { PASSPORT_SIGNERS = 64 };

struct passport_store *passport_check_store(void);
/* Adds all certificates of a PEM text; gives how many, up to PASSPORT_SIGNERS in all. */
size_t passport_check_add(struct passport_store *s, struct slice pem);
void passport_check_free(struct passport_store *s); /* NULL is fine */

/*
 * Reads a token (SECRET, as it stands in the header) against the description it
 * came with (`sdp` NULL: none) and the time of capture. The compact form has no
 * claims to compare, and neither them nor its signature are judged. Nothing of
 * the token is kept.
 */
void passport_check(const struct passport_store *s, struct slice token, const struct sdp_seen *sdp,
		    uint64_t ts_ns, struct passport_seen *out);

#endif
