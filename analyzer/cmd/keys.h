/* keys.h - what the user gave to open and check things with, read before anything is judged. */
#ifndef EARSHOT_KEYS_H
#define EARSHOT_KEYS_H

#include "analyzer/cmd/args.h"
#include "analyzer/crypto/cert.h"
#include "analyzer/crypto/keyring.h"
#include "analyzer/crypto/passport_check.h"

struct keys {
	uint64_t private_keys;
	struct keyring *ring;	  /* of --keylog and --tls-key; secrets blocks come while reading */
	struct cert_store *trust; /* of --ca; NULL: not given */
	struct passport_store *signers; /* of --stir-certs; NULL: not given */
};

/*
 * --keylog (or, without it, SSLKEYLOGFILE), --tls-key, --ca and --stir-certs (a
 * file, or all of a folder). ERR_USAGE: a file cannot be read or is not what it
 * should be; a sentence has been printed.
 */
enum err keys_open(const struct args *a, struct keys *out) MUST_CHECK;
void keys_close(struct keys *k); /* wipes */
/* A whole file of at most 64 MiB into *text (free it); false with errno. */
bool keys_read_file(const char *path, char **text, size_t *n);

#endif
