/* tell.h - how the files of this room send an observation across the wall. */
#ifndef EARSHOT_TELL_H
#define EARSHOT_TELL_H

#include "analyzer/observe/flow.h"
#include "analyzer/observe/observe.h"

struct vault;
struct cert_cache;

/* What every file here needs: where observations go, and where to count. */
struct tell {
	observation_fn *fn;
	void *ctx;
	struct observe_counters count;
	struct observe_keys keys;
	struct cert_cache *certs;
	struct vault *vault;
};

struct evidence tell_evidence(const struct payload *p);

/* A zeroed observation of one direction of a flow (0: as its key stands, 1: reversed). */
void tell_prepare(struct observation *o, enum observation_kind kind, const struct flow *f,
		  unsigned direction);
void tell_send(struct tell *t, struct observation *o, uint64_t first_ns, uint64_t last_ns,
	       struct evidence at);
/* One loss, told once per flow and kind. */
void tell_loss(struct tell *t, struct flow *f, unsigned direction, enum loss_kind kind,
	       struct evidence at);

#endif
