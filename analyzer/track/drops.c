/* drops.c - when the capture lost packets, and whose they may have been. */
#include "analyzer/track/drops.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"

/* Losses are read off once a second or so: what follows at once is the same stretch. */
#define GAP_NS (3 * WHEN_SECOND)

struct lapse {
	uint64_t from_ns, to_ns, packets;
	uint64_t points; /* bits */
};

struct drops {
	struct lapse all[DROPS_HELD]; /* in order of their end */
	size_t count;
	uint64_t merged;
};

struct drops *drops_new(void)
{
	return mem_zero(1, sizeof(struct drops));
}

void drops_free(struct drops *d)
{
	free(d);
}

static void widen(struct lapse *s, const struct lapse *by)
{
	if (by->from_ns < s->from_ns)
		s->from_ns = by->from_ns;
	if (by->to_ns > s->to_ns)
		s->to_ns = by->to_ns;
	s->packets += by->packets;
	s->points |= by->points;
}

static struct lapse *newest_of(struct drops *d, uint64_t points)
{
	for (size_t i = d->count; i; i--)
		if (d->all[i - 1].points == points)
			return &d->all[i - 1];
	return NULL;
}

void drops_add(struct drops *d, uint16_t point, uint64_t from_ns, uint64_t to_ns, uint64_t packets)
{
	struct lapse one = { from_ns, to_ns, packets, UINT64_C(1) << (point % 64) };
	struct lapse *last = newest_of(d, one.points);

	if (last && from_ns <= last->to_ns + GAP_NS) {
		widen(last, &one);
		return;
	}
	if (d->count == DROPS_HELD) {
		widen(&d->all[1], &d->all[0]);
		memmove(d->all, d->all + 1, (DROPS_HELD - 1) * sizeof *d->all);
		d->count--;
		d->merged++;
	}
	d->all[d->count++] = one;
}

uint64_t drops_merged(const struct drops *d)
{
	return d->merged;
}

static void not_whole(struct live *l)
{
	for (struct note *n = l->facts; n; n = n->next)
		n->fact.spans = false;
	for (struct leg_live *leg = l->legs; leg; leg = leg->next)
		for (struct note *n = leg->notes; n; n = n->next)
			n->fact.spans = false;
}

void drops_facts(const struct drops *d, struct live *l)
{
	uint64_t packets = 0;

	for (size_t i = 0; i < d->count; i++) {
		const struct lapse *s = &d->all[i];
		if ((s->points & l->points) && s->from_ns <= l->call.end_ns &&
		    s->to_ns >= l->call.start_ns)
			packets += s->packets;
	}
	if (!packets)
		return;
	not_whole(l);
	struct fact *f =
		live_fact(l, FACT_capture_dropped, 3, FACT_NOWHERE, FACT_NOWHERE, &l->first);
	if (f)
		f->value = packets;
}
