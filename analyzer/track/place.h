/* place.h - where flows and the promises of calls meet: addresses and user fragments. */
#ifndef EARSHOT_PLACE_H
#define EARSHOT_PLACE_H

#include "analyzer/base/map.h"
#include "analyzer/track/live.h"

struct flow;

/* A flow at a place; stands in the flow. */
struct link {
	struct link *next, *prev; /* of the place */
	struct place *place;
	struct flow *flow;
};

/* Held while a flow or a promise is at it. Its key is its name: kind, then bytes. */
struct place {
	uint8_t key[20];
	struct link *flows;
	struct promise *promises;
	uint32_t flow_count, promise_count;
};

/* Names: places that may not exist yet. */
struct place place_endpoint(const struct endpoint *e);
struct place place_host(const struct addr *a);
struct place place_ufrag(struct slice ufrag);

bool place_is_endpoint(const struct place *p, struct endpoint *out); /* false: leaves *out alone */
bool place_is_host(const struct place *p);
bool place_is_ufrag(const struct place *p);
bool place_same(const struct place *a, const struct place *b); /* by name */

/* `places` maps names to places, and owns them. */
struct place *place_find(const struct map *places, const struct place *name); /* or NULL */
struct place *place_make(struct map *places, const struct place *name);
void place_leave(struct map *places, struct place *p); /* frees it when nothing is there any more */

/* The call expects media at `name` from `from_ns` on; repeats keep the earliest. */
void place_promise(struct map *places, struct live *l, const struct place *name, uint64_t from_ns);
/* Takes back all promises of the call; their memory is the call's. */
void place_release(struct map *places, struct live *l);
bool place_promised_by(const struct place *at, const struct live *l);

#endif
