/* tls_seal.c - TLS records made for tests under known secrets. */
#include "tests/lib/tls_seal.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/crypto/tls_prf.h"

enum { TLS_1_0 = 0x0301, TLS_1_2 = 0x0303, TLS_1_3 = 0x0304, TAG = 16, NONCE = 12, HEADER = 5 };

struct tls_seal_suite {
	uint16_t version, id;
	const char *cipher, *digest; /* of the PRF */
	const char *mac;	     /* NULL: AEAD */
	bool outside;		     /* encrypt-then-MAC */
};

static const struct tls_seal_suite suites[TLS_SEAL_SUITES] = {
	{ TLS_1_3, 0x1301, "AES-128-GCM", "SHA256", NULL, false },
	{ TLS_1_3, 0x1302, "AES-256-GCM", "SHA384", NULL, false },
	{ TLS_1_3, 0x1303, "ChaCha20-Poly1305", "SHA256", NULL, false },
	{ TLS_1_2, 0xc02f, "AES-128-GCM", "SHA256", NULL, false },
	{ TLS_1_2, 0xc030, "AES-256-GCM", "SHA384", NULL, false },
	{ TLS_1_2, 0xcca8, "ChaCha20-Poly1305", "SHA256", NULL, false },
	{ TLS_1_2, 0x002f, "AES-128-CBC", "SHA256", "SHA1", false },
	{ TLS_1_2, 0x002f, "AES-128-CBC", "SHA256", "SHA1", true },
	{ TLS_1_2, 0xc027, "AES-128-CBC", "SHA256", "SHA256", false },
	{ TLS_1_2, 0xc028, "AES-256-CBC", "SHA384", "SHA384", false },
	{ TLS_1_2, 0xc028, "AES-256-CBC", "SHA384", "SHA384", true },
	{ TLS_1_2, 0x000a, "DES-EDE3-CBC", "SHA256", "SHA1", false },
	{ TLS_1_0, 0x002f, "AES-128-CBC", "MD5-SHA1", "SHA1", false },
	{ TLS_1_0, 0x0035, "AES-256-CBC", "MD5-SHA1", "SHA1", true },
};

/* In the order of what a side holds: handshake and application secrets, client and server. */
static const char *const labels[] = { "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
				      "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0",
				      "SERVER_TRAFFIC_SECRET_0", "CLIENT_RANDOM" };
enum { MASTER = 4, LABELS = 5, WIDE_RANDOM = 0x22, NARROW_RANDOM = 0x11, SECRET = 0x50 };

static void must(bool holds)
{
	if (!holds)
		abort();
}

static size_t secret_size(const struct tls_seal_suite *suite)
{
	return strcmp(suite->digest, "SHA384") == 0 ? 48 : 32;
}

/* ---- secrets -------------------------------------------------------------------- */

static void log_line(struct keyring *to, unsigned label, uint8_t random, size_t n)
{
	char line[256];
	int at = snprintf(line, sizeof line, "%s ", labels[label]);

	for (size_t i = 0; i < TLS_SEAL_RANDOM; i++)
		at += snprintf(line + at, sizeof line - (size_t)at, "%02x", random);
	line[at++] = ' ';
	for (size_t i = 0; i < n; i++)
		at += snprintf(line + at, sizeof line - (size_t)at, "%02x", SECRET + label);
	must(keyring_add_log(to, (struct slice){ (uint8_t *)line, (size_t)at }) == 1);
}

void tls_seal_secrets(struct keyring *to)
{
	for (unsigned i = 0; i < LABELS; i++) {
		log_line(to, i, NARROW_RANDOM, i == MASTER ? 48 : 32);
		log_line(to, i, WIDE_RANDOM, 48);
	}
}

/* ---- keys -------------------------------------------------------------------------- */

static const EVP_CIPHER *cipher_of(const struct tls_seal *s)
{
	return EVP_get_cipherbyname(s->suite->cipher);
}

static size_t key_octets(const struct tls_seal *s)
{
	return (size_t)EVP_CIPHER_get_key_length(cipher_of(s));
}

static void use_secret(struct tls_seal *s, struct tls_seal_side *side)
{
	struct slice secret = { side->secret, secret_size(s->suite) }, none = { NULL, 0 };

	side->seq = 0;
	must(tls_prf_expand(s->suite->digest, false, secret, "key", none, side->key,
			    key_octets(s)) &&
	     tls_prf_expand(s->suite->digest, false, secret, "iv", none, side->iv, NONCE));
}

