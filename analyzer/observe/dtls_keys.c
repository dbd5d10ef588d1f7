/* dtls_keys.c - SRTP keys exported from a DTLS handshake whose secrets the auditor has. */
#include "analyzer/observe/dtls_keys.h"

#include <string.h>

#include "analyzer/base/digest.h"
#include "analyzer/base/hash.h"
#include "analyzer/crypto/keyring.h"
#include "analyzer/crypto/tls_hash.h"
#include "analyzer/crypto/tls_prf.h"
#include "analyzer/observe/vault.h"
#include "analyzer/proto/tls/tls_suite.h"

#define EXPORTER "EXTRACTOR-dtls_srtp"

enum { RANDOM = 32, MATERIAL = 2 * (32 + 14), DTLS_1_0 = 0xfeff, DTLS_1_3 = 0xfefc };

static enum sdp_crypto_suite suite_of(uint16_t profile)
{
	switch (profile) {
	case 0x0001:
		return SDP_AES_CM_128_HMAC_SHA1_80;
	case 0x0002:
		return SDP_AES_CM_128_HMAC_SHA1_32;
	case 0x0005:
		return SDP_NULL_HMAC_SHA1_80;
	case 0x0006:
		return SDP_NULL_HMAC_SHA1_32;
	case 0x0007:
		return SDP_AEAD_AES_128_GCM;
	case 0x0008:
		return SDP_AEAD_AES_256_GCM;
	default:
		return SDP_SUITE_OTHER;
	}
}

static const char *digest_of(const struct tls_keying *k)
{
	struct tls_suite_info s;

	if (k->version == DTLS_1_0)
		return "MD5-SHA1";
	return tls_suite_find(k->suite, &s) && s.sha384 ? "SHA384" : "SHA256";
}

/* RFC 5705 4, without context. */
static bool export_12(const struct tell *t, const struct tls_keying *k, uint8_t *out, size_t n)
{
	struct slice master = keyring_find(t->keys.keyring, k->client_random, KEYRING_MASTER);
	uint8_t seed[2 * RANDOM];

	if (!master.n)
		return false;
	memcpy(seed, k->client_random.p, RANDOM);
	memcpy(seed + RANDOM, k->server_random.p, RANDOM);
	return tls_prf(digest_of(k), master, EXPORTER, (struct slice){ seed, sizeof seed }, out, n);
}

/* RFC 8446 7.5, with an empty context. */
static bool export_13(const struct tell *t, const struct tls_keying *k, uint8_t *out, size_t n)
{
	struct slice secret = keyring_find(t->keys.keyring, k->client_random, KEYRING_EXPORTER);
	const char *digest = digest_of(k);
	bool wide = strcmp(digest, "SHA384") == 0;
	uint8_t empty[TLS_HASH_MAX], derived[TLS_HASH_MAX];
	size_t size = tls_hash(wide, NULL, 0, empty);

	if (!secret.n || !size)
		return false;
	bool fine = tls_prf_expand(digest, true, secret, EXPORTER, (struct slice){ empty, size },
				   derived, size) &&
		    tls_prf_expand(digest, true, (struct slice){ derived, size }, "exporter",
				   (struct slice){ empty, size }, out, n);
	explicit_bzero(derived, sizeof derived);
	return fine;
}

/* RFC 5764 4.2: client key, server key, client salt, server salt. */
static void add_side(struct tell *t, struct vault_ring *ring, const uint8_t *material, uint8_t side,
		     enum sdp_crypto_suite suite)
{
	const struct sdp_crypto_suite_info *s = sdp_crypto_info(suite);
	struct vault_key key = { .suite = suite, .source = KEY_FROM_DTLS, .side = side };

	memcpy(key.octets, material + side * s->key, s->key);
	memcpy(key.octets + s->key, material + 2u * s->key + side * s->salt, s->salt);
	key.n = (uint8_t)(s->key + s->salt);
	key.name = digest_name((struct slice){ key.octets, key.n });
	vault_add(t->vault, ring, &key);
	explicit_bzero(&key, sizeof key);
}

static void add_both(struct tell *t, const struct flow *f, unsigned client,
		     const struct tls_keying *k, const uint8_t *material, struct evidence at)
{
	enum sdp_crypto_suite suite = suite_of(k->profile);
	struct flow_key side = flow_side(f, client);
	uint8_t randoms[2 * RANDOM];

	memcpy(randoms, k->client_random.p, RANDOM);
	memcpy(randoms + RANDOM, k->server_random.p, RANDOM);
	struct vault_ring *ring = vault_ring(
		t->vault, hash_fixed((struct slice){ randoms, sizeof randoms }), 0, at.ts_ns);
	if (!ring)
		return;
	add_side(t, ring, material, 0, suite);
	add_side(t, ring, material, 1, suite);
	vault_place(t->vault, ring, addr_src(&side), 0);
	vault_place(t->vault, ring, addr_dst(&side), 1);
}

bool dtls_keys_learn(struct tell *t, const struct flow *f, unsigned client,
		     const struct handshake *h, struct evidence at)
{
	uint8_t material[MATERIAL];
	struct tls_keying k;

	if (!t->keys.keyring)
		return true;
	handshake_keying(h, &k);
	if (!k.client_random.n || !k.server_random.n)
		return false;
	/* From DTLS 1.3 on the profile is encrypted with the other extensions. */
	const struct sdp_crypto_suite_info *s = sdp_crypto_info(suite_of(k.profile));
	size_t n = 2u * (s->key + s->salt);
	if (!k.has_profile || n == 0)
		return true;
	bool got = k.version == DTLS_1_3 ? export_13(t, &k, material, n)
					 : export_12(t, &k, material, n);
	t->count.dtls_opened += got;
	if (got)
		add_both(t, f, client, &k, material, at);
	explicit_bzero(material, sizeof material);
	return got;
}
