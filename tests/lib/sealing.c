/* sealing.c - SRTP packets made for tests, by other code than that which checks them. */
#include "tests/lib/sealing.h"

#include <assert.h>
#include <openssl/aes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

enum { BLOCK = 16, HEADER = 12, RTCP_HEADER = 8, GCM_TAG = 16, GCM_SALT = 12, AUTH_KEY = 20 };

struct sealing sealing_new(uint8_t seed, size_t key_n, size_t tag)
{
	struct sealing s = { .key_n = key_n, .salt_n = tag == GCM_TAG ? 12 : 14, .tag = tag };

	for (size_t i = 0; i < sizeof s.key; i++)
		s.key[i] = (uint8_t)(seed * 29u + i * 7u + (i * i) % 11u);
	for (size_t i = 0; i < sizeof s.salt; i++)
		s.salt[i] = (uint8_t)(seed * 31u + i * 5u + 3u);
	return s;
}

static void keystream_block(const uint8_t *key, size_t n, const uint8_t in[BLOCK],
			    uint8_t out[BLOCK])
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	const EVP_CIPHER *cipher = n == 16   ? EVP_aes_128_ecb()
				   : n == 24 ? EVP_aes_192_ecb()
					     : EVP_aes_256_ecb();
	int got = 0;

	assert(c && EVP_EncryptInit_ex(c, cipher, NULL, key, NULL) == 1);
	EVP_CIPHER_CTX_set_padding(c, 0);
	assert(EVP_EncryptUpdate(c, out, &got, in, BLOCK) == 1 && got == BLOCK);
	EVP_CIPHER_CTX_free(c);
}

/* Counter mode by hand: the last two octets count blocks. */
static void counter_mode(const uint8_t *key, size_t key_n, const uint8_t iv[BLOCK], uint8_t *data,
			 size_t n)
{
	uint8_t in[BLOCK], out[BLOCK];

	memcpy(in, iv, BLOCK);
	for (size_t i = 0; i < n; i++) {
		if (i % BLOCK == 0) {
			in[14] = (uint8_t)(i / BLOCK >> 8);
			in[15] = (uint8_t)(i / BLOCK);
			keystream_block(key, key_n, in, out);
		}
		data[i] ^= out[i % BLOCK];
	}
}

void sealing_derive(const struct sealing *s, uint8_t label, uint8_t *out, size_t n)
{
	uint8_t iv[BLOCK] = { 0 };

	memcpy(iv + (s->salt_right ? 2 : 0), s->salt, s->salt_n);
	iv[7] ^= label;
	memset(out, 0, n);
	counter_mode(s->key, s->key_n, iv, out, n);
}

static void put32(uint8_t *to, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* RFC 7714: data in place, tag behind it. */
static void gcm(const struct sealing *s, uint8_t label, uint8_t iv[GCM_SALT], const uint8_t *aad,
		size_t aad_n, uint8_t *data, size_t n)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t key[32], salt[GCM_SALT];
	int got = 0;

	sealing_derive(s, label, key, s->key_n);
	sealing_derive(s, (uint8_t)(label + 2), salt, sizeof salt);
	for (int i = 0; i < GCM_SALT; i++)
		iv[i] ^= salt[i];
	assert(EVP_EncryptInit_ex(c, s->key_n == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(), NULL,
				  key, iv) == 1);
	assert(EVP_EncryptUpdate(c, NULL, &got, aad, (int)aad_n) == 1);
	if (n)
		assert(EVP_EncryptUpdate(c, data, &got, data, (int)n) == 1);
	assert(EVP_EncryptFinal_ex(c, data + n, &got) == 1);
	assert(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, GCM_TAG, data + n) == 1);
	EVP_CIPHER_CTX_free(c);
}

/* RFC 3711 4.1.1: salt, SSRC and index, each at its place. */
static void cm(const struct sealing *s, uint8_t label, const uint8_t *ssrc, uint64_t index,
	       uint8_t *data, size_t n)
{
	uint8_t key[32], iv[BLOCK] = { 0 };

	if (s->plain)
		return;
	sealing_derive(s, label, key, s->key_n);
	sealing_derive(s, (uint8_t)(label + 2), iv, 14);
	for (int i = 0; i < 4; i++)
		iv[4 + i] ^= ssrc[i];
	for (int i = 0; i < 6; i++)
		iv[8 + i] ^= (uint8_t)(index >> (40 - 8 * i));
	counter_mode(key, s->key_n, iv, data, n);
}

static size_t put_mki(const struct sealing *s, uint8_t *packet, size_t n)
{
	memcpy(packet + n, s->mki, s->mki_n);
	return n + s->mki_n;
}

static size_t put_tag(const struct sealing *s, uint8_t label, uint8_t *packet, size_t signed_n,
		      size_t at, size_t tag)
{
	uint8_t auth[AUTH_KEY], mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	sealing_derive(s, label, auth, sizeof auth);
	HMAC(EVP_sha1(), auth, sizeof auth, packet, signed_n, mac, &n);
	memcpy(packet + at, mac, tag);
	return at + tag;
}

size_t sealing_rtp(const struct sealing *s, uint8_t *packet, size_t n, uint32_t roc)
{
	uint16_t seq = (uint16_t)(packet[2] << 8 | packet[3]);

	if (s->tag == GCM_TAG) {
		uint8_t iv[GCM_SALT] = { 0 };
		memcpy(iv + 2, packet + 8, 4);
		put32(iv + 6, roc);
		memcpy(iv + 10, packet + 2, 2);
		gcm(s, 0, iv, packet, HEADER, packet + HEADER, n - HEADER);
		return put_mki(s, packet, n + GCM_TAG);
	}
	cm(s, 0, packet + 8, (uint64_t)roc << 16 | seq, packet + HEADER, n - HEADER);
	/* The roll-over count is signed where the MKI will stand. */
	uint8_t rolls[4], kept[SEALING_ROOM];
	put32(rolls, roc);
	memcpy(packet + n, rolls, sizeof rolls);
	put_tag(s, 1, packet, n + 4, n + 4, s->tag);
	memcpy(kept, packet + n + 4, s->tag);
	n = put_mki(s, packet, n);
	memcpy(packet + n, kept, s->tag);
	return n + s->tag;
}

size_t sealing_rtcp(const struct sealing *s, uint8_t *packet, size_t n, uint32_t index,
		    bool encrypt)
{
	uint32_t word = index | (encrypt ? UINT32_C(1) << 31 : 0);

	if (s->tag == GCM_TAG) {
		uint8_t iv[GCM_SALT] = { 0 }, aad[2048];
		size_t clear = encrypt ? (size_t)RTCP_HEADER : n;
		memcpy(iv + 2, packet + 4, 4);
		put32(iv + 8, index);
		memcpy(aad, packet, clear);
		put32(aad + clear, word);
		gcm(s, 3, iv, aad, clear + 4, packet + clear, n - clear);
		put32(packet + n + GCM_TAG, word);
		return put_mki(s, packet, n + GCM_TAG + 4);
	}
	if (encrypt)
		cm(s, 3, packet + 4, index, packet + RTCP_HEADER, n - RTCP_HEADER);
	put32(packet + n, word);
	size_t end = put_mki(s, packet, n + 4);
	return put_tag(s, 4, packet, n + 4, end, 10);
}
