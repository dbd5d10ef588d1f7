/* tell.c - how the files of this room send an observation across the wall. */
#include "analyzer/observe/tell.h"

#include <string.h>

struct evidence tell_evidence(const struct payload *p)
{
	return (struct evidence){ .frame = p->frame->number,
				  .ts_ns = p->frame->ts_ns,
				  .input = p->frame->input };
}

void tell_prepare(struct observation *o, enum observation_kind kind, const struct flow *f,
		  unsigned direction)
{
	memset(o, 0, sizeof *o);
	o->kind = kind;
	o->flow = flow_side(f, direction);
	o->point = flow_point(f);
}

void tell_send(struct tell *t, struct observation *o, uint64_t first_ns, uint64_t last_ns,
	       struct evidence at)
{
	o->first_ns = first_ns;
	o->last_ns = last_ns;
	o->evidence = at;
	o->input = at.input;
	t->fn(t->ctx, o);
}

void tell_loss(struct tell *t, struct flow *f, unsigned direction, enum loss_kind kind,
	       struct evidence at)
{
	struct observation o;
	uint8_t bit = (uint8_t)(1u << kind);

	/*
	 * A hostile capture may lose something in every packet; gaps of a connection are few,
	 * and a SIP message would be told too if it were whole.
	 */
	if (kind != LOSS_TCP_GAP && kind != LOSS_SIP_CUT && (f->losses_told & bit))
		return;
	f->losses_told |= bit;
	tell_prepare(&o, OBSERVATION_LOSS, f, direction);
	o.as.loss = (struct loss_seen){ .kind = kind, .count = 1 };
	tell_send(t, &o, at.ts_ns, at.ts_ns, at);
}