static void begin_12(struct tls_seal *s)
{
	size_t mac =
		s->suite->mac ? (size_t)EVP_MD_get_size(EVP_get_digestbyname(s->suite->mac)) : 0;
	size_t key = key_octets(s), iv = s->suite->mac ? 16 : NONCE;
	uint8_t master[48], seed[2 * TLS_SEAL_RANDOM], block[256], *at = block;

	if (s->suite->mac && s->suite->version > TLS_1_0)
		iv = 0;
	else if (!s->suite->mac && s->suite->cipher[0] == 'A')
		iv = 4;
	memset(master, SECRET + MASTER, sizeof master);
	memcpy(seed, s->server_random, TLS_SEAL_RANDOM);
	memcpy(seed + TLS_SEAL_RANDOM, s->client_random, TLS_SEAL_RANDOM);
	must(tls_prf(s->suite->digest, (struct slice){ master, sizeof master }, "key expansion",
		     (struct slice){ seed, sizeof seed }, block, 2 * (mac + key + iv)));
	for (unsigned i = 0; i < 2; i++, at += mac)
		memcpy(s->side[i].mac, at, mac);
	for (unsigned i = 0; i < 2; i++, at += key)
		memcpy(s->side[i].key, at, key);
	for (unsigned i = 0; i < 2; i++, at += iv)
		memcpy(s->side[i].iv, at, iv);
}

void tls_seal_begin(struct tls_seal *s, unsigned suite)
{
	memset(s, 0, sizeof *s);
	s->suite = &suites[suite % TLS_SEAL_SUITES];
	bool wide = secret_size(s->suite) == 48;
	memset(s->client_random, wide ? WIDE_RANDOM : NARROW_RANDOM, TLS_SEAL_RANDOM);
	memset(s->server_random, 0x33, TLS_SEAL_RANDOM);
	if (s->suite->version < TLS_1_3) {
		begin_12(s);
		return;
	}
	for (unsigned i = 0; i < 2; i++) {
		memset(s->side[i].secret, (int)(SECRET + i), sizeof s->side[i].secret);
		memset(s->side[i].next, (int)(SECRET + 2 + i), sizeof s->side[i].next);
		use_secret(s, &s->side[i]);
	}
}

struct tls_keying tls_seal_keying(const struct tls_seal *s)
{
	return (struct tls_keying){
		.client_random = { s->client_random, TLS_SEAL_RANDOM },
		.server_random = { s->server_random, TLS_SEAL_RANDOM },
		.version = s->suite->version,
		.suite = s->suite->id,
		.encrypt_then_mac = s->suite->outside,
	};
}

void tls_seal_finished(struct tls_seal *s, bool from_client)
{
	struct tls_seal_side *side = &s->side[from_client ? 0 : 1];

	if (s->suite->version < TLS_1_3 || side->application)
		return;
	side->application = true;
	memcpy(side->secret, side->next, sizeof side->secret);
	use_secret(s, side);
}

void tls_seal_update(struct tls_seal *s, bool from_client)
{
	struct tls_seal_side *side = &s->side[from_client ? 0 : 1];
	size_t n = secret_size(s->suite);
	uint8_t next[48];

	if (s->suite->version < TLS_1_3)
		return;
	must(tls_prf_expand(s->suite->digest, false, (struct slice){ side->secret, n },
			    "traffic upd", (struct slice){ NULL, 0 }, next, n));
	memcpy(side->secret, next, n);
	use_secret(s, side);
}

/* ---- records ----------------------------------------------------------------------------- */

static void put_number(uint8_t *to, uint64_t n, unsigned octets)
{
	while (octets--) {
		to[octets] = (uint8_t)n;
		n >>= 8;
	}
}

/* Number, type, version and length: what is authenticated besides (RFC 5246 6.2.3). */
static void put_about(const struct tls_seal *s, const struct tls_seal_side *side, uint8_t type,
		      size_t n, uint8_t to[13])
{
	put_number(to, side->seq, 8);
	to[8] = type;
	put_number(to + 9, s->suite->version, 2);
	put_number(to + 11, n, 2);
}

/* Seals in place; gives the length with the tag. */
static size_t encrypt(const struct tls_seal *s, const struct tls_seal_side *side,
		      const uint8_t *nonce, struct slice about, uint8_t *text, size_t n)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int part;

	must(c && EVP_EncryptInit_ex(c, cipher_of(s), NULL, side->key, nonce) == 1);
	if (about.n) {
		must(EVP_EncryptUpdate(c, NULL, &part, about.p, (int)about.n) == 1);
		must(EVP_EncryptUpdate(c, text, &part, text, (int)n) == 1);
		must(EVP_EncryptFinal_ex(c, text + n, &part) == 1);
		must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG, text + n) == 1);
		n += TAG;
	} else {
		must(EVP_CIPHER_CTX_set_padding(c, 0) == 1);
		must(EVP_EncryptUpdate(c, text, &part, text, (int)n) == 1);
	}
	EVP_CIPHER_CTX_free(c);
	return n;
}

static void mixed_nonce(const struct tls_seal_side *side, uint8_t nonce[NONCE])
{
	uint8_t number[8];

	put_number(number, side->seq, 8);
	memcpy(nonce, side->iv, NONCE);
	for (unsigned i = 0; i < 8; i++)
		nonce[4 + i] ^= number[i];
}

