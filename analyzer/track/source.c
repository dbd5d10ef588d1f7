/* source.c - media that was taken over by another sender (RFC 7362 5, MED-008). */
#include "analyzer/track/source.h"

#include "analyzer/base/when.h"
#include "analyzer/track/keyed.h"

/*
 * A host that follows whoever sends to it turns its own media to him. What else
 * changes a source ends the old one: another address of a NAT, another network of
 * the same phone. So the old one must go on, in vain.
 */
static const uint64_t SETTLED_NS = WHEN_SECOND, BESIDE_NS = 5 * WHEN_SECOND;
enum { PACKETS = 50 };

/* One sender and one receiver on a path. */
struct way {
	uint64_t first_ns, last_ns, packets;
	struct evidence first;
	bool proved;
};

static struct way way_of(const struct flow *f, bool forward)
{
	struct way w = { .first_ns = UINT64_MAX };

	for (const struct stream *st = f->streams; st; st = st->next) {
		if (st->forward != forward || !st->window_count)
			continue;
		const struct window_seen *from = &st->windows[0].seen;
		const struct window_seen *to = &st->windows[st->window_count - 1].seen;
		w.first_ns = from->first_ns < w.first_ns ? from->first_ns : w.first_ns;
		w.last_ns = to->last_ns > w.last_ns ? to->last_ns : w.last_ns;
		w.packets += st->packets;
		w.proved |= st->proof.verified > 0;
		live_first(&w.first, &st->first);
	}
	return w;
}

/* The same SSRC from both: one sender on two ways (RFC 7198), or one that moved. */
static bool share_source(const struct flow *f, bool f_forward, const struct flow *g, bool g_forward)
{
	for (const struct stream *x = f->streams; x; x = x->next)
		for (const struct stream *y = g->streams; y; y = y->next)
			if (x->forward == f_forward && y->forward == g_forward &&
			    x->ssrc == y->ssrc)
				return true;
	return false;
}

static bool line_names(const struct line_seen *m, const struct addr *host)
{
	bool named = addr_eq(&m->at.addr, host);

	for (unsigned i = 0; i < m->candidate_count; i++)
		named |= addr_eq(&m->candidates[i].at.addr, host);
	return named;
}

static bool announced(const struct live *l, const struct addr *host)
{
	for (const struct sdp_held *h = l->sdps; h; h = h->next)
		for (unsigned i = 0; i < h->sdp.line_count; i++)
			if (line_names(&h->sdp.lines[i], host))
				return true;
	return false;
}

static bool beside(const struct evidence *at, uint64_t ns)
{
	return at->frame && at->ts_ns + BESIDE_NS >= ns && at->ts_ns <= ns + BESIDE_NS;
}

static bool offered_beside(const struct live *l, uint64_t ns)
{
	for (const struct pact *p = l->pacts; p; p = p->next)
		if (beside(&p->offer_at, ns) || beside(&p->answer_at, ns))
			return true;
	return false;
}

/* On path `f` and path `g` the same end; forward: it is the destination there. */
struct pair {
	const struct flow *f, *g;
	bool to_f, to_g;
};

static struct addr other_end(const struct flow *f, bool forward)
{
	return forward ? f->key.src : f->key.dst;
}

static bool meet(struct pair *p)
{
	for (unsigned i = 0; i < 4; i++) {
		p->to_f = i & 1;
		p->to_g = i >> 1;
		struct endpoint x = p->to_f ? addr_dst(&p->f->key) : addr_src(&p->f->key);
		struct endpoint y = p->to_g ? addr_dst(&p->g->key) : addr_src(&p->g->key);
		if (addr_endpoint_eq(&x, &y))
			return true;
	}
	return false;
}

/* What that end got from the old sender and the new one, and what it sent to each. */
static bool taken_over(const struct pair *p, struct way *was, struct way *is)
{
	struct way to_new = way_of(p->g, !p->to_g), to_old = way_of(p->f, !p->to_f);

	*was = way_of(p->f, p->to_f);
	*is = way_of(p->g, p->to_g);
	uint64_t turn_ns = to_new.first_ns;
	return was->packets >= PACKETS && is->packets >= PACKETS && to_new.packets >= PACKETS &&
	       to_old.packets >= PACKETS && was->first_ns + SETTLED_NS < turn_ns &&
	       was->last_ns > turn_ns + BESIDE_NS && is->first_ns <= turn_ns &&
	       is->first_ns > was->first_ns + SETTLED_NS &&
	       to_old.first_ns + SETTLED_NS < turn_ns && to_old.last_ns <= turn_ns + SETTLED_NS &&
	       to_new.last_ns > to_old.last_ns + SETTLED_NS;
}

static bool explained(const struct live *l, const struct pair *p, const struct way *is)
{
	struct addr old = other_end(p->f, p->to_f), new = other_end(p->g, p->to_g);

	return addr_eq(&old, &new) || is->proved || p->g->has_stun || p->f->in_turn ||
	       p->g->in_turn || p->g->dtls || p->g->zrtp || announced(l, &new) ||
	       offered_beside(l, is->first_ns) || share_source(p->f, p->to_f, p->g, p->to_g);
}

static void look_at(struct live *l, const struct agreed *a, struct pair p)
{
	struct way was, is;

	if (p.f == p.g || p.f->point != p.g->point || !meet(&p) || !taken_over(&p, &was, &is) ||
	    explained(l, &p, &is))
		return;
	struct fact *f =
		live_fact(l, FACT_media_taken_over, 1, a->number, FACT_NOWHERE, &was.first);
	if (f)
		live_evidence(f, &is.first);
}

void source_facts(struct live *l, const struct agreed_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct agreed *a = &list->all[i];
		/* An offer that is missing may have said it. */
		for (unsigned f = 0; f < a->path_count && !keyed_sdp_gaps(l, a); f++)
			for (unsigned g = 0; g < a->path_count; g++)
				look_at(l, a, (struct pair){ a->paths[f], a->paths[g], 0, 0 });
	}
}
