/* epoch.c - the stretches of a call with the same parties, keys and addresses. */
#include "analyzer/track/epoch.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/track/dialog.h"
#include "analyzer/track/offer.h"

static const struct evidence *pact_at(const struct pact *p)
{
	return p->offer_at.frame ? &p->offer_at : &p->answer_at;
}

static int by_time(const void *x, const void *y)
{
	const struct pact *a = *(struct pact *const *)x, *b = *(struct pact *const *)y;
	int order = live_evidence_cmp(pact_at(a), pact_at(b));

	if (!order)
		order = live_evidence_cmp(&a->answer_at, &b->answer_at);
	if (!order)
		order = a->tags < b->tags ? -1 : a->tags > b->tags;
	return order;
}

struct pact **epoch_pacts(struct live *l, unsigned *count)
{
	struct pact **all =
		l->pact_count ? live_take(l, l->pact_count * sizeof(struct pact *)) : NULL;

	*count = 0;
	for (struct pact *p = l->pacts; all && p; p = p->next)
		all[(*count)++] = p;
	if (*count)
		qsort(all, *count, sizeof(struct pact *), by_time);
	return all;
}

static bool same_keys(const struct line_seen *a, const struct line_seen *b)
{
	if (a->crypto_count != b->crypto_count || a->fingerprint_count != b->fingerprint_count)
		return false;
	for (unsigned i = 0; i < a->crypto_count; i++)
		if (a->cryptos[i].key_names[0] != b->cryptos[i].key_names[0])
			return false;
	for (unsigned i = 0; i < a->fingerprint_count; i++)
		if (!slice_ieq(a->fingerprints[i].value, b->fingerprints[i].value))
			return false;
	return true;
}

static bool same_shape(const struct sdp_seen *x, const struct sdp_seen *y)
{
	if (x == y || !x || !y)
		return x == y;
	if (x->line_count != y->line_count)
		return false;
	for (unsigned i = 0; i < x->line_count; i++) {
		const struct line_seen *a = &x->lines[i], *b = &y->lines[i];
		if (a->kind != b->kind || a->profile != b->profile ||
		    a->direction != b->direction || !addr_endpoint_eq(&a->at, &b->at) ||
		    !slice_eq(a->ufrag, b->ufrag) || !same_keys(a, b))
			return false;
	}
	return true;
}

/* The same exchange at another hop or point. */
static bool same_exchange(const struct pact *a, const struct pact *b)
{
	return a->tags == b->tags && a->cseq == b->cseq && a->verb == b->verb &&
	       a->callee_offers == b->callee_offers;
}

/* The last exchange of this dialog on this leg before number n, or NULL. */
static const struct pact *before(struct pact *const *pacts, unsigned n)
{
	for (unsigned i = n; i-- > 0;)
		if (pacts[i]->leg == pacts[n]->leg && pacts[i]->tags == pacts[n]->tags &&
		    pacts[i]->answer && !same_exchange(pacts[i], pacts[n]))
			return pacts[i];
	return NULL;
}

static bool changes(const struct pact *p, const struct pact *last)
{
	if (!last)
		return true;
	if (p->callee_offers != last->callee_offers)
		return !same_shape(p->offer, last->answer) || !same_shape(p->answer, last->offer);
	return !same_shape(p->offer, last->offer) || !same_shape(p->answer, last->answer);
}

static struct epoch *add(struct live *l, unsigned room, const struct evidence *at,
			 enum epoch_type type, const char *why)
{
	struct call *c = &l->call;

	if (c->epoch_count >= room)
		return NULL;
	c->epochs[c->epoch_count] =
		(struct epoch){ .start_ns = at->ts_ns, .type = type, .why = why, .at = *at };
	return &c->epochs[c->epoch_count++];
}

static void first_epochs(struct live *l, struct pact *const *pacts, unsigned count, unsigned room)
{
	struct evidence early = { 0 };

	for (unsigned i = 0; i < count; i++)
		if (!pacts[i]->reoffer && pacts[i]->answer)
			live_first(&early, &pacts[i]->answer_at);
	if (early.frame && (!l->answered.frame || early.ts_ns < l->answered.ts_ns) &&
	    (l->answered.frame || !dialog_answered(l)))
		add(l, room, &early, EPOCH_EARLY, "early answer");
	if (l->answered.frame)
		add(l, room, &l->answered, EPOCH_TALK, "answer");
	else if (dialog_answered(l))
		add(l, room, &l->first, EPOCH_TALK, "answer not seen");
}

static void later_epochs(struct live *l, struct pact *const *pacts, unsigned count, unsigned room)
{
	for (unsigned i = 0; i < count; i++) {
		const struct pact *p = pacts[i];
		struct evidence at = p->answer_at;
		bool seen = false;
		if (!p->reoffer || !p->answer || !p->tags)
			continue;
		for (unsigned k = 0; k < count; k++)
			if (same_exchange(pacts[k], p) && pacts[k]->answer) {
				seen |= k < i;
				live_first(&at, &pacts[k]->answer_at);
			}
		if (seen || !changes(p, before(pacts, i)))
			continue;
		/* Held from the start is a listen-only call, not a hold. */
		bool hold = l->call.epoch_count && offer_on_hold(p->offer, p->answer);
		add(l, room, &at, hold ? EPOCH_HOLD : EPOCH_TALK,
		    p->verb == SIP_VERB_UPDATE ? "UPDATE" : "re-INVITE");
	}
}

static int epoch_cmp(const void *x, const void *y)
{
	return live_evidence_cmp(&((const struct epoch *)x)->at, &((const struct epoch *)y)->at);
}

void epoch_build(struct live *l, struct pact *const *pacts, unsigned count, uint64_t end_ns)
{
	struct call *c = &l->call;
	unsigned room = count + 2;

	c->epochs = live_take(l, room * sizeof *c->epochs);
	if (!c->epochs || !dialog_is_call(l))
		return;
	first_epochs(l, pacts, count, room);
	later_epochs(l, pacts, count, room);
	if (c->epoch_count)
		qsort(c->epochs, c->epoch_count, sizeof *c->epochs, epoch_cmp);
	for (unsigned i = 0; i < c->epoch_count; i++) {
		uint64_t end = i + 1U < c->epoch_count ? c->epochs[i + 1].start_ns : end_ns;
		c->epochs[i].end_ns = end > c->epochs[i].start_ns ? end : c->epochs[i].start_ns;
	}
}

int epoch_at(const struct call *c, uint64_t ns)
{
	bool ringing = c->answered_ns && c->complete_start;
	int at = c->epoch_count ? 0 : -1;

	if (at == 0 && ringing && ns < c->epochs[0].start_ns)
		return -1;
	for (int i = 1; i < c->epoch_count; i++)
		if (c->epochs[i].start_ns <= ns)
			at = i;
	return at;
}
