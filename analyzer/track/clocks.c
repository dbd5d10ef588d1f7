/* clocks.c - do the clocks of two capture points agree? Told from packets that both saw. */
#include "analyzer/track/clocks.h"

#include <stdlib.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"

enum { MARKS_OF_SEGMENT = 4 };
static const int64_t TOLD_NS = 250 * (int64_t)WHEN_MS, TOGETHER_NS = (int64_t)WHEN_SECOND;

/* One packet by what no relay may change and leave it the same packet. */
struct mark {
	struct mark_name {
		uint64_t payload;
		uint32_t ssrc, rtp_ts, seq, len;
	} name;
	uint16_t point;
	uint64_t ns;
};

struct pair {
	uint16_t a, b; /* a < b */
	unsigned count;
	int64_t samples[CLOCKS_SAMPLES]; /* b's clock minus a's */
};

struct clocks {
	struct map *marks;
	struct mark *room;
	size_t used;
	struct pair pairs[CLOCKS_PAIRS];
	unsigned pair_count;
	struct clock_difference told[CLOCKS_PAIRS];
};

struct clocks *clocks_new(size_t points)
{
	struct clocks *c = mem_zero(1, sizeof *c);

	c->marks = map_new();
	if (points > 1)
		c->room = mem_zero(CLOCKS_MARKS, sizeof *c->room);
	return c;
}

void clocks_free(struct clocks *c)
{
	if (!c)
		return;
	map_free(c->marks);
	free(c->room);
	free(c);
}

static struct slice name_of(const struct mark *m)
{
	return (struct slice){ (const uint8_t *)&m->name, sizeof m->name };
}

static struct pair *pair_for(struct clocks *c, uint16_t a, uint16_t b)
{
	for (unsigned i = 0; i < c->pair_count; i++)
		if (c->pairs[i].a == a && c->pairs[i].b == b)
			return &c->pairs[i];
	if (c->pair_count == CLOCKS_PAIRS)
		return NULL;
	struct pair *p = &c->pairs[c->pair_count++];
	*p = (struct pair){ .a = a, .b = b };
	return p;
}

static void sample(struct clocks *c, const struct mark *x, const struct mark *y)
{
	const struct mark *low = x->point < y->point ? x : y, *high = low == x ? y : x;
	struct pair *p = pair_for(c, low->point, high->point);

	if (p && p->count < CLOCKS_SAMPLES)
		p->samples[p->count++] = (int64_t)high->ns - (int64_t)low->ns;
}

static void add_mark(struct clocks *c, const struct mark *m)
{
	const struct mark *known = map_get(c->marks, name_of(m));

	if (known && known->point != m->point) {
		sample(c, known, m);
	} else if (!known && c->used < CLOCKS_MARKS) {
		struct mark *kept = &c->room[c->used++];
		*kept = *m;
		map_put(c->marks, name_of(kept), kept);
	}
}

static struct mark mark_of(const struct segment *s, unsigned i)
{
	const struct print_seen *p = &s->prints[i];

	return (struct mark){ .name = { p->payload, s->print_ssrcs[i], p->rtp_ts, p->seq, p->len },
			      .point = s->point,
			      .ns = p->ts_ns };
}

void clocks_add(struct clocks *c, const struct live *l)
{
	if (!c->room)
		return;
	for (unsigned i = 0; i < l->list.count; i++)
		for (unsigned k = 0; k < l->list.all[i].m.segment_count; k++) {
			const struct segment *s = &l->list.all[i].m.segments[k];
			for (unsigned p = 0; p < s->print_count && p < MARKS_OF_SEGMENT; p++) {
				struct mark m = mark_of(s, p);
				add_mark(c, &m);
			}
		}
}

static int sample_cmp(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

/* The median, when half of all lie within a second of it: tools play recordings again. */
static bool settled(struct pair *p, int64_t *ns)
{
	unsigned near = 0;

	if (p->count < CLOCKS_AGREE)
		return false;
	qsort(p->samples, p->count, sizeof *p->samples, sample_cmp);
	*ns = p->samples[p->count / 2];
	for (unsigned i = 0; i < p->count; i++)
		near += llabs(p->samples[i] - *ns) <= TOGETHER_NS;
	return near * 2 > p->count && llabs(*ns) > TOLD_NS;
}

static int told_cmp(const void *x, const void *y)
{
	const struct clock_difference *a = x, *b = y;

	return a->a != b->a ? (a->a < b->a ? -1 : 1) : (a->b > b->b) - (a->b < b->b);
}

size_t clocks_told(struct clocks *c, const struct clock_difference **out)
{
	size_t n = 0;
	int64_t ns;

	for (unsigned i = 0; i < c->pair_count; i++)
		if (settled(&c->pairs[i], &ns))
			c->told[n++] = (struct clock_difference){ c->pairs[i].a, c->pairs[i].b, ns,
								  c->pairs[i].count };
	if (n > 1)
		qsort(c->told, n, sizeof *c->told, told_cmp);
	*out = c->told;
	return n;
}

/* ---- one call ------------------------------------------------------------------------ */

static bool same_packet(const struct segment *s, unsigned i, const struct segment *t, unsigned k)
{
	const struct print_seen *x = &s->prints[i], *y = &t->prints[k];

	return x->payload == y->payload && x->len == y->len && x->seq == y->seq &&
	       x->rtp_ts == y->rtp_ts && s->print_ssrcs[i] == t->print_ssrcs[k];
}

static void compare(struct pair *p, const struct segment *s, const struct segment *t)
{
	for (unsigned i = 0; i < s->print_count; i++)
		for (unsigned k = 0; k < t->print_count && p->count < CLOCKS_SAMPLES; k++)
			if (same_packet(s, i, t, k))
				p->samples[p->count++] =
					(int64_t)t->prints[k].ts_ns - (int64_t)s->prints[i].ts_ns;
}

static unsigned segments_of(const struct live *l, const struct segment **out, unsigned room)
{
	unsigned n = 0;

	for (unsigned i = 0; i < l->list.count; i++)
		for (unsigned k = 0; k < l->list.all[i].m.segment_count && n < room; k++)
			out[n++] = &l->list.all[i].m.segments[k];
	return n;
}

const struct segment *clocks_within(const struct live *l, int64_t *ns)
{
	const struct segment *all[CLOCKS_SEGMENTS];
	unsigned n = l->points & (l->points - 1) ? segments_of(l, all, CLOCKS_SEGMENTS) : 0;

	for (unsigned i = 0; i < n; i++)
		for (unsigned k = i + 1; k < n; k++) {
			struct pair p = { .count = 0 };
			if (all[i]->point != all[k]->point)
				compare(&p, all[i], all[k]);
			if (settled(&p, ns))
				return all[i];
		}
	return NULL;
}
