/* read5424.h - a strict reader of RFC 5424, written from its grammar and not from our writer. */
#ifndef EARSHOT_READ5424_H
#define EARSHOT_READ5424_H

#include "analyzer/base/slice.h"

enum { READ5424_PARAMS = 300 };

struct read5424_param {
	char name[33], value[2048]; /* unescaped */
};
struct read5424 {
	unsigned pri;
	char time[64], host[256], app[49], process[129], id[33], sd_id[33];
	struct read5424_param params[READ5424_PARAMS];
	size_t count;
	struct slice message; /* behind the structured data; empty: none */
};

/* False: it does not keep to the grammar, or has not exactly one element of structured data. */
bool read5424(struct slice s, struct read5424 *out);
const char *read5424_value(const struct read5424 *r, const char *name); /* NULL: not there */

#endif
