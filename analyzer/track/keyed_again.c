/* keyed_again.c - another DTLS handshake on an established path, by somebody else (RFC 8842 4). */
#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/track/keyed.h"
#include "analyzer/track/offer.h"

/* An offer and its answer run beside the media they are about. */
static const uint64_t BESIDE_NS = 5 * WHEN_SECOND;
enum { SHA256 = 32 };

struct look {
	struct live *l;
	const struct agreed *a;
	const struct flow *f;
	const struct dtls_held *before, *after;
};

static bool completed(const struct dtls_held *d)
{
	return d->seen.shake.client_done && d->seen.shake.server_done;
}

/* The last one that had completed when this one began. */
static const struct dtls_held *one_before(const struct flow *f, const struct dtls_held *after)
{
	const struct dtls_held *last = NULL;

	for (const struct dtls_held *d = f->dtls; d && d != after; d = d->next)
		if (completed(d) && d->seen.shake.done_at.ts_ns < after->first_ns)
			last = d;
	return last;
}

/* What the flow's source, or its destination, showed; roles may change between two handshakes. */
static const struct cert_seen *shown(const struct dtls_held *d, bool src)
{
	return &d->seen.shake.certs[d->client_is_src != src];
}

/* Where either is hidden or not whole nothing is known; the same one is the same party. */
static bool differ(const struct cert_seen *a, const struct cert_seen *b)
{
	return a->sent && b->sent && !a->none && !b->none &&
	       memcmp(a->digest[CERT_SHA256], b->digest[CERT_SHA256], SHA256);
}

/* ---- what announces it -------------------------------------------------------------------- */

static bool within(const struct evidence *at, const struct look *k, uint64_t slack_ns)
{
	return at->frame && at->ts_ns + slack_ns >= k->before->seen.shake.done_at.ts_ns &&
	       at->ts_ns <= k->after->last_ns + BESIDE_NS;
}

/* The first offer always stands just before the first handshake. */
static bool offered_between(const struct look *k)
{
	for (const struct pact *p = k->l->pacts; p; p = p->next) {
		uint64_t slack_ns = p->reoffer ? BESIDE_NS : 0;
		if (within(&p->offer_at, k, slack_ns) || within(&p->answer_at, k, slack_ns))
			return true;
	}
	return false;
}

static const struct pact *last_before(const struct look *k)
{
	const struct pact *last = NULL;

	for (const struct pact *p = k->l->pacts; p; p = p->next)
		if (p->answer && p->answer_at.ts_ns <= k->after->last_ns + BESIDE_NS &&
		    (!last || p->answer_at.ts_ns > last->answer_at.ts_ns))
			last = p;
	return last;
}

static bool names(const struct sdp_seen *s, const struct cert_seen *c)
{
	for (unsigned i = 0; offer_line(s, i); i++)
		if (keyed_line_cert(&s->lines[i], c) >= KEYED_WEAKER)
			return true;
	return false;
}

/* By what stands: the last offer, with the answers of all its branches and on all its hops. */
static bool announced(const struct look *k, const struct cert_seen *c)
{
	const struct pact *last = last_before(k);

	for (const struct pact *p = k->l->pacts; p && last; p = p->next)
		if (p->cseq == last->cseq && p->callee_offers == last->callee_offers &&
		    (names(p->offer, c) || names(p->answer, c)))
			return true;
	return false;
}

/* Ports are used again: the other call may have announced it. */
static bool others_promise(const struct flow *f, const struct live *l)
{
	for (unsigned i = 0; i < f->link_count; i++)
		for (const struct promise *p = f->links[i].place->promises; p; p = p->next)
			if (p->live != l)
				return true;
	return false;
}

/* ---- the fact ---------------------------------------------------------------------------------
 */

static void note_side(const struct look *k, bool src)
{
	const struct cert_seen *was = shown(k->before, src), *is = shown(k->after, src);
	struct fact *f;

	if (!differ(was, is) || announced(k, is))
		return;
	f = keyed_fact(k->l, FACT_dtls_changed, 3, k->a->number, NULL,
		       was->at.frame ? &was->at : &k->before->at);
	if (f)
		live_evidence(f, is->at.frame ? &is->at : &k->after->at);
}

static void look_at(struct look *k)
{
	k->before = one_before(k->f, k->after);
	if (!k->before || !completed(k->after) || k->after->seen.shake.conflict ||
	    !keyed_in_time(k->l, k->before->first_ns, k->before->last_ns) ||
	    !keyed_in_time(k->l, k->after->first_ns, k->after->last_ns) || offered_between(k))
		return;
	note_side(k, true);
	note_side(k, false);
}

void keyed_again(struct live *l, const struct agreed_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		struct look k = { .l = l, .a = &list->all[i] };
		if (k.a->m.keying != KEYING_DTLS || keyed_sdp_gaps(l, k.a))
			continue;
		for (unsigned p = 0; p < k.a->path_count; p++) {
			k.f = k.a->paths[p];
			if (others_promise(k.f, l))
				continue;
			for (k.after = k.f->dtls; k.after; k.after = k.after->next)
				look_at(&k);
		}
	}
}
