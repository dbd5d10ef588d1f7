/* fax_seen.c - fax that no session description announced. */
#include "analyzer/observe/fax_seen.h"

#include "analyzer/proto/media/udptl.h"

enum {
	UDP = 17,
	LONGEST = 400, /* 14.4 kbit/s in 40 ms, a few copies with it */
	STEP_MAX = 16,
	RUN = 16,    /* packets of one direction, each a step after the one before */
	PARSED = 20, /* packets of both */
};

/* What another reader has taken up is not for this one. */
static bool may_be_fax(const struct flow *f)
{
	const struct cold *c = f->cold;

	if (f->key.proto != UDP || f->announced || f->sip || f->streams[0] || f->streams[1])
		return false;
	if (!c || c->speaks == FLOW_UDPTL)
		return true;
	return c->fax_only && c->speaks == FLOW_UNKNOWN && !c->sources && !c->dtls && !c->stun &&
	       !c->zrtp && !c->rtcp;
}

static void follow(struct fax_run *r, struct slice s, bool parsed)
{
	if (!parsed) {
		r->packets = 0;
		return;
	}
	uint16_t seq = (uint16_t)(s.p[0] << 8 | s.p[1]);
	uint16_t step = (uint16_t)(seq - r->seq);
	bool steps = r->packets && step >= 1 && step <= STEP_MAX;
	r->packets = (uint8_t)(!steps ? 1 : r->packets < RUN ? r->packets + 1 : RUN);
	r->seq = seq;
}

bool fax_seen_packet(struct flow *f, unsigned direction, const struct payload *p)
{
	if (!may_be_fax(f))
		return false;
	bool parsed = p->bytes.n <= LONGEST && udptl_looks_like(p->bytes);
	if (!f->cold) {
		if (!parsed)
			return false;
		cold_of(f)->fax_only = true;
	}
	struct cold *c = f->cold;
	cold_count(f, direction, p, parsed);
	follow(&c->fax[direction], p->bytes, parsed);
	if (c->fax[direction].packets >= RUN && c->count[0].parsed + c->count[1].parsed >= PARSED)
		c->speaks = FLOW_UDPTL;
	return c->speaks == FLOW_UDPTL;
}
