/* fuzz_pem.c - private keys, authorities and signers as a user may hand them over. */
#include <stdlib.h>

#include "analyzer/crypto/cert.h"
#include "analyzer/crypto/keylog.h"
#include "analyzer/crypto/keyring.h"
#include "analyzer/crypto/passport_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_key(struct slice pem)
{
	struct keyring *k = keyring_new();
	enum err e = keyring_add_key(k, pem);

	/* The first reader says whether there is a key; the second may want another kind of it. */
	if (e == ERR_OK && keylog_private_key(pem) != ERR_OK)
		abort();
	keyring_free(k);
}

static void as_trust(struct slice pem)
{
	struct cert_store *trust;

	if (cert_store_new(pem, &trust) == ERR_OK)
		cert_store_free(trust);
}

static void as_signers(struct slice pem)
{
	struct passport_store *s = passport_check_store();

	if (passport_check_add(s, pem) > PASSPORT_SIGNERS)
		abort();
	passport_check_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	struct slice pem = { data + 1, size - 1 };
	if (data[0] % 3 == 0)
		as_key(pem);
	else if (data[0] % 3 == 1)
		as_trust(pem);
	else
		as_signers(pem);
	return 0;
}
