/* fuzz_sdes.c - the value of one a=crypto line: suites, keys, MKIs, parameters. */
#include <stdlib.h>

#include "analyzer/proto/sdp/sdp_crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint8_t sink;

static void read_key(const struct sdp_crypto_key *k, bool valid)
{
	uint8_t key[64];
	int n = sdp_crypto_decode(k->secret_base64, key, sizeof key);

	if (n >= 0 && n != k->octets)
		abort();
	if (n != sdp_crypto_decode(k->secret_base64, NULL, 0) && n >= 0)
		abort();
	if (valid && k->has_mki && (k->mki_length == 0 || k->mki_length > 128))
		abort();
	if (n > 0)
		sink = key[n - 1];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sdp_crypto c;
	enum err e = sdp_crypto_parse((struct slice){ data, size }, &c);

	if ((e == ERR_OK) != (c.reason == SDP_CRYPTO_VALID) ||
	    (e == ERR_UNSUPPORTED) != (c.reason == SDP_CRYPTO_UNKNOWN_SUITE))
		abort();
	if (c.key_n > SDP_CRYPTO_MAX_KEYS || c.suite >= SDP_SUITE_COUNT)
		abort();
	if (!sdp_crypto_info(c.suite) || !sdp_crypto_reason_text(c.reason))
		abort();
	const struct sdp_crypto_suite_info *suite = sdp_crypto_info(c.suite);
	for (unsigned i = 0; i < c.key_n; i++) {
		read_key(&c.keys[i], e == ERR_OK);
		if (e == ERR_OK && c.keys[i].octets != suite->key + suite->salt)
			abort();
	}
	return 0;
}
