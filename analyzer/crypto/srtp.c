/* srtp.c - session keys and tags through EVP, contexts kept for the life of a key. */
#include "analyzer/crypto/srtp.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"

enum {
	LABEL_CIPHER = 0,
	LABEL_AUTH = 1,
	LABEL_SALT = 2,
	LABEL_RTCP = 3, /* added for SRTCP */
	AUTH_KEY = 20,
	SALT_CM = 14,
	SALT_GCM = 12,
	BLOCK = 16,
	KEY_MAX = 32,
	HEADER = 12,
	RTCP_HEADER = 8,
	INDEX = 4,
	GCM_TAG = 16,
	TAG_LEAST = 4,
	LARGEST = 65536,
};

/* RTP or RTCP keys; made when first asked for. */
struct session {
	bool made, usable;
	EVP_MAC_CTX *mac;
	EVP_CIPHER_CTX *open;
	uint8_t salt[SALT_GCM];
};

struct srtp {
	struct srtp_suite suite;
	enum srtp_variant variant;
	uint8_t key[KEY_MAX], salt[SALT_CM];
	unsigned key_n;		   /* as used: 32 for the legacy reading of AES-192 */
	struct session session[2]; /* RTP, RTCP */
};

/* RFC 3711 4.3.1 with a key derivation rate of 0; RFC 7714 11 puts the short salt in front. */
static void block_of(const struct srtp *s, uint8_t label, uint8_t iv[BLOCK])
{
	memset(iv, 0, BLOCK);
	memcpy(iv + (s->variant == SRTP_SALT_RIGHT ? SALT_CM - SALT_GCM : 0), s->salt,
	       s->suite.salt);
	iv[7] ^= label;
}

/* Looked up once: by name it takes longer than to use it. */
static const EVP_CIPHER *counter_mode(unsigned key_n)
{
	static const char *const names[] = { "AES-128-CTR", "AES-192-CTR", "AES-256-CTR" };
	static EVP_CIPHER *found[3];
	unsigned i = key_n / 8 - 2;

	if (!found[i])
		found[i] = EVP_CIPHER_fetch(NULL, names[i], NULL);
	return found[i];
}

static bool derive(const struct srtp *s, uint8_t label, uint8_t *out, size_t n)
{
	const EVP_CIPHER *c = counter_mode(s->key_n);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t iv[BLOCK];
	int got = 0;

	block_of(s, label, iv);
	memset(out, 0, n);
	bool fine = ctx && c && EVP_EncryptInit_ex(ctx, c, NULL, s->key, iv) == 1 &&
		    EVP_EncryptUpdate(ctx, out, &got, out, (int)n) == 1 && got == (int)n;
	EVP_CIPHER_CTX_free(ctx);
	return fine;
}

/* Knows its digest and no key; all others are copies of it. */
static const EVP_MAC_CTX *keyless_mac(void)
{
	static EVP_MAC_CTX *made;
	char sha1[] = "SHA1";
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha1, 0),
				OSSL_PARAM_construct_end() };

	if (made)
		return made;
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	made = mac ? EVP_MAC_CTX_new(mac) : NULL;
	EVP_MAC_free(mac);
	if (made && EVP_MAC_CTX_set_params(made, params) != 1) {
		EVP_MAC_CTX_free(made);
		made = NULL;
	}
	return made;
}

static EVP_MAC_CTX *new_mac(const uint8_t *key)
{
	const EVP_MAC_CTX *keyless = keyless_mac();
	EVP_MAC_CTX *ctx = keyless ? EVP_MAC_CTX_dup(keyless) : NULL;

	if (ctx && EVP_MAC_init(ctx, key, AUTH_KEY, NULL) == 1)
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

static EVP_CIPHER_CTX *new_open(const uint8_t *key, unsigned n)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	const EVP_CIPHER *c = n == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();

	if (ctx && EVP_DecryptInit_ex(ctx, c, NULL, key, NULL) == 1)
		return ctx;
	EVP_CIPHER_CTX_free(ctx);
	return NULL;
}

static struct session *session(struct srtp *s, bool rtcp)
{
	struct session *x = &s->session[rtcp];
	uint8_t label = rtcp ? LABEL_RTCP : 0, key[KEY_MAX];

