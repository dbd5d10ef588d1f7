/* tls_open.c - the records of a TLS connection whose secrets the auditor has, opened one by one. */
#include "analyzer/crypto/tls_open.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/crypto/tls_block.h"
#include "analyzer/crypto/tls_prf.h"
#include "analyzer/proto/tls/tls_suite.h"

enum {
	TLS_1_3 = 0x0304,
	NONCE = 12,
	TAG = 16,
	SALT = 4, /* RFC 5288 3: the fixed part of the nonce */
	EXPLICIT = 8,
	KEY_MAX = 32,
	SEED = 64,
};

/* One direction. */
struct side {
	uint8_t secret[KEYRING_SECRET_MAX], next[KEYRING_SECRET_MAX]; /* 1.3: in use; application */
	uint8_t secret_n, next_n;
	uint8_t key[KEY_MAX], iv[NONCE];
	struct tls_block block; /* CBC */
	uint64_t seq;
	bool application, opened;
};

struct tls_open {
	struct tls_suite_info suite;
	const EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *ctx;
	uint16_t version;
	struct side side[2]; /* [0] the client's */
};

static const char *digest_name_of(const struct tls_open *o)
{
	if (o->version < 0x0303)
		return "MD5-SHA1";
	return o->suite.sha384 ? "SHA384" : "SHA256";
}

static bool aead(const struct tls_open *o)
{
	return o->cipher != NULL;
}

static const EVP_CIPHER *cipher_of(const struct tls_suite_info *s)
{
	switch (s->cipher) {
	case TLS_CIPHER_AES_128_GCM:
		return EVP_aes_128_gcm();
	case TLS_CIPHER_AES_256_GCM:
		return EVP_aes_256_gcm();
	case TLS_CIPHER_CHACHA20:
		return EVP_chacha20_poly1305();
	default:
		return NULL;
	}
}

static size_t key_octets(const struct tls_open *o)
{
	return (size_t)EVP_CIPHER_get_key_length(o->cipher);
}

/* ---- TLS 1.3 (RFC 8446 7.3) ---------------------------------------------------------- */

static bool use_secret(struct tls_open *o, struct side *s)
{
	struct slice secret = { s->secret, s->secret_n }, none = { NULL, 0 };
	const char *digest = digest_name_of(o);

	s->seq = 0;
	return secret.n &&
	       tls_prf_expand(digest, false, secret, "key", none, s->key, key_octets(o)) &&
	       tls_prf_expand(digest, false, secret, "iv", none, s->iv, NONCE);
}

static uint8_t take_secret(uint8_t to[KEYRING_SECRET_MAX], struct slice secret)
{
	if (secret.n > KEYRING_SECRET_MAX)
		return 0;
	if (secret.n)
		memcpy(to, secret.p, secret.n);
	return (uint8_t)secret.n;
}

static void to_application(struct tls_open *o, struct side *s)
{
	memcpy(s->secret, s->next, sizeof s->secret);
	s->secret_n = s->next_n;
	s->application = true;
	if (!use_secret(o, s))
		s->secret_n = 0;
}

/* Without the handshake's secrets the application's may still open what comes after it. */
static bool begin_13(struct tls_open *o, const struct keyring *keys, struct slice client_random)
{
	static const enum keyring_label handshake[] = { KEYRING_CLIENT_HANDSHAKE,
							KEYRING_SERVER_HANDSHAKE };
	static const enum keyring_label traffic[] = { KEYRING_CLIENT_TRAFFIC,
						      KEYRING_SERVER_TRAFFIC };
	bool any = false;

	for (unsigned i = 0; i < 2; i++) {
		struct side *s = &o->side[i];
		s->secret_n =
			take_secret(s->secret, keyring_find(keys, client_random, handshake[i]));
		s->next_n = take_secret(s->next, keyring_find(keys, client_random, traffic[i]));
		any |= s->secret_n || s->next_n;
		if (s->secret_n == 0)
			to_application(o, s);
		else if (!use_secret(o, s))
			return false;
	}
	return any;
}

void tls_open_finished(struct tls_open *o, bool from_client)
{
	struct side *s = &o->side[from_client ? 0 : 1];

	if (o->version >= TLS_1_3 && !s->application)
		to_application(o, s);
}

void tls_open_update(struct tls_open *o, bool from_client)
{
	struct side *s = &o->side[from_client ? 0 : 1];
	uint8_t next[KEYRING_SECRET_MAX];

	if (o->version < TLS_1_3 || !s->secret_n)
		return;
	if (tls_prf_expand(digest_name_of(o), false, (struct slice){ s->secret, s->secret_n },
			   "traffic upd", (struct slice){ NULL, 0 }, next, s->secret_n))
		memcpy(s->secret, next, s->secret_n);
	OPENSSL_cleanse(next, sizeof next);
	if (!use_secret(o, s))
		s->secret_n = 0;
}

/* ---- up to TLS 1.2 --------------------------------------------------------------------- */

