/* tls_suite.c - the registries behind numbers of a handshake. */
#include "analyzer/proto/tls/tls_suite.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct row {
	uint16_t id;
	const char *name;
} suites[] = {
#define SUITE(id, name) { id, name },
#include "analyzer/proto/tls/tls_suite.def"
#undef SUITE
};

static int by_id(const void *key, const void *row)
{
	uint16_t a = *(const uint16_t *)key, b = ((const struct row *)row)->id;

	return (a > b) - (a < b);
}

static bool has(const char *name, const char *part)
{
	return strstr(name, part) != NULL;
}

/* Names are built by rule (RFC 5246 A.5): TLS_<exchange>_WITH_<cipher>_<hash>. */
static enum tls_kex kex_of(const char *name)
{
	if (!has(name, "_WITH_"))
		return TLS_KEX_13;
	if (has(name, "_anon_"))
		return TLS_KEX_ANON;
	if (has(name, "ECDHE_"))
		return TLS_KEX_ECDHE;
	if (has(name, "DHE_"))
		return TLS_KEX_DHE;
	if (has(name, "_DH_") || has(name, "_ECDH_"))
		return TLS_KEX_STATIC;
	if (has(name, "_RSA_PSK_") || strncmp(name, "TLS_RSA_", 8) == 0)
		return TLS_KEX_RSA;
	return has(name, "PSK_") ? TLS_KEX_PSK : TLS_KEX_OTHER;
}

static enum tls_cipher gcm_of(const char *name)
{
	if (has(name, "AES_128_GCM"))
		return TLS_CIPHER_AES_128_GCM;
	return has(name, "AES_256_GCM") ? TLS_CIPHER_AES_256_GCM : TLS_CIPHER_AEAD;
}

static enum tls_cipher cipher_of(const char *name)
{
	size_t n = strlen(name);

	if (has(name, "_WITH_NULL") || has(name, "TLS_SHA256_SHA256") ||
	    has(name, "TLS_SHA384_SHA384"))
		return TLS_CIPHER_NULL;
	if (has(name, "EXPORT") || has(name, "RC4") || has(name, "RC2") || has(name, "_DES_") ||
	    has(name, "DES40"))
		return TLS_CIPHER_BROKEN;
	if (has(name, "3DES"))
		return TLS_CIPHER_3DES;
	if (has(name, "CHACHA20"))
		return TLS_CIPHER_CHACHA20;
	if (has(name, "GCM"))
		return gcm_of(name);
	if (has(name, "CCM"))
		return TLS_CIPHER_AEAD;
	if (has(name, "CBC"))
		return n > 4 && strcmp(name + n - 4, "_SHA") == 0 ? TLS_CIPHER_CBC_SHA1
								  : TLS_CIPHER_CBC;
	return TLS_CIPHER_OTHER;
}

static uint16_t bits_of(const char *name)
{
	if (has(name, "_256_") || has(name, "CHACHA20"))
		return 256;
	return has(name, "_128_") ? 128 : 0;
}

bool tls_suite_find(uint16_t id, struct tls_suite_info *out)
{
	const struct row *r =
		bsearch(&id, suites, sizeof suites / sizeof *suites, sizeof *suites, by_id);

	*out = (struct tls_suite_info){ .id = id };
	if (!r)
		return false;
	out->name = r->name;
	out->kex = kex_of(r->name);
	out->cipher = cipher_of(r->name);
	out->key_bits = bits_of(r->name);
	out->sha384 = has(r->name, "SHA384");
	out->ecdsa = has(r->name, "ECDSA");
	out->psk = has(r->name, "PSK_");
	return true;
}

bool tls_suite_forward_secret(const struct tls_suite_info *s)
{
	return s->kex == TLS_KEX_ECDHE || s->kex == TLS_KEX_DHE || s->kex == TLS_KEX_13;
}

bool tls_suite_aead(const struct tls_suite_info *s)
{
	return s->cipher >= TLS_CIPHER_AES_128_GCM;
}

bool tls_suite_broken(const struct tls_suite_info *s)
{
	return s->kex == TLS_KEX_ANON || s->cipher == TLS_CIPHER_NULL ||
	       s->cipher == TLS_CIPHER_BROKEN;
}

static const struct group {
	uint16_t id, bits;
	const char *name;
} groups[] = {
	{ 0x0001, 163, "sect163k1" },
	{ 0x0002, 163, "sect163r1" },
	{ 0x0003, 163, "sect163r2" },
	{ 0x000f, 160, "secp160k1" },
	{ 0x0010, 160, "secp160r1" },
	{ 0x0011, 160, "secp160r2" },
	{ 0x0012, 192, "secp192k1" },
	{ 0x0013, 192, "secp192r1" },
	{ 0x0014, 224, "secp224k1" },
	{ 0x0015, 224, "secp224r1" },
	{ 0x0016, 256, "secp256k1" },
	{ 0x0017, 256, "P-256" },
	{ 0x0018, 384, "P-384" },
	{ 0x0019, 521, "P-521" },
	{ 0x001a, 256, "brainpoolP256r1" },
	{ 0x001b, 384, "brainpoolP384r1" },
	{ 0x001c, 512, "brainpoolP512r1" },
	{ 0x001d, 255, "X25519" },
	{ 0x001e, 448, "X448" },
	{ 0x0100, 2048, "ffdhe2048" },
	{ 0x0101, 3072, "ffdhe3072" },
	{ 0x0102, 4096, "ffdhe4096" },
	{ 0x0103, 6144, "ffdhe6144" },
	{ 0x0104, 8192, "ffdhe8192" },
	{ 0x11eb, 256, "SecP256r1MLKEM768" },
	{ 0x11ec, 255, "X25519MLKEM768" },
	{ 0x6399, 255, "X25519Kyber768Draft00" },
};

static const struct group *group_of(uint16_t id)
{
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		if (groups[i].id == id)
			return &groups[i];
	return NULL;
}

const char *tls_suite_group_name(uint16_t group)
{
	const struct group *g = group_of(group);

	return g ? g->name : NULL;
}

uint16_t tls_suite_group_bits(uint16_t group)
{
	const struct group *g = group_of(group);

	return g ? g->bits : 0;
}

const char *tls_suite_profile_name(uint16_t profile)
{
	static const char *const names[] = {
		[0x0001] = "SRTP_AES128_CM_HMAC_SHA1_80",
		[0x0002] = "SRTP_AES128_CM_HMAC_SHA1_32",
		[0x0005] = "SRTP_NULL_HMAC_SHA1_80",
		[0x0006] = "SRTP_NULL_HMAC_SHA1_32",
		[0x0007] = "SRTP_AEAD_AES_128_GCM",
		[0x0008] = "SRTP_AEAD_AES_256_GCM",
		[0x0009] = "DOUBLE_AEAD_AES_128_GCM_AEAD_AES_128_GCM",
		[0x000a] = "DOUBLE_AEAD_AES_256_GCM_AEAD_AES_256_GCM",
		[0x000b] = "SRTP_ARIA_128_CTR_HMAC_SHA1_80",
		[0x000c] = "SRTP_ARIA_128_CTR_HMAC_SHA1_32",
		[0x000d] = "SRTP_ARIA_256_CTR_HMAC_SHA1_80",
		[0x000e] = "SRTP_ARIA_256_CTR_HMAC_SHA1_32",
		[0x000f] = "SRTP_AEAD_ARIA_128_GCM",
		[0x0010] = "SRTP_AEAD_ARIA_256_GCM",
	};

	return profile < sizeof names / sizeof *names ? names[profile] : NULL;
}
