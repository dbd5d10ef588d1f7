/* mikey.h - the common header of a MIKEY message (RFC 3830 6.1), which says how it carries keys. */
#ifndef EARSHOT_MIKEY_H
#define EARSHOT_MIKEY_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum { MIKEY_HEADER = 10 }; /* octets before the map of crypto sessions */

/* RFC 3830 6.1, RFC 4650, RFC 4738, RFC 6043, RFC 6509. */
enum mikey_type {
	MIKEY_PSK_INIT = 0,
	MIKEY_PSK_RESPONSE = 1,
	MIKEY_PK_INIT = 2,
	MIKEY_PK_RESPONSE = 3,
	MIKEY_DH_INIT = 4,
	MIKEY_DH_RESPONSE = 5,
	MIKEY_ERROR = 6,
	MIKEY_DHHMAC_INIT = 7,
	MIKEY_DHHMAC_RESPONSE = 8,
	MIKEY_RSA_R_INIT = 9,
	MIKEY_RSA_R_RESPONSE = 10,
	MIKEY_SAKKE = 26, /* identity-based, with a key management service that can open it */
};

struct mikey {
	uint8_t version, type, next_payload;
	uint8_t sessions; /* crypto sessions it keys */
};

/* The header alone: no key is looked at. ERR_MALFORMED: another version. */
MUST_CHECK enum err mikey_read(struct slice message, struct mikey *out);

#endif
