/* keys.c - reading and checking files of key material. */
#include "analyzer/cmd/keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/crypto/keylog.h"

enum { LARGEST = 64 * 1024 * 1024, STEP = 64 * 1024 };

bool keys_read_file(const char *path, char **text, size_t *n)
{
	FILE *f = fopen(path, "re");
	size_t got;

	*text = NULL;
	*n = 0;
	if (!f)
		return false;
	do {
		*text = mem_grow(*text, *n + STEP, 1);
		got = fread(*text + *n, 1, STEP, f);
		*n += got;
	} while (got == STEP && *n < LARGEST);
	bool fine = !ferror(f) && *n < LARGEST;
	int why = ferror(f) ? errno : EFBIG;
	fclose(f);
	if (!fine) {
		free(*text);
		*text = NULL;
		errno = why;
	}
	return fine;
}

static enum err wrong(const char *path, const char *what)
{
	fprintf(stderr, "earshot: %s: %s\n", path, what);
	return ERR_USAGE;
}

static enum err check_one(const char *path, bool private_key, struct keys *out)
{
	char *text;
	size_t n;

	if (!keys_read_file(path, &text, &n))
		return wrong(path, strerror(errno));
	struct slice s = { (uint8_t *)text, n };
	size_t secrets = private_key ? 0 : keylog_count(s);
	bool key = private_key && keylog_private_key(s) == ERR_OK;
	explicit_bzero(text, n);
	free(text);
	if (private_key && !key)
		return wrong(path, "not a private key in PEM without a passphrase");
	if (!private_key && secrets == 0)
		return wrong(path, "no line of a TLS key log (LABEL, client random, secret)");
	out->secrets += secrets;
	out->private_keys += key;
	return ERR_OK;
}

enum err keys_check(const struct args *a, struct keys *out)
{
	enum err e = ERR_OK;

	*out = (struct keys){ 0, 0 };
	for (size_t i = 0; i < a->keylog_count && e == ERR_OK; i++)
		e = check_one(a->keylogs[i], false, out);
	for (size_t i = 0; i < a->tls_key_count && e == ERR_OK; i++)
		e = check_one(a->tls_keys[i], true, out);
	return e;
}
