/* fuzz_keylog.c - key-log text as a stranger may hand it over, counted and taken in. */
#include <stdlib.h>

#include "analyzer/crypto/keylog.h"
#include "analyzer/crypto/keyring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t zeros[KEYRING_RANDOM];
	struct slice text = { data, size }, random = { zeros, sizeof zeros };
	struct keyring *k = keyring_new();
	size_t lines = keylog_count(text), added = keyring_add_log(k, text);

	if (added > lines || added != keyring_secrets(k) || keyring_overflow(k))
		abort();
	if (added && keyring_add_log(k, text) != 0)
		abort();
	if (keyring_find(k, random, KEYRING_MASTER).n > KEYRING_SECRET_MAX)
		abort();
	keyring_free(k);
	return 0;
}
