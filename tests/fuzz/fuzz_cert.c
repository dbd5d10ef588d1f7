/* fuzz_cert.c - certificates, chains and signatures of any shape. */
#include <openssl/evp.h>
#include <stdlib.h>

#include "analyzer/crypto/cert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint64_t sink;

static void read_slice(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		sink += s.p[i];
}

/* Two octets of a signature scheme, then DER. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct cert_cache *cache;
	static struct arena *arena;
	struct cert_seen seen;

	if (!cache) {
		cache = cert_cache_new(NULL);
		arena = arena_new(1 << 16);
	}
	if (size < 2)
		return 0;
	arena_reset(arena);
	struct slice der = { data + 2, size - 2 };
	enum err e = cert_read(cache, arena, der, &der, 1, &seen);
	if (seen.parsed != (e == ERR_OK) || !seen.sent || seen.name_count > CERT_NAMES)
		abort();
	read_slice(seen.cn);
	for (unsigned i = 0; i < seen.name_count; i++)
		read_slice(seen.names[i]);
	EVP_PKEY *key = cert_public(der);
	uint16_t scheme = (uint16_t)(data[0] << 8 | data[1]);
	/* What the first octets are worth as a signature over the rest: nothing. */
	if (key && cert_signature(key, scheme, der, slice_upto(der, 64)) == CHECK_OK)
		abort();
	EVP_PKEY_free(key);
	return 0;
}
