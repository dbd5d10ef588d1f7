/* hold.c - wire room: sorted runs of bytes where the first to come are kept. */
#include "analyzer/wire/hold.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"

uint64_t hold_end(const struct hold_run *r)
{
	return r->at + r->n;
}

static size_t cost_of(const struct hold_run *r)
{
	return sizeof *r + r->n;
}

/* Puts the part of p that begins at `at` before *place. */
static struct hold_run *insert(struct hold *h, struct hold_run **place, const struct hold_piece *p,
			       uint64_t at, uint64_t end)
{
	uint32_t n = (uint32_t)(end - at);
	struct hold_run *r = mem_grow(NULL, 1, sizeof *r + n);

	*r = (struct hold_run){ .next = *place,
				.at = at,
				.n = n,
				.lost = end == p->at + p->bytes.n ? p->lost : 0,
				.tunnelled = p->tunnelled,
				.frame = *p->frame };
	r->frame.bytes = (struct slice){ NULL, 0 };
	memcpy(r->bytes, p->bytes.p + (at - p->at), n);
	*place = r;
	if (!r->next)
		h->last = r;
	h->cost += cost_of(r);
	h->runs++;
	return r;
}

static void compare(struct hold_run *r, const struct hold_piece *p, uint64_t at, uint64_t end,
		    struct hold_added *sum)
{
	size_t n = (size_t)(end - at);

	sum->overlap += n;
	if (memcmp(r->bytes + (at - r->at), p->bytes.p + (at - p->at), n) != 0)
		r->conflicting = sum->conflict = true;
}

struct hold_added hold_add(struct hold *h, const struct hold_piece *p)
{
	struct hold_added sum = { 0, false };
	uint64_t at = p->at, end = p->at + p->bytes.n;
	struct hold_run **place = &h->first;

	/* Mostly the newest bytes are the last: no walk then. */
	if (h->last && hold_end(h->last) <= at)
		place = &h->last->next;
	while (at < end) {
		struct hold_run *r = *place;
		if (r && hold_end(r) <= at) {
			place = &r->next;
			continue;
		}
		uint64_t stop = r && r->at < end ? r->at : end;
		if (at < stop) {
			place = &insert(h, place, p, at, stop)->next;
			at = stop;
			continue;
		}
		stop = hold_end(r) < end ? hold_end(r) : end;
		compare(r, p, at, stop, &sum);
		at = stop;
	}
	return sum;
}

struct hold_run *hold_pop(struct hold *h)
{
	struct hold_run *r = h->first;

	if (!r)
		return NULL;
	h->first = r->next;
	if (!h->first)
		h->last = NULL;
	h->cost -= cost_of(r);
	h->runs--;
	return r;
}

void hold_clear(struct hold *h)
{
	for (struct hold_run *r = hold_pop(h); r; r = hold_pop(h))
		free(r);
}