/*
 * RFC 5246 7.4.7.1. The premaster secret begins with a version; anything else is
 * none, whatever decryption gave. Only a record that authenticates says the rest.
 */
static bool premaster(const struct keyring *keys, const struct tls_keying *k,
		      uint8_t out[TLS_OPEN_MASTER])
{
	EVP_PKEY *key = k->encrypted_premaster.n ? keyring_private(keys, k->server_spki) : NULL;
	EVP_PKEY_CTX *ctx = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	uint8_t plain[1024];
	size_t n = sizeof plain;
	bool fine = ctx && (size_t)EVP_PKEY_get_size(key) <= sizeof plain &&
		    EVP_PKEY_decrypt_init(ctx) == 1 &&
		    EVP_PKEY_decrypt(ctx, plain, &n, k->encrypted_premaster.p,
				     k->encrypted_premaster.n) == 1 &&
		    n == TLS_OPEN_MASTER && plain[0] == 3 && plain[1] <= 3;

	if (fine)
		memcpy(out, plain, TLS_OPEN_MASTER);
	OPENSSL_cleanse(plain, sizeof plain);
	EVP_PKEY_CTX_free(ctx);
	return fine;
}

static struct slice both_randoms(struct slice first, struct slice second, uint8_t seed[SEED])
{
	memcpy(seed, first.p, SEED / 2);
	memcpy(seed + SEED / 2, second.p, SEED / 2);
	return (struct slice){ seed, SEED };
}

/* RFC 5246 8.1, RFC 7627 4. */
static bool master_from(const struct tls_open *o, const struct tls_keying *k, const uint8_t *secret,
			uint8_t out[TLS_OPEN_MASTER])
{
	struct slice from = { secret, TLS_OPEN_MASTER };
	uint8_t seed[SEED];

	if (k->extended_master_secret)
		return k->session_hash_n &&
		       tls_prf(digest_name_of(o), from, "extended master secret",
			       (struct slice){ k->session_hash, k->session_hash_n }, out,
			       TLS_OPEN_MASTER);
	return tls_prf(digest_name_of(o), from, "master secret",
		       both_randoms(k->client_random, k->server_random, seed), out,
		       TLS_OPEN_MASTER);
}

static bool find_master(const struct tls_open *o, const struct keyring *keys,
			const struct tls_keying *k, uint8_t out[TLS_OPEN_MASTER])
{
	struct slice known = keyring_find(keys, k->client_random, KEYRING_MASTER);
	uint8_t secret[TLS_OPEN_MASTER];

	if (known.n == TLS_OPEN_MASTER) {
		memcpy(out, known.p, TLS_OPEN_MASTER);
		return true;
	}
	bool fine = premaster(keys, k, secret) && master_from(o, k, secret, out);
	OPENSSL_cleanse(secret, sizeof secret);
	return fine;
}

/* RFC 5246 6.3: MAC keys, keys, IVs; of each the client's first. */
static void share_out(struct tls_open *o, const uint8_t *block, const struct tls_block_sizes *z)
{
	for (unsigned i = 0; i < 2; i++) {
		struct side *s = &o->side[i];
		const uint8_t *mac = block + i * z->mac;
		const uint8_t *key = block + 2 * z->mac + i * z->key;
		const uint8_t *iv = block + 2 * z->mac + 2 * z->key + i * z->iv;
		if (aead(o)) {
			memcpy(s->key, key, z->key);
			memcpy(s->iv, iv, z->iv);
		} else {
			tls_block_keys(&s->block, mac, key, iv);
		}
	}
}

static bool begin_12(struct tls_open *o, const struct keyring *keys, const struct tls_keying *k)
{
	struct tls_block_sizes z = { 0, 0, 0 };
	uint8_t master[TLS_OPEN_MASTER], seed[SEED], block[TLS_BLOCK_MATERIAL];

	if (aead(o))
		z = (struct tls_block_sizes){ 0, key_octets(o),
					      o->suite.cipher == TLS_CIPHER_CHACHA20 ? NONCE
										     : SALT };
	else
		for (unsigned i = 0; i < 2; i++)
			if (!tls_block_begin(&o->side[i].block, &o->suite, o->version,
					     k->encrypt_then_mac, &z))
				return false;
	bool fine = find_master(o, keys, k, master) &&
		    tls_prf(digest_name_of(o), (struct slice){ master, sizeof master },
			    "key expansion", both_randoms(k->server_random, k->client_random, seed),
			    block, 2 * (z.mac + z.key + z.iv));
	if (fine)
		share_out(o, block, &z);
	OPENSSL_cleanse(master, sizeof master);
	OPENSSL_cleanse(block, sizeof block);
	return fine;
}

/* ---- life --------------------------------------------------------------------------------- */

struct tls_open *tls_open_new(const struct keyring *keys, const struct tls_keying *k)
{
	struct tls_open *o;