static size_t seal_13(const struct tls_seal *s, const struct tls_seal_side *side, uint8_t type,
		      struct slice text, uint8_t *header)
{
	uint8_t nonce[NONCE], *to = header + HEADER;

	memcpy(to, text.p, text.n);
	to[text.n] = type;
	put_number(header + 3, text.n + 1 + TAG, 2);
	mixed_nonce(side, nonce);
	return encrypt(s, side, nonce, (struct slice){ header, HEADER }, to, text.n + 1);
}

static size_t seal_aead(const struct tls_seal *s, const struct tls_seal_side *side, uint8_t type,
			struct slice text, uint8_t *to)
{
	size_t front = s->suite->cipher[0] == 'A' ? 8 : 0;
	uint8_t nonce[NONCE], about[13];

	put_about(s, side, type, text.n, about);
	mixed_nonce(side, nonce);
	if (front) {
		memcpy(nonce, side->iv, 4);
		put_number(nonce + 4, side->seq, 8);
		memcpy(to, nonce + 4, front);
	}
	memcpy(to + front, text.p, text.n);
	return front +
	       encrypt(s, side, nonce, (struct slice){ about, sizeof about }, to + front, text.n);
}

static size_t put_mac(const struct tls_seal *s, const struct tls_seal_side *side, uint8_t type,
		      struct slice over, uint8_t *to)
{
	const EVP_MD *md = EVP_get_digestbyname(s->suite->mac);
	unsigned n = 0;
	uint8_t *all = malloc(over.n + 13);

	must(all != NULL);
	put_about(s, side, type, over.n, all);
	memcpy(all + 13, over.p, over.n);
	must(HMAC(md, side->mac, EVP_MD_get_size(md), all, over.n + 13, to, &n) != NULL);
	free(all);
	return n;
}

static size_t pad(uint8_t *text, size_t n, size_t block)
{
	size_t more = block - n % block;

	memset(text + n, (int)(more - 1), more);
	return n + more;
}

static size_t seal_block(const struct tls_seal *s, struct tls_seal_side *side, uint8_t type,
			 struct slice text, uint8_t *to)
{
	size_t block = (size_t)EVP_CIPHER_get_block_size(cipher_of(s)), n = text.n;
	bool chained = s->suite->version == TLS_1_0;
	uint8_t *body = chained ? to : to + block;

	if (!chained)
		memset(to, (int)side->seq, block);
	memcpy(body, text.p, n);
	if (!s->suite->outside)
		n += put_mac(s, side, type, text, body + n);
	n = encrypt(s, side, chained ? side->iv : to, (struct slice){ NULL, 0 }, body,
		    pad(body, n, block));
	if (chained)
		memcpy(side->iv, body + n - block, block);
	n += (size_t)(body - to);
	if (s->suite->outside)
		n += put_mac(s, side, type, (struct slice){ to, n }, to + n);
	return n;
}

size_t tls_seal_record(struct tls_seal *s, bool from_client, uint8_t type, struct slice text,
		       uint8_t *to)
{
	struct tls_seal_side *side = &s->side[from_client ? 0 : 1];
	bool is_13 = s->suite->version == TLS_1_3;
	size_t n;

	to[0] = is_13 ? 23 : type;
	put_number(to + 1, is_13 ? TLS_1_2 : s->suite->version, 2);
	if (is_13)
		n = seal_13(s, side, type, text, to);
	else if (s->suite->mac)
		n = seal_block(s, side, type, text, to + HEADER);
	else
		n = seal_aead(s, side, type, text, to + HEADER);
	put_number(to + 3, n, 2);
	side->seq++;
	return HEADER + n;
}

size_t tls_seal_hello(const struct tls_seal *s, bool client, uint8_t *to)
{
	static const uint8_t versions[2][7] = { { 0, 43, 0, 3, 2, 3, 4 }, { 0, 43, 0, 2, 3, 4 } };
	size_t extensions = s->suite->version < TLS_1_3 ? 0 : client ? 7 : 6;
	uint8_t *at = to + HEADER + 4;

	put_number(at, s->suite->version < TLS_1_2 ? s->suite->version : TLS_1_2, 2);
	memcpy(at + 2, client ? s->client_random : s->server_random, TLS_SEAL_RANDOM);
	at += 2 + TLS_SEAL_RANDOM;
	*at++ = 0; /* no session */
	if (client)
		put_number(at, 2, 2);
	at += client ? 2 : 0;
	put_number(at, s->suite->id, 2);
	at += 2;
	if (client)
		*at++ = 1;
	*at++ = 0; /* no compression */
	put_number(at, extensions, 2);
	memcpy(at + 2, versions[!client], extensions);
	at += 2 + extensions;
	to[0] = 22;
	put_number(to + 1, 0x0301, 2);
	put_number(to + 3, (size_t)(at - to - HEADER), 2);
	to[HEADER] = client ? 1 : 2;
	put_number(to + HEADER + 1, (size_t)(at - to - HEADER - 4), 3);
	return (size_t)(at - to);
}
