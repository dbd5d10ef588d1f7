/* dtls_keys.h - SRTP keys exported from a DTLS handshake whose secrets the auditor has. */
#ifndef EARSHOT_DTLS_KEYS_H
#define EARSHOT_DTLS_KEYS_H

#include "analyzer/observe/handshake.h"
#include "analyzer/observe/tell.h"

/*
 * RFC 5764 4.2, RFC 5705, RFC 8446 7.5: puts both sides' keys into the vault.
 * `client`: direction of the client's packets. True: done, or never possible.
 */
bool dtls_keys_learn(struct tell *t, const struct flow *f, unsigned client,
		     const struct handshake *h, struct evidence at);

#endif
