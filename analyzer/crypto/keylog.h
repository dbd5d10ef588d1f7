/* keylog.h - TLS key material a user hands over: key-log text and private keys. */
#ifndef EARSHOT_KEYLOG_H
#define EARSHOT_KEYLOG_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

/*
 * One line of an NSS key log (SSLKEYLOGFILE): LABEL, client random of 32 octets
 * in hex, secret in hex. False: an empty line, a comment or no such line.
 */
struct keylog_line {
	struct slice label, client_random, secret; /* hex text, borrowed */
};
bool keylog_parse(struct slice line, struct keylog_line *out);

/* Counts the secrets of a whole text; 0 says that it is no key log. */
size_t keylog_count(struct slice text);

/* Is this PEM text a private key that libcrypto can read (without a passphrase)? */
enum err keylog_private_key(struct slice pem) MUST_CHECK;

#endif
