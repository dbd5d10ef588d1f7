/* keyed.h - what handshakes and SRTP tags on a path prove about the keys of a media line. */
#ifndef EARSHOT_KEYED_H
#define EARSHOT_KEYED_H

#include "analyzer/track/agreed.h"

/* Which fingerprints or hashes SDP announced (RFC 8122, RFC 6189 8), against what ran. */
enum keyed_match {
	KEYED_UNANNOUNCED, /* nothing to compare with */
	KEYED_DIFFERS,
	KEYED_WEAKER, /* a weaker hash matches, the strongest announced does not */
	KEYED_MATCHES,
};

/* It can be held against a certificate; or its hash is not known, and nothing says that it cannot.
 */
bool keyed_print_usable(const struct fingerprint_seen *f);
/* A certificate against one description. */
enum keyed_match keyed_line_cert(const struct line_seen *m, const struct cert_seen *c);
/* A certificate against what one side (0: offerer, 1: answerer, -1: either) announced. */
enum keyed_match keyed_cert(const struct agreed *a, int side, const struct cert_seen *c);
/* A Hello hash against the same. `version`: of the Hello, "1.10". */
enum keyed_match keyed_hello(const struct agreed *a, int side, const struct zrtp_side_seen *z);

/*
 * An offer or answer of this line may be missing from the capture: what does
 * not fit may fit that (rule-catalog D.5, traps).
 */
bool keyed_sdp_gaps(const struct live *l, const struct agreed *a);
/* A handshake of this call rather than of another one that used the same addresses. */
bool keyed_in_time(const struct live *l, uint64_t first_ns, uint64_t last_ns);
/* Which side of the line an end of the path is; -1: it is not announced. */
int keyed_side(const struct agreed *a, const struct endpoint *e, const struct endpoint *other);

/* Facts; `list` is the whole call's, since forks and BUNDLE share what they announce. */
void keyed_dtls(struct live *l, const struct agreed_list *list);
/* A certificate that changed on a path, without an offer or answer about it. */
void keyed_again(struct live *l, const struct agreed_list *list);
/* What offers and answers owe to DTLS, and what became of it. */
void keyed_line(struct live *l, struct pact *const *pacts, unsigned count,
		const struct agreed_list *list);
/* `side` sent the ClientHello: may it (RFC 8842 5.3)? */
void keyed_line_began(struct live *l, const struct agreed *a, int side, const struct evidence *at);
void keyed_zrtp(struct live *l, const struct agreed_list *list);
/* How the exchanges of a line on two hops differ, and where they ended; NULL: they need not. */
const char *keyed_zrtp_differs(const struct agreed *a, const struct agreed *b,
			       const struct evidence **first, const struct evidence **second);
void keyed_sdes(struct live *l, struct pact *const *pacts, unsigned count,
		const struct agreed_list *list);
void keyed_media(struct live *l, const struct agreed_list *list); /* tags, RTCP, digits */

bool keyed_has(const struct live *l, enum fact_kind kind, int media);
/* What the cipher agreed for a line falls short of (enum cipher_short), if it does of anything. */
void keyed_cipher(struct live *l, int media, unsigned cipher_short, const char *text,
		  const struct evidence *at);
/* A fact of a media line, one for each kind and text; evidence and value are added to. */
struct fact *keyed_fact(struct live *l, enum fact_kind kind, uint8_t grade, int media,
			const char *text, const struct evidence *at);

#endif
