/* cold.c - what a flow carries besides RTP: made when first needed, freed with the flow. */
#include "analyzer/observe/cold.h"

#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "analyzer/observe/dtls_seen.h"
#include "analyzer/observe/zrtp_seen.h"

enum { TOLD_PACKETS = 20 }; /* fewer of something unknown are not worth a word */

struct cold *cold_of(struct flow *f)
{
	if (!f->cold)
		f->cold = mem_zero(1, sizeof *f->cold);
	return f->cold;
}

void cold_free(struct flow *f)
{
	struct cold *c = f->cold;

	if (!c)
		return;
	free(c->sources);
	dtls_seen_free(c->dtls);
	zrtp_seen_free(c->zrtp);
	free(c->stun);
	free(c->rtcp);
	free(c);
	f->cold = NULL;
}

void cold_pass(struct cold_span *s, unsigned direction, struct evidence at)
{
	if (s->at.frame == 0) {
		s->first_ns = at.ts_ns;
		s->at = at;
		s->direction = (uint8_t)direction;
	}
	if (at.ts_ns > s->last_ns)
		s->last_ns = at.ts_ns;
	s->unsent = true;
}

void cold_send(struct tell *t, struct observation *o, struct cold_span *s)
{
	if (!s->unsent)
		return;
	s->unsent = false;
	tell_send(t, o, s->first_ns, s->last_ns, s->at);
}

void cold_count(struct flow *f, unsigned direction, const struct payload *p, bool parsed)
{
	struct cold *c = cold_of(f);
	struct cold_count *n = &c->count[direction];
	struct evidence at = tell_evidence(p);

	if (n->packets++ == 0) {
		n->first_ns = at.ts_ns;
		n->first = at;
	}
	n->last_ns = at.ts_ns;
	n->last = at;
	n->bytes += p->bytes.n;
	if (parsed) {
		if (n->parsed++ == 0)
			n->parsed_first = at;
		n->parsed_last = at;
	}
	c->unsent = f->unsent = true;
}

/* Names, times and the rest of the internet are not this program's subject. */
static bool worth_telling(const struct flow *f, const struct cold *c)
{
	uint64_t packets = c->count[0].packets + c->count[1].packets;

	switch (c->speaks) {
	case FLOW_TLS:
		return false; /* its own kind of observation */
	case FLOW_MSRP:
	case FLOW_BFCP:
	case FLOW_UDPTL:
		return true;
	case FLOW_RTP_LIKE:
		return packets >= TOLD_PACKETS && !f->streams[0] && !f->streams[1];
	default:
		return f->announced && packets >= TOLD_PACKETS;
	}
}

void cold_tell_count(struct tell *t, struct flow *f)
{
	struct cold *c = f->cold;
	struct observation o;

	if (!c->unsent || !worth_telling(f, c))
		return;
	c->unsent = false;
	for (unsigned d = 0; d < 2; d++) {
		const struct cold_count *n = &c->count[d];
		if (n->packets == 0)
			continue;
		tell_prepare(&o, OBSERVATION_FLOW, f, d);
		o.as.flow = (struct flow_seen){
			.speaks = (enum flow_speaks)c->speaks,
			.packets = n->packets,
			.parsed = n->parsed,
			.bytes = n->bytes,
			.first = n->parsed ? n->parsed_first : n->first,
			.last = n->parsed ? n->parsed_last : n->last,
			.hint = c->hint,
			.has_text = c->has_text,
		};
		tell_send(t, &o, n->first_ns, n->last_ns, o.as.flow.first);
	}
}
