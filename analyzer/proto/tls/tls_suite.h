/* tls_suite.h - cipher suites, groups and SRTP profiles: what their numbers mean. */
#ifndef EARSHOT_TLS_SUITE_H
#define EARSHOT_TLS_SUITE_H

#include <stdbool.h>
#include <stdint.h>

enum tls_kex {
	TLS_KEX_OTHER,
	TLS_KEX_RSA,
	TLS_KEX_DHE,
	TLS_KEX_ECDHE,
	TLS_KEX_STATIC,
	TLS_KEX_ANON,
	TLS_KEX_PSK,
	TLS_KEX_13
};
enum tls_cipher {
	TLS_CIPHER_OTHER,
	TLS_CIPHER_NULL,
	TLS_CIPHER_BROKEN, /* EXPORT, RC4, DES, RC2 (RFC 9325 4.1) */
	TLS_CIPHER_3DES,
	TLS_CIPHER_CBC_SHA1,
	TLS_CIPHER_CBC, /* with SHA-256 or SHA-384 */
	TLS_CIPHER_AES_128_GCM,
	TLS_CIPHER_AES_256_GCM,
	TLS_CIPHER_CHACHA20,
	TLS_CIPHER_AEAD, /* CCM and others */
};

struct tls_suite_info {
	uint16_t id;
	const char *name;
	enum tls_kex kex;
	enum tls_cipher cipher;
	uint16_t key_bits; /* of the cipher, where the name says */
	bool sha384;	   /* PRF and transcript hash; else SHA-256 */
	bool ecdsa;	   /* the server signs with ECDSA; else RSA where it signs at all */
	bool psk; /* with a shared key: both key exchange messages begin with names (RFC 4279) */
};

/* False: no such suite; *out then has name NULL. */
bool tls_suite_find(uint16_t id, struct tls_suite_info *out);
bool tls_suite_forward_secret(const struct tls_suite_info *s);
bool tls_suite_aead(const struct tls_suite_info *s);
/* NULL, anonymous, export, RC4, DES: TLS-002. */
bool tls_suite_broken(const struct tls_suite_info *s);

/* RFC 8446 4.2.7 and its registry. bits: of the curve or the finite field; 0: unknown. */
const char *tls_suite_group_name(uint16_t group); /* NULL: unknown */
uint16_t tls_suite_group_bits(uint16_t group);
/* use_srtp (RFC 5764 4.1.2, 7714, 8723, 8269); NULL: unknown. */
const char *tls_suite_profile_name(uint16_t profile);

#endif
