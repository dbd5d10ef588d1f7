/* sign.h - a detached CMS signature (RFC 5652) over a text; the only file here that signs. */
#ifndef EARSHOT_SIGN_H
#define EARSHOT_SIGN_H

#include "analyzer/base/digest.h"
#include "analyzer/base/err.h"
#include "analyzer/base/text.h"

struct sign;

/*
 * A private key, and its certificate with those above it behind it, both in PEM. ERR_MALFORMED:
 * *why (static) says what is wrong with them: not PEM, a pass phrase, not a pair.
 */
enum err sign_open(struct slice key, struct slice certificates, struct sign **out,
		   const char **why) MUST_CHECK;
void sign_close(struct sign *s); /* wipes; NULL is fine */
/* SHA-256 over the certificate's DER octets, in hexadecimal; good until sign_close. */
const char *sign_certificate(const struct sign *s);

/*
 * DER, with the certificates inside, without signed attributes: nothing of the wall clock is in it,
 * and with an RSA key the same text gives the same octets. ERR_UNSUPPORTED: this key cannot do it.
 */
enum err sign_make(const struct sign *s, struct slice text, struct text *der) MUST_CHECK;

struct sign_seen {
	bool holds;    /* the signature is of this text, under the certificate it brings */
	bool trusted;  /* and that certificate leads to one of `ca` */
	char who[256]; /* the certificate's subject, printable */
	char from[32], until[32]; /* its validity; not held against any clock */
	char sha256[DIGEST_HEX];
	const char *why; /* static: why it does not hold, or is not trusted */
};
/* `ca`: certificates to trust, in PEM; n 0: none. ERR_MALFORMED: `ca` holds no certificate. */
enum err sign_check(struct slice der, struct slice text, struct slice ca,
		    struct sign_seen *out) MUST_CHECK;

#endif
