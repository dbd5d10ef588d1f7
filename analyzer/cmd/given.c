/* given.c - file names without folders, and digests of what was in them. */
#include "analyzer/cmd/given.h"

#include <string.h>

const char *given_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

void given_digest(struct slice text, char out[DIGEST_HEX])
{
	struct digest *d = digest_new();

	digest_add(d, text);
	digest_hex(d, out);
}