	if (x->made)
		return x;
	x->made = true;
	if (s->suite.cipher == SRTP_GCM) {
		x->usable = derive(s, (uint8_t)(label + LABEL_CIPHER), key, s->key_n) &&
			    derive(s, (uint8_t)(label + LABEL_SALT), x->salt, SALT_GCM) &&
			    (x->open = new_open(key, s->key_n)) != NULL;
	} else {
		x->usable = derive(s, (uint8_t)(label + LABEL_AUTH), key, AUTH_KEY) &&
			    (x->mac = new_mac(key)) != NULL;
	}
	explicit_bzero(key, sizeof key);
	return x;
}

/* RFC 3711 8.2, 6188 2, 7714 12: what can be derived from, and checked with. */
static bool is_possible(const struct srtp_suite *s)
{
	if (s->cipher == SRTP_GCM)
		return (s->key == 16 || s->key == 32) && s->salt == SALT_GCM && s->tag == GCM_TAG &&
		       s->rtcp_tag == GCM_TAG;
	return (s->key == 16 || s->key == 24 || s->key == 32) && s->salt == SALT_CM &&
	       s->tag >= TAG_LEAST && s->tag <= AUTH_KEY && s->rtcp_tag >= TAG_LEAST &&
	       s->rtcp_tag <= AUTH_KEY;
}

struct srtp *srtp_new(const struct srtp_suite *suite, struct slice master,
		      enum srtp_variant variant)
{
	if (!is_possible(suite) || master.n != (size_t)suite->key + suite->salt ||
	    (variant == SRTP_LEGACY_192 && (suite->key != 24 || suite->cipher == SRTP_GCM)) ||
	    (variant == SRTP_SALT_RIGHT && suite->cipher != SRTP_GCM))
		return NULL;
	struct srtp *s = mem_zero(1, sizeof *s);
	s->suite = *suite;
	s->variant = variant;
	s->key_n = suite->key;
	memcpy(s->key, master.p, suite->key);
	memcpy(s->salt, master.p + suite->key, suite->salt);
	if (variant == SRTP_LEGACY_192) {
		/* 38 octets in a field of 46: the salt's first 8 become the key's end. */
		memset(s->salt, 0, sizeof s->salt);
		memcpy(s->key, master.p, KEY_MAX);
		memcpy(s->salt, master.p + KEY_MAX, master.n - KEY_MAX);
		s->key_n = KEY_MAX;
	}
	return s;
}

void srtp_free(struct srtp *s)
{
	if (!s)
		return;
	for (int i = 0; i < 2; i++) {
		EVP_MAC_CTX_free(s->session[i].mac);
		EVP_CIPHER_CTX_free(s->session[i].open);
	}
	explicit_bzero(s, sizeof *s);
	free(s);
}

