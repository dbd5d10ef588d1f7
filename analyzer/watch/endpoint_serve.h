/* endpoint_serve.h - connections of the metrics endpoint, and what they are given. */
#ifndef EARSHOT_ENDPOINT_SERVE_H
#define EARSHOT_ENDPOINT_SERVE_H

#include <pthread.h>

#include "analyzer/base/text.h"

/* What was published at one time; goes with the last connection that is still sending it. */
struct endpoint_copy {
	unsigned held; /* under the lock */
	uint64_t at_ms;
	bool healthy;
	struct text metrics, page;
};

struct endpoint_shelf {
	pthread_mutex_t lock;
	struct endpoint_copy *newest; /* NULL: nothing yet */
};

struct endpoint_copy *endpoint_serve_take(struct endpoint_shelf *s); /* NULL: nothing yet */
void endpoint_serve_give_back(struct endpoint_shelf *s, struct endpoint_copy *c);
/* Serves until `stop` can be read. */
void endpoint_serve(int listener, int stop, struct endpoint_shelf *s);

#endif
