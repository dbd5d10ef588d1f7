/* repeat.c - answers that were told again, and say otherwise than the first. */
#include "analyzer/track/repeat.h"

#include "analyzer/base/when.h"
#include "analyzer/track/offer.h"

/* So long after the repeat, whoever follows it has gone where it leads. */
static const uint64_t WENT_ON_NS = 500 * (uint64_t)WHEN_MS;

/* Paths of RTCP are filed under each line that has one of their ends. */
static bool between(const struct flow *f, const struct endpoint *a, const struct endpoint *b)
{
	struct endpoint src = addr_src(&f->key), dst = addr_dst(&f->key);

	return (addr_endpoint_eq(&src, a) && addr_endpoint_eq(&dst, b)) ||
	       (addr_endpoint_eq(&src, b) && addr_endpoint_eq(&dst, a));
}

static bool silent(const struct agreed *a)
{
	if (a->m.segment_count || a->path_count || !a->offer || !a->answer)
		return false;
	for (unsigned i = 0; i < a->rtcp_count; i++)
		if (between(a->rtcp[i], &a->offer->rtcp, &a->answer->rtcp))
			return false;
	return true;
}

/* Of one dialog, to one offer: tags tell forks apart, whose answers stand beside each other. */
static bool same_question(const struct pact *p, const struct pact *q)
{
	return p != q && p->offer == q->offer && p->leg == q->leg && p->cseq == q->cseq &&
	       p->verb == q->verb && p->tags == q->tags && p->tags && !p->offer_in_response &&
	       !q->offer_in_response;
}

/* An answer that was given early, in an 18x, is none that came too late. */
static bool came_after(const struct pact *p, const struct pact *q)
{
	return q->answer && q->final_at.frame && live_evidence_cmp(&q->final_at, &p->answer_at) < 0;
}

/* Whoever had the answer still sends to where the first one said; told by one clock. */
static bool went_on(const struct agreed *a, const struct endpoint *to, const struct pact *late)
{
	for (unsigned i = 0; i < a->m.segment_count; i++) {
		const struct segment *s = &a->m.segments[i];
		if (addr_endpoint_eq(&s->b, to) && s->point == late->answer_point &&
		    s->last_ns > late->answer_at.ts_ns + WENT_ON_NS)
			return true;
	}
	return false;
}

static bool repeats(const struct pact *p, unsigned line, struct pact *const *pacts, unsigned count,
		    const struct agreed_list *list)
{
	for (unsigned i = 0; i < count; i++) {
		const struct pact *q = pacts[i];
		const struct line_seen *n = offer_line(q->answer, line);
		if (!n || !q->media || q->media[line] < 0 || !same_question(p, q) ||
		    !came_after(p, q))
			continue;
		if (went_on(&list->all[q->media[line]], &n->at, p))
			return true;
	}
	return false;
}

/* Whether each offer and answer that names this media is a repeat, and there is one. */
static bool only_repeated(const struct agreed *a, struct pact *const *pacts, unsigned count,
			  const struct agreed_list *list)
{
	bool any = false;

	for (unsigned i = 0; i < count; i++) {
		const struct pact *p = pacts[i];
		if (!p->media ||
		    !(offer_line(p->offer, a->index) || offer_line(p->answer, a->index)) ||
		    p->media[a->index] != a->number)
			continue;
		if (!p->answer || !repeats(p, a->index, pacts, count, list))
			return false;
		any = true;
	}
	return any;
}

void repeat_mark(struct pact *const *pacts, unsigned count, struct agreed_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		struct agreed *a = &list->all[i];
		if (!silent(a) || !only_repeated(a, pacts, count, list))
			continue;
		a->m.ignored = true;
		a->m.expects_media = false;
	}
}