static void put32(uint8_t *to, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* HMAC over two stretches; its first octets must be the tag. */
static bool mac_fits(struct session *x, struct slice a, struct slice b, struct slice tag)
{
	uint8_t out[AUTH_KEY];
	size_t n = 0;

	return x->usable && EVP_MAC_init(x->mac, NULL, 0, NULL) == 1 &&
	       EVP_MAC_update(x->mac, a.p, a.n) == 1 &&
	       (b.n == 0 || EVP_MAC_update(x->mac, b.p, b.n) == 1) &&
	       EVP_MAC_final(x->mac, out, &n, sizeof out) == 1 && n >= tag.n &&
	       CRYPTO_memcmp(out, tag.p, tag.n) == 0;
}

/* What comes out is wiped at once: only whether it opens is of interest. */
static bool opens(struct session *x, const uint8_t iv[SALT_GCM], const struct slice *aad,
		  unsigned aads, struct slice sealed)
{
	size_t body = sealed.n - GCM_TAG;
	uint8_t plain[2048], tag[GCM_TAG];
	bool fine = x->usable && EVP_DecryptInit_ex(x->open, NULL, NULL, NULL, iv) == 1;
	int n = 0;

	for (unsigned i = 0; i < aads; i++)
		fine = fine && EVP_DecryptUpdate(x->open, NULL, &n, aad[i].p, (int)aad[i].n) == 1;
	for (size_t at = 0; fine && at < body; at += sizeof plain) {
		size_t step = body - at < sizeof plain ? body - at : sizeof plain;
		fine = EVP_DecryptUpdate(x->open, plain, &n, sealed.p + at, (int)step) == 1;
	}
	memcpy(tag, sealed.p + body, GCM_TAG);
	fine = fine && EVP_CIPHER_CTX_ctrl(x->open, EVP_CTRL_AEAD_SET_TAG, GCM_TAG, tag) == 1 &&
	       EVP_DecryptFinal_ex(x->open, plain, &n) == 1;
	explicit_bzero(plain, sizeof plain);
	return fine;
}

/* Fixed header, CSRC list, extension (RFC 3550 5.1, 5.3.1); 0: it does not fit. */
static size_t header_of(struct slice p)
{
	if (p.n < HEADER)
		return 0;
	size_t n = HEADER + 4u * (p.p[0] & 15);
	if (p.p[0] & 0x10) {
		if (p.n < n + 4)
			return 0;
		n += 4 + 4 * ((size_t)p.p[n + 2] << 8 | p.p[n + 3]);
	}
	return n <= p.n ? n : 0;
}

/* RFC 7714 8.1: 16 zero bits, SSRC, ROC, sequence number, against the salt. */
static bool rtp_opens(struct session *x, struct slice packet, size_t header, uint32_t roc)
{
	struct slice aad = slice_upto(packet, header);
	uint8_t iv[SALT_GCM] = { 0 };

	memcpy(iv + 2, packet.p + 8, 4);
	put32(iv + 6, roc);
	memcpy(iv + 10, packet.p + 2, 2);
	for (int i = 0; i < SALT_GCM; i++)
		iv[i] ^= x->salt[i];
	return opens(x, iv, &aad, 1, slice_from(packet, header));
}

bool srtp_rtp_valid(struct srtp *s, struct slice packet, uint32_t roc, unsigned mki)
{
	size_t header = header_of(packet), end = (size_t)mki;
	struct session *x = session(s, false);
	uint8_t rolls[4];

	if (header == 0 || packet.n > LARGEST || packet.n < header + mki + s->suite.tag)
		return false;
	if (s->suite.cipher == SRTP_GCM)
		return rtp_opens(x, slice_upto(packet, packet.n - end), header, roc);
	size_t text = packet.n - s->suite.tag - mki;
	put32(rolls, roc);
	return mac_fits(x, slice_upto(packet, text), (struct slice){ rolls, 4 },
			slice_from(packet, packet.n - s->suite.tag));
}

/* RFC 7714 9.1: 16 zero bits, SSRC, 16 zero bits, index. E=0: nothing is encrypted (9.3). */
static bool rtcp_opens(struct session *x, struct slice packet, unsigned mki, bool encrypted)
{
	size_t end = packet.n - mki - INDEX;
	struct slice word = slice_upto(slice_from(packet, end), INDEX);
	struct slice aad[2] = { slice_upto(packet, encrypted ? RTCP_HEADER : end - GCM_TAG), word };
	uint8_t iv[SALT_GCM] = { 0 };

	memcpy(iv + 2, packet.p + 4, 4);
	memcpy(iv + 8, word.p, 4);
	iv[8] &= 0x7f;
	for (int i = 0; i < SALT_GCM; i++)
		iv[i] ^= x->salt[i];
	return opens(x, iv, aad, 2, slice_upto(slice_from(packet, aad[0].n), end - aad[0].n));
}

bool srtp_rtcp_valid(struct srtp *s, struct slice packet, unsigned mki, bool *encrypted)
{
	size_t tail = (size_t)mki + s->suite.rtcp_tag + INDEX;
	struct session *x = session(s, true);

	*encrypted = false;
	if (packet.n > LARGEST || packet.n < RTCP_HEADER + tail)
		return false;
	if (s->suite.cipher == SRTP_GCM) {
		*encrypted = packet.p[packet.n - mki - INDEX] & 0x80;
		return rtcp_opens(x, packet, mki, *encrypted);
	}
	size_t text = packet.n - mki - s->suite.rtcp_tag;
	*encrypted = packet.p[text - INDEX] & 0x80;
	return mac_fits(x, slice_upto(packet, text), (struct slice){ NULL, 0 },
			slice_from(packet, packet.n - s->suite.rtcp_tag));
}
