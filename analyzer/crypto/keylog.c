/* keylog.c - reading key-log lines as raw bytes; nothing is kept. */
#include "analyzer/crypto/keylog.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

enum { RANDOM_HEX = 64, LONGEST_SECRET_HEX = 512 };

static bool hex(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
			return false;
	}
	return s.n > 0 && s.n % 2 == 0;
}

bool keylog_parse(struct slice line, struct keylog_line *out)
{
	struct slice rest = slice_trim(line);

	if (rest.n == 0 || rest.p[0] == '#')
		return false;
	if (!slice_cut(&rest, ' ', &out->label) || !slice_cut(&rest, ' ', &out->client_random))
		return false;
	out->secret = slice_trim(rest);
	return out->label.n > 0 && out->client_random.n == RANDOM_HEX && hex(out->client_random) &&
	       out->secret.n <= LONGEST_SECRET_HEX && hex(out->secret);
}

size_t keylog_count(struct slice text)
{
	struct slice line;
	struct keylog_line parsed;
	size_t n = 0;

	while (slice_cut(&text, '\n', &line))
		n += keylog_parse(line, &parsed);
	return n;
}

/* An encrypted key must not make libcrypto ask on the terminal. */
static int no_passphrase(char *buffer, int size, int writing, void *ctx)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

enum err keylog_private_key(struct slice pem)
{
	BIO *bio = pem.n && pem.n < 1 << 20 ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
	enum err e = key ? ERR_OK : ERR_MALFORMED;

	EVP_PKEY_free(key);
	BIO_free(bio);
	ERR_clear_error();
	return e;
}
