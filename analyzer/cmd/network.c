/* network.c - the file of --inventory. */
#include "analyzer/cmd/network.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/cmd/given.h"
#include "analyzer/cmd/keys.h"
#include "rules/inventory_file.h"

enum err network_open(const char *path, struct network *out)
{
	char *text, *why;
	size_t n;

	*out = (struct network){ 0 };
	if (!path)
		return ERR_OK;
	if (!keys_read_file(path, &text, &n)) {
		fprintf(stderr, "earshot: %s: %s\n", path, strerror(errno));
		return ERR_USAGE;
	}
	struct slice whole = { (uint8_t *)text, n };
	enum err e = inventory_file_parse(whole, &out->inventory, &why);
	out->name = given_name(path);
	given_digest(whole, out->sha256);
	free(text);
	if (e == ERR_OK)
		return ERR_OK;
	fprintf(stderr, "earshot: %s: %s\n", path, why);
	free(why);
	return ERR_USAGE;
}

void network_close(struct network *n)
{
	inventory_free(n->inventory);
	*n = (struct network){ 0 };
}
