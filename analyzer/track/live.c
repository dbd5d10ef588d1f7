/* live.c - what all files of the track room do with a call in the making. */
#include "analyzer/track/live.h"

#include <string.h>

int live_evidence_cmp(const struct evidence *a, const struct evidence *b)
{
	if (a->ts_ns != b->ts_ns)
		return a->ts_ns < b->ts_ns ? -1 : 1;
	if (a->input != b->input)
		return a->input < b->input ? -1 : 1;
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

void live_first(struct evidence *keep, const struct evidence *seen)
{
	if (!keep->frame || live_evidence_cmp(seen, keep) < 0)
		*keep = *seen;
}

void live_last(struct evidence *keep, const struct evidence *seen)
{
	if (!keep->frame || live_evidence_cmp(seen, keep) > 0)
		*keep = *seen;
}

void live_answered(struct live *l, uint16_t point, uint64_t ns)
{
	unsigned i = 0;

	while (i < l->answer_count && l->answers[i].point != point)
		i++;
	if (i == LIVE_ANSWERS)
		return;
	if (i == l->answer_count)
		l->answers[l->answer_count++] = (struct answer_sighting){ ns, point };
	else if (ns < l->answers[i].ns)
		l->answers[i].ns = ns;
}

uint64_t live_call_time(const struct live *l, uint16_t point, uint64_t ns)
{
	for (unsigned i = 0; l->answered.frame && i < l->answer_count; i++)
		if (l->answers[i].point == point)
			return ns - (l->answers[i].ns - l->answered.ts_ns);
	return ns;
}

void *live_take(struct live *l, size_t n)
{
	void *p = arena_take(l->arena, n);

	if (!p)
		l->spent = true;
	return p;
}

void live_evidence(struct fact *f, const struct evidence *at)
{
	unsigned i = 0;

	if (!at->frame)
		return;
	while (i < f->at_count && live_evidence_cmp(&f->at[i], at) < 0)
		i++;
	if (i == FACT_EVIDENCE || (i < f->at_count && !live_evidence_cmp(&f->at[i], at)))
		return;
	if (f->at_count < FACT_EVIDENCE)
		f->at_count++;
	memmove(&f->at[i + 1], &f->at[i], (f->at_count - i - 1U) * sizeof f->at[0]);
	f->at[i] = *at;
}

static bool text_eq(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

struct fact *live_note(struct live *l, struct leg_live *leg, enum fact_kind kind, uint8_t grade,
		       const char *text, const struct evidence *at)
{
	struct note *n = leg->notes;

	while (n && !(n->fact.kind == kind && text_eq(n->fact.text, text)))
		n = n->next;
	if (!n) {
		n = live_take(l, sizeof *n);
		if (!n)
			return NULL;
		n->fact = (struct fact){ .kind = kind,
					 .grade = grade,
					 .text = text,
					 .leg = FACT_NOWHERE,
					 .media = FACT_NOWHERE,
					 .segment = FACT_NOWHERE,
					 .epoch = FACT_NOWHERE };
		n->next = leg->notes;
		leg->notes = n;
	}
	if (grade > n->fact.grade) /* said before, and seen now */
		n->fact.grade = grade;
	live_evidence(&n->fact, at);
	return &n->fact;
}

struct fact *live_fact(struct live *l, enum fact_kind kind, uint8_t grade, int media, int segment,
		       const struct evidence *at)
{
	struct note *n = l->fact_count < LIVE_FACTS ? live_take(l, sizeof *n) : NULL;

	if (!n) {
		l->spent = true;
		return NULL;
	}
	n->fact = (struct fact){ .kind = kind,
				 .grade = grade,
				 .leg = FACT_NOWHERE,
				 .media = (int16_t)media,
				 .segment = (int16_t)segment,
				 .epoch = FACT_NOWHERE };
	n->next = l->facts;
	l->facts = n;
	l->fact_count++;
	if (at)
		live_evidence(&n->fact, at);
	return &n->fact;
}

struct host_seen *live_host(const struct host_list *h, const struct addr *a)
{
	for (unsigned i = 0; i < h->count; i++)
		if (addr_eq(&h->all[i].addr, a))
			return &h->all[i];
	return NULL;
}

/* Room for two, and when they do not do for all. */
struct host_seen *live_host_add(struct live *l, struct host_list *h)
{
	enum { FEW = 2 };

	if (h->count == 0 || h->count == FEW) {
		size_t room = h->count ? LIVE_HOSTS : FEW;
		struct host_seen *more = live_take(l, room * sizeof *more);
		if (!more)
			return NULL;
		if (h->count)
			memcpy(more, h->all, h->count * sizeof *more);
		h->all = more;
	}
	return h->count < LIVE_HOSTS ? &h->all[h->count++] : NULL;
}

point_set live_bit(uint16_t n)
{
	return n < 64 ? (point_set)1 << n : 0;
}
