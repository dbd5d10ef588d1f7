/* tls_block.c - TLS records under CBC, with the MAC inside or outside. */
#include "analyzer/crypto/tls_block.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

enum { ABOUT = 13, TLS_1_1 = 0x0302 };

/* ---- keys ----------------------------------------------------------------------- */

static const EVP_CIPHER *cipher_of(const struct tls_suite_info *s)
{
	bool camellia = strstr(s->name, "CAMELLIA"), wide = s->key_bits == 256;

	if (s->cipher == TLS_CIPHER_3DES)
		return EVP_des_ede3_cbc();
	if (s->cipher != TLS_CIPHER_CBC && s->cipher != TLS_CIPHER_CBC_SHA1)
		return NULL;
	if (camellia)
		return wide ? EVP_camellia_256_cbc() : EVP_camellia_128_cbc();
	if (!strstr(s->name, "AES"))
		return NULL;
	return wide ? EVP_aes_256_cbc() : EVP_aes_128_cbc();
}

static const EVP_MD *digest_of(const struct tls_suite_info *s)
{
	if (s->cipher != TLS_CIPHER_CBC)
		return EVP_sha1();
	return s->sha384 ? EVP_sha384() : EVP_sha256();
}

bool tls_block_begin(struct tls_block *b, const struct tls_suite_info *s, uint16_t version,
		     bool encrypt_then_mac, struct tls_block_sizes *z)
{
	b->cipher = cipher_of(s);
	b->digest = digest_of(s);
	if (!b->cipher)
		return false;
	if (!b->ctx)
		b->ctx = EVP_CIPHER_CTX_new();
	b->mac = (size_t)EVP_MD_get_size(b->digest);
	b->block = (size_t)EVP_CIPHER_get_block_size(b->cipher);
	b->chained = version < TLS_1_1;
	b->outside = encrypt_then_mac;
	*z = (struct tls_block_sizes){ b->mac, (size_t)EVP_CIPHER_get_key_length(b->cipher),
				       b->chained ? b->block : 0 };
	return b->ctx != NULL;
}

void tls_block_keys(struct tls_block *b, const uint8_t *mac, const uint8_t *key, const uint8_t *iv)
{
	memcpy(b->mac_key, mac, b->mac);
	memcpy(b->key, key, (size_t)EVP_CIPHER_get_key_length(b->cipher));
	if (b->chained)
		memcpy(b->iv, iv, b->block);
}

void tls_block_end(struct tls_block *b)
{
	EVP_CIPHER_CTX_free(b->ctx);
	OPENSSL_cleanse(b, sizeof *b);
}

/* ---- records ----------------------------------------------------------------------- */

/* Over number, type, version, length and octets (RFC 5246 6.2.3.1). */
static bool mac_fits(const struct tls_block *b, uint64_t seq, const struct tls_record *r,
		     struct slice text, const uint8_t *mac)
{
	uint8_t about[ABOUT], made[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL, b->mac_key, b->mac);
	size_t size = sizeof made;

	for (unsigned i = 0; i < 8; i++)
		about[i] = (uint8_t)(seq >> (56 - 8 * i));
	about[8] = r->type;
	about[9] = (uint8_t)(r->version >> 8);
	about[10] = (uint8_t)r->version;
	about[11] = (uint8_t)(text.n >> 8);
	about[12] = (uint8_t)text.n;
	bool fine = c && key && EVP_DigestSignInit(c, NULL, b->digest, NULL, key) == 1 &&
		    EVP_DigestSignUpdate(c, about, sizeof about) == 1 &&
		    EVP_DigestSignUpdate(c, text.p, text.n) == 1 &&
		    EVP_DigestSignFinal(c, made, &size) == 1 && size == b->mac &&
		    CRYPTO_memcmp(made, mac, b->mac) == 0;
	EVP_PKEY_free(key);
	EVP_MD_CTX_free(c);
	return fine;
}

static bool decrypt(struct tls_block *b, const uint8_t *iv, struct slice sealed, uint8_t *to)
{
	int n = 0;

	return EVP_DecryptInit_ex(b->ctx, b->cipher, NULL, b->key, iv) == 1 &&
	       EVP_CIPHER_CTX_set_padding(b->ctx, 0) == 1 &&
	       EVP_DecryptUpdate(b->ctx, to, &n, sealed.p, (int)sealed.n) == 1 &&
	       (size_t)n == sealed.n;
}

/* Each octet of the padding holds its length; 0: it does not. */
static size_t padding(const uint8_t *text, size_t n)
{
	size_t pad = n ? (size_t)text[n - 1] + 1 : 0;

	if (pad == 0 || pad > n)
		return 0;
	for (size_t i = 0; i < pad; i++)
		if (text[n - 1 - i] != pad - 1)
			return 0;
	return pad;
}

/* The text of `sealed` without its padding, then without what stands behind it. */
static bool unpack(struct tls_block *b, const uint8_t *iv, struct slice sealed, uint8_t *to,
		   size_t behind, size_t *n)
{
	if (sealed.n == 0 || sealed.n % b->block || !decrypt(b, iv, sealed, to))
		return false;
	size_t pad = padding(to, sealed.n);
	if (pad == 0 || sealed.n < pad + behind)
		return false;
	*n = sealed.n - pad - behind;
	return true;
}

bool tls_block_open(struct tls_block *b, uint64_t seq, const struct tls_record *r, uint8_t *to,
		    size_t *n)
{
	size_t front = b->chained ? 0 : b->block, behind = b->outside ? b->mac : 0;
	struct slice body = r->body;

	if (body.n < front + behind + b->block)
		return false;
	struct slice sealed = slice_upto(slice_from(body, front), body.n - front - behind);
	const uint8_t *iv = b->chained ? b->iv : body.p;
	bool fine = unpack(b, iv, sealed, to, b->outside ? 0 : b->mac, n);
	if (fine && b->outside)
		fine = mac_fits(b, seq, r, slice_upto(body, body.n - behind),
				body.p + body.n - behind);
	else if (fine)
		fine = mac_fits(b, seq, r, (struct slice){ to, *n }, to + *n);
	if (fine && b->chained)
		memcpy(b->iv, sealed.p + sealed.n - b->block, b->block);
	return fine;
}
