/* network.h - what the operator asserts about the network, read before anything is judged. */
#ifndef EARSHOT_NETWORK_H
#define EARSHOT_NETWORK_H

#include "analyzer/base/digest.h"
#include "analyzer/model/inventory.h"

struct network {
	struct inventory *inventory; /* NULL: --inventory was not given */
	const char *name;	     /* of its file, without folders; borrowed */
	char sha256[DIGEST_HEX];
};

/* `path` NULL: nothing is asserted. ERR_USAGE: a sentence has been printed. */
enum err network_open(const char *path, struct network *out) MUST_CHECK;
void network_close(struct network *n);

#endif
