/* keyring.c - secrets by ClientHello random, private keys by their public half. */
#include "analyzer/crypto/keyring.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "analyzer/crypto/keylog.h"

enum { NAME = KEYRING_RANDOM + 1 };

struct secret {
	uint8_t name[NAME]; /* client random, label */
	uint8_t bytes[KEYRING_SECRET_MAX];
	uint8_t n;
};

struct keyring {
	struct map *secrets;
	size_t overflow;
	struct {
		EVP_PKEY *key;
		uint8_t *spki;
		size_t spki_n;
	} keys[KEYRING_KEYS];
	size_t key_count;
};

struct keyring *keyring_new(void)
{
	struct keyring *k = mem_zero(1, sizeof *k);

	k->secrets = map_new();
	return k;
}

void keyring_free(struct keyring *k)
{
	size_t at = 0;
	struct secret *s;

	if (!k)
		return;
	while ((s = map_next(k->secrets, &at)) != NULL) {
		explicit_bzero(s, sizeof *s);
		free(s);
	}
	map_free(k->secrets);
	for (size_t i = 0; i < k->key_count; i++) {
		EVP_PKEY_free(k->keys[i].key);
		OPENSSL_free(k->keys[i].spki);
	}
	free(k);
}

static int label_of(struct slice text)
{
	static const char *const names[KEYRING_LABELS] = {
		[KEYRING_MASTER] = "CLIENT_RANDOM",
		[KEYRING_CLIENT_EARLY] = "CLIENT_EARLY_TRAFFIC_SECRET",
		[KEYRING_CLIENT_HANDSHAKE] = "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
		[KEYRING_SERVER_HANDSHAKE] = "SERVER_HANDSHAKE_TRAFFIC_SECRET",
		[KEYRING_CLIENT_TRAFFIC] = "CLIENT_TRAFFIC_SECRET_0",
		[KEYRING_SERVER_TRAFFIC] = "SERVER_TRAFFIC_SECRET_0",
		[KEYRING_EXPORTER] = "EXPORTER_SECRET",
	};

	for (int i = 0; i < KEYRING_LABELS; i++)
		if (slice_eq(text, slice_of(names[i])))
			return i;
	return -1;
}

static uint8_t digit(uint8_t c)
{
	return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* keylog_parse has seen to it that these are pairs of digits. */
static size_t unhex(struct slice text, uint8_t *out, size_t room)
{
	size_t n = text.n / 2 < room ? text.n / 2 : room;

	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(digit(text.p[2 * i]) << 4 | digit(text.p[2 * i + 1]));
	return n;
}

static bool add_line(struct keyring *k, const struct keylog_line *line)
{
	int label = label_of(line->label);

	if (label < 0 || line->secret.n > 2 * KEYRING_SECRET_MAX)
		return false;
	if (map_count(k->secrets) >= KEYRING_SECRETS) {
		k->overflow++;
		return false;
	}
	struct secret *s = mem_zero(1, sizeof *s);
	unhex(line->client_random, s->name, KEYRING_RANDOM);
	s->name[KEYRING_RANDOM] = (uint8_t)label;
	s->n = (uint8_t)unhex(line->secret, s->bytes, sizeof s->bytes);
	struct slice name = { s->name, NAME };
	if (map_get(k->secrets, name)) {
		free(s);
		return false;
	}
	map_put(k->secrets, name, s);
	return true;
}

size_t keyring_add_log(struct keyring *k, struct slice text)
{
	struct slice line;
	struct keylog_line parsed;
	size_t n = 0;

	while (slice_cut(&text, '\n', &line))
		if (keylog_parse(line, &parsed))
			n += add_line(k, &parsed);
	return n;
}

static int no_passphrase(char *buffer, int size, int writing, void *ctx)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

enum err keyring_add_key(struct keyring *k, struct slice pem)
{
	BIO *b = pem.n < 1 << 20 ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
	EVP_PKEY *key = b ? PEM_read_bio_PrivateKey(b, NULL, no_passphrase, NULL) : NULL;
	uint8_t *spki = NULL;
	int n = key ? i2d_PUBKEY(key, &spki) : 0;

	BIO_free(b);
	ERR_clear_error();
	if (n <= 0 || k->key_count == KEYRING_KEYS) {
		EVP_PKEY_free(key);
		OPENSSL_free(spki);
		return n <= 0 ? ERR_MALFORMED : ERR_LIMIT;
	}
	k->keys[k->key_count].key = key;
	k->keys[k->key_count].spki = spki;
	k->keys[k->key_count++].spki_n = (size_t)n;
	return ERR_OK;
}

size_t keyring_secrets(const struct keyring *k)
{
	return map_count(k->secrets);
}

size_t keyring_overflow(const struct keyring *k)
{
	return k->overflow;
}

struct slice keyring_find(const struct keyring *k, struct slice client_random,
			  enum keyring_label label)
{
	uint8_t name[NAME];

	if (!k || client_random.n != KEYRING_RANDOM)
		return (struct slice){ NULL, 0 };
	memcpy(name, client_random.p, KEYRING_RANDOM);
	name[KEYRING_RANDOM] = (uint8_t)label;
	const struct secret *s = map_get(k->secrets, (struct slice){ name, NAME });
	return s ? (struct slice){ s->bytes, s->n } : (struct slice){ NULL, 0 };
}

EVP_PKEY *keyring_private(const struct keyring *k, struct slice spki)
{
	for (size_t i = 0; k && i < k->key_count; i++)
		if (slice_eq(spki, (struct slice){ k->keys[i].spki, k->keys[i].spki_n }))
			return k->keys[i].key;
	return NULL;
}