	if (!keys || k->client_random.n != SEED / 2 || k->server_random.n != SEED / 2)
		return NULL;
	o = mem_zero(1, sizeof *o);
	o->version = k->version;
	bool fine = tls_suite_find(k->suite, &o->suite);
	o->cipher = fine ? cipher_of(&o->suite) : NULL;
	o->ctx = EVP_CIPHER_CTX_new();
	if (fine && o->ctx)
		fine = k->version >= TLS_1_3 ? aead(o) && begin_13(o, keys, k->client_random)
					     : begin_12(o, keys, k);
	if (fine && o->ctx)
		return o;
	tls_open_free(o);
	return NULL;
}

void tls_open_free(struct tls_open *o)
{
	if (!o)
		return;
	tls_block_end(&o->side[0].block);
	tls_block_end(&o->side[1].block);
	EVP_CIPHER_CTX_free(o->ctx);
	OPENSSL_cleanse(o, sizeof *o);
	free(o);
}

/* ---- records -------------------------------------------------------------------------------- */

static void put_number(uint8_t *to, uint64_t n, unsigned octets)
{
	while (octets--) {
		to[octets] = (uint8_t)n;
		n >>= 8;
	}
}

static bool decrypt(struct tls_open *o, const struct side *s, const uint8_t nonce[NONCE],
		    struct slice about, struct slice sealed, uint8_t *to, size_t *n)
{
	int part = 0, end = 0;
	size_t body = sealed.n - TAG;

	if (EVP_DecryptInit_ex(o->ctx, o->cipher, NULL, s->key, nonce) != 1 ||
	    EVP_DecryptUpdate(o->ctx, NULL, &part, about.p, (int)about.n) != 1 ||
	    EVP_DecryptUpdate(o->ctx, to, &part, sealed.p, (int)body) != 1 ||
	    EVP_CIPHER_CTX_ctrl(o->ctx, EVP_CTRL_AEAD_SET_TAG, TAG,
				(void *)(uintptr_t)(sealed.p + body)) != 1 ||
	    EVP_DecryptFinal_ex(o->ctx, to + part, &end) != 1)
		return false;
	*n = (size_t)part + (size_t)end;
	return true;
}

/* RFC 8446 5.3: the number is laid over the end of the IV. */
static void mixed_nonce(const struct side *s, uint8_t nonce[NONCE])
{
	uint8_t number[EXPLICIT];

	put_number(number, s->seq, EXPLICIT);
	memcpy(nonce, s->iv, NONCE);
	for (unsigned i = 0; i < EXPLICIT; i++)
		nonce[NONCE - EXPLICIT + i] ^= number[i];
}

/* RFC 8446 5.2, 5.4: zeros behind the type are padding. */
static bool open_13(struct tls_open *o, struct side *s, const struct tls_record *r, uint8_t *to,
		    struct tls_opened *out)
{
	uint8_t nonce[NONCE];

	if (!s->secret_n || r->type != TLS_APPLICATION_DATA || r->body.n <= TAG)
		return false;
	mixed_nonce(s, nonce);
	if (!decrypt(o, s, nonce, r->header, r->body, to, &out->n))
		return false;
	while (out->n && to[out->n - 1] == 0)
		out->n--;
	if (out->n == 0)
		return false;
	out->type = to[--out->n];
	return true;
}

/* RFC 5246 6.2.3.3. */
static bool open_aead(struct tls_open *o, struct side *s, const struct tls_record *r, uint8_t *to,
		      struct tls_opened *out)
{
	bool mixed = o->suite.cipher == TLS_CIPHER_CHACHA20;
	size_t front = mixed ? 0 : EXPLICIT;
	uint8_t nonce[NONCE], about[13];

	if (r->body.n < front + TAG)
		return false;
	struct slice sealed = slice_from(r->body, front);
	put_number(about, s->seq, 8);
	about[8] = r->type;
	put_number(about + 9, r->version, 2);
	put_number(about + 11, sealed.n - TAG, 2);
	if (mixed) {
		mixed_nonce(s, nonce);
	} else {
		memcpy(nonce, s->iv, SALT);
		memcpy(nonce + SALT, r->body.p, EXPLICIT);
	}
	out->type = r->type;
	return decrypt(o, s, nonce, (struct slice){ about, sizeof about }, sealed, to, &out->n);
}

bool tls_open_record(struct tls_open *o, bool from_client, const struct tls_record *r, uint8_t *to,
		     struct tls_opened *out)
{
	struct side *s = &o->side[from_client ? 0 : 1];
	bool fine;

	*out = (struct tls_opened){ 0, 0 };
	if (o->version >= TLS_1_3)
		fine = open_13(o, s, r, to, out);
	else if (aead(o))
		fine = open_aead(o, s, r, to, out);
	else
		fine = tls_block_open(&s->block, s->seq, r, to, &out->n);
	if (!fine) {
		OPENSSL_cleanse(to, r->body.n);
		return false;
	}
	if (!aead(o))
		out->type = r->type;
	s->seq++;
	s->opened = true;
	return true;
}
