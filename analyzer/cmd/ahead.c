/* ahead.c - the frames between reading and working. */
#include "analyzer/cmd/ahead.h"

#include <string.h>

enum { RECORDS_AHEAD = 8 }; /* how far before its turn a flow's record is fetched */

static void expect(const struct ahead *h, struct observe *o, unsigned i)
{
	if (i < h->count && h->wire[i].plain)
		observe_expect_record(o, h->wire[i].token);
}

bool ahead_add(struct ahead *h, const struct frame *f, struct wire *w, struct observe *o)
{
	unsigned i = h->count;

	if (f->bytes.n > AHEAD_BYTES)
		return false;
	if (f->bytes.n)
		memcpy(h->bytes[i], f->bytes.p, f->bytes.n);
	h->frames[i] = *f;
	h->frames[i].bytes.p = h->bytes[i];
	wire_look_ahead(w, &h->frames[i], &h->wire[i]);
	if (h->wire[i].plain)
		h->wire[i].token = observe_expect(o, &h->wire[i].flow, f->point);
	h->count++;
	/* The first records are asked for while the last frames still come. */
	if (h->count > AHEAD_FRAMES - RECORDS_AHEAD)
		expect(h, o, h->asked++);
	return true;
}

void ahead_drain(struct ahead *h, struct observe *o, ahead_take_fn *take, void *ctx)
{
	while (h->asked < RECORDS_AHEAD)
		expect(h, o, h->asked++);
	for (unsigned i = 0; i < h->count; i++) {
		expect(h, o, i + RECORDS_AHEAD);
		take(ctx, &h->frames[i], &h->wire[i]);
	}
	h->count = h->asked = 0;
}
