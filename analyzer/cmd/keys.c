/* keys.c - reading and checking files of key material. */
#include "analyzer/cmd/keys.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"
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

static enum err take_log(struct keys *k, const char *path, struct slice text)
{
	if (keylog_count(text) == 0)
		return wrong(path, "no line of a TLS key log (LABEL, client random, secret)");
	(void)keyring_add_log(k->ring, text);
	return ERR_OK;
}

static enum err take_key(struct keys *k, const char *path, struct slice text)
{
	enum err e = keyring_add_key(k->ring, text);

	if (e == ERR_LIMIT)
		return wrong(path, "more private keys than one run takes");
	if (e != ERR_OK)
		return wrong(path, "not a private key in PEM without a passphrase");
	k->private_keys++;
	return ERR_OK;
}

static enum err take_store(struct keys *k, const char *path, struct slice text)
{
	if (cert_store_new(text, &k->trust) != ERR_OK)
		return wrong(path, "no certificate in PEM");
	return ERR_OK;
}

static enum err take_signers(struct keys *k, const char *path, struct slice text)
{
	if (passport_check_add(k->signers, text) == 0)
		return wrong(path, "no certificate in PEM");
	return ERR_OK;
}

typedef enum err take_fn(struct keys *k, const char *path, struct slice text);

static enum err read_one(struct keys *k, const char *path, take_fn *take)
{
	char *text;
	size_t n;

	if (!keys_read_file(path, &text, &n))
		return wrong(path, strerror(errno));
	enum err e = take(k, path, (struct slice){ (uint8_t *)text, n });
	explicit_bzero(text, n);
	free(text);
	return e;
}

static int visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* In order of names, so that a cap leaves out the same ones everywhere. */
static enum err read_folder(struct keys *k, const char *path, take_fn *take)
{
	struct dirent **found;
	int n = scandir(path, &found, visible, alphasort);
	enum err e = n > 0 ? ERR_OK : wrong(path, n < 0 ? strerror(errno) : "an empty folder");

	for (int i = 0; i < n; i++) {
		struct text one = { NULL, 0, 0 };
		text_addf(&one, "%s/%s", path, found[i]->d_name);
		if (e == ERR_OK)
			e = read_one(k, text_of(&one), take);
		text_free(&one);
		free(found[i]);
	}
	if (n >= 0)
		free(found);
	return e;
}

static enum err read_signers(struct keys *k, const char *path)
{
	struct stat s;

	k->signers = passport_check_store();
	if (stat(path, &s) == 0 && S_ISDIR(s.st_mode))
		return read_folder(k, path, take_signers);
	return read_one(k, path, take_signers);
}

/* The variable that browsers and test tools write for: a help where it fits, no promise. */
static void take_environment(struct keys *k)
{
	const char *path = getenv("SSLKEYLOGFILE");
	char *text;
	size_t n;

	if (!path || !*path)
		return;
	if (!keys_read_file(path, &text, &n)) {
		fprintf(stderr, "earshot: warning: SSLKEYLOGFILE: %s: %s\n", path, strerror(errno));
		return;
	}
	(void)keyring_add_log(k->ring, (struct slice){ (uint8_t *)text, n });
	explicit_bzero(text, n);
	free(text);
}

enum err keys_open(const struct args *a, struct keys *out)
{
	enum err e = ERR_OK;

	*out = (struct keys){ .ring = keyring_new() };
	if (a->keylog_count == 0)
		take_environment(out);
	for (size_t i = 0; i < a->keylog_count && e == ERR_OK; i++)
		e = read_one(out, a->keylogs[i], take_log);
	for (size_t i = 0; i < a->tls_key_count && e == ERR_OK; i++)
		e = read_one(out, a->tls_keys[i], take_key);
	if (a->ca && e == ERR_OK)
		e = read_one(out, a->ca, take_store);
	if (a->stir_certs && e == ERR_OK)
		e = read_signers(out, a->stir_certs);
	return e;
}

void keys_close(struct keys *k)
{
	keyring_free(k->ring);
	cert_store_free(k->trust);
	passport_check_free(k->signers);
	*k = (struct keys){ 0 };
}
