/* given.h - files a user gave, as a report names them. */
#ifndef EARSHOT_GIVEN_H
#define EARSHOT_GIVEN_H

#include "analyzer/base/digest.h"

const char *given_name(const char *path); /* without folders; borrowed */
void given_digest(struct slice text, char out[DIGEST_HEX]);

#endif
