/* across.c - the same offer and answer on two hops of one call: what the box between them changed.
 */
#include "analyzer/track/across.h"

#include "analyzer/base/when.h"
#include "analyzer/track/epoch.h"
#include "analyzer/track/keyed.h"
#include "analyzer/track/offer.h"

enum { REKEYED = 50 }; /* packets a side: prints are chosen by content, so both sides keep alike */

static const uint64_t TOGETHER_NS = WHEN_SECOND;

static bool legible(const struct pact *p)
{
	return p->leg->leg.readable || p->leg->leg.decrypted;
}

/* A host that got the offer on one leg and sent it on over the other. */
static bool passed_on(const struct pact *p, const struct pact *q)
{
	const struct leg *x = &p->leg->leg, *y = &q->leg->leg;

	return p->leg != q->leg && p->cseq == q->cseq && p->verb == q->verb &&
	       p->callee_offers == q->callee_offers &&
	       p->offer_in_response == q->offer_in_response &&
	       (addr_eq(&x->b.addr, &y->a.addr) || addr_eq(&x->a.addr, &y->b.addr));
}

/* ---- fingerprints --------------------------------------------------------------- */

static bool same_print(const struct fingerprint_seen *a, const struct fingerprint_seen *b)
{
	return slice_ieq(a->hash, b->hash) && slice_ieq(a->value, b->value);
}

/* Another hash function may name the same certificate; only like is held against like. */
static bool other_prints(const struct line_seen *x, const struct line_seen *y)
{
	bool comparable = false;

	for (unsigned i = 0; i < x->fingerprint_count; i++)
		for (unsigned k = 0; k < y->fingerprint_count; k++) {
			comparable |= slice_ieq(x->fingerprints[i].hash, y->fingerprints[k].hash);
			if (same_print(&x->fingerprints[i], &y->fingerprints[k]))
				return false;
		}
	return comparable;
}

/* ---- keys -------------------------------------------------------------------------- */

static bool holds(const struct line_seen *m, uint64_t name)
{
	for (unsigned i = 0; i < m->crypto_count; i++)
		for (unsigned k = 0; k < CRYPTO_KEYS; k++)
			if (m->cryptos[i].key_names[k] == name)
				return true;
	return false;
}

static bool other_keys(const struct line_seen *x, const struct line_seen *y)
{
	bool comparable = false;

	for (unsigned i = 0; i < x->crypto_count; i++)
		for (unsigned k = 0; k < CRYPTO_KEYS; k++) {
			uint64_t name = x->cryptos[i].key_names[k];
			if (name && holds(y, name))
				return false;
			comparable |= name != 0;
		}
	return comparable && y->crypto_count;
}

static bool other_method(const struct agreed *a, const struct agreed *b)
{
	enum keying x = a->m.keying, y = b->m.keying;
	bool in_band = x == KEYING_DTLS || y == KEYING_DTLS || x == KEYING_ZRTP || y == KEYING_ZRTP;

	return x != y && in_band && x != KEYING_NONE && x != KEYING_UNKNOWN && y != KEYING_NONE &&
	       y != KEYING_UNKNOWN;
}

/* ---- media on both hops ----------------------------------------------------------- */

static uint64_t protected_packets(const struct agreed *a)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < a->m.segment_count; i++)
		if (a->m.segments[i].protection == PROTECTION_VERIFIED ||
		    a->m.segments[i].protection == PROTECTION_NONE_FOUND)
			n += a->m.segments[i].packets;
	return n;
}

/* Seen at different times, they need not have a packet in common. */
static bool together(const struct agreed *a, const struct agreed *b)
{
	for (unsigned i = 0; i < a->m.segment_count; i++)
		for (unsigned k = 0; k < b->m.segment_count; k++) {
			const struct segment *x = &a->m.segments[i], *y = &b->m.segments[k];
			uint64_t from = x->first_ns > y->first_ns ? x->first_ns : y->first_ns;
			uint64_t to = x->last_ns < y->last_ns ? x->last_ns : y->last_ns;
			if (to > from && to - from >= TOGETHER_NS)
				return true;
		}
	return false;
}

static bool has_print(const struct agreed *a, uint64_t payload)
{
	for (unsigned i = 0; i < a->m.segment_count; i++)
		for (unsigned k = 0; k < a->m.segments[i].print_count; k++)
			if (a->m.segments[i].prints[k].payload == payload)
				return true;
	return false;
}

/* One packet alike on both sides shows that something was passed on. */
static bool share_packets(const struct agreed *a, const struct agreed *b)
{
	for (unsigned i = 0; i < a->m.segment_count; i++)
		for (unsigned k = 0; k < a->m.segments[i].print_count; k++)
			if (has_print(b, a->m.segments[i].prints[k].payload))
				return true;
	return false;
}

/*
 * Rule-catalog B.7: both sides protected, keyed apart, and no packet in common:
 * what left the box is not what came to it.
 */
static void note_rekeyed(struct live *l, const struct agreed *a, const struct agreed *b)
{
	if (protected_packets(a) < REKEYED || protected_packets(b) < REKEYED || !together(a, b) ||
	    share_packets(a, b))
		return;
	struct fact *f =
		keyed_fact(l, FACT_media_rekeyed, 3, a->number, NULL, &a->m.segments[0].first);
	if (f)
		live_evidence(f, &b->m.segments[0].first);
}

/* ---- one m-line on two hops ------------------------------------------------------------ */

static void note(struct live *l, const struct agreed *a, const char *what,
		 const struct evidence *first, const struct evidence *second)
{
	struct fact *f = keyed_fact(l, FACT_keys_rewritten, 3, a->number, what, first);

	if (f)
		live_evidence(f, second);
}

static const char *changed(const struct agreed *a, const struct agreed *b,
			   const struct line_seen *x, const struct line_seen *y)
{
	if (!x || !y)
		return NULL;
	if (a->m.keying == KEYING_DTLS && b->m.keying == KEYING_DTLS && other_prints(x, y))
		return "fingerprints";
	if (a->m.keying == KEYING_SDES && b->m.keying == KEYING_SDES && other_keys(x, y))
		return "SDES keys";
	return NULL;
}

/* Whoever stands between two exchanges was party to both (B.6). */
static void note_exchanges(struct live *l, const struct agreed *a, const struct agreed *b)
{
	const struct evidence *first, *second;
	const char *how = keyed_zrtp_differs(a, b, &first, &second);

	for (unsigned i = 0; how && i < 2; i++) {
		struct fact *f =
			keyed_fact(l, FACT_zrtp_broken, 3, (i ? b : a)->number, how, first);
		if (f)
			live_evidence(f, second);
	}
}

/* The offer came in with keys and went on without: who passed it gave them up (MED-003). */
static void note_stripped(struct live *l, const struct pact *in, const struct pact *on, unsigned i,
			  const struct agreed *b)
{
	const struct line_seen *x = offer_line(in->offer, i), *y = offer_line(on->offer, i);

	if (!addr_eq(&in->leg->leg.b.addr, &on->leg->leg.a.addr) || in->callee_offers ||
	    in->offer_in_response || b->m.keying != KEYING_NONE || !b->m.answer_seen ||
	    b->m.rejected || x->kind != y->kind)
		return;
	if (!offer_line_has_keys(x) || offer_line_has_keys(y))
		return;
	struct fact *f = keyed_fact(l, FACT_downgrade, 3, b->number, "taken out between two hops",
				    &in->offer_at);
	if (f)
		live_evidence(f, &on->offer_at);
}

static bool with_ice(const struct line_seen *x, const struct line_seen *y)
{
	return x && y && x->ufrag.n && y->ufrag.n;
}

/* What passes ICE on leaves the fragments of its user as they came. */
static void note_ice(struct live *l, const struct agreed *a, const struct agreed *b,
		     const struct pact *p, const struct pact *q, unsigned i)
{
	const struct agreed *both[] = { a, b };

	const struct line_seen *x = offer_line(p->offer, i), *y = offer_line(q->offer, i);

	if (!with_ice(x, y))
		return;
	bool same = slice_eq(x->ufrag, y->ufrag);
	for (unsigned k = 0; k < 2; k++) {
		struct fact *f = keyed_fact(l, same ? FACT_ice_same : FACT_ice_changed,
					    same ? 3 : 1, both[k]->number, NULL, &p->offer_at);
		if (f)
			live_evidence(f, &q->offer_at);
	}
}

static void compare_line(struct live *l, const struct pact *p, const struct pact *q, unsigned i,
			 const struct agreed_list *list)
{
	if (p->media[i] < 0 || q->media[i] < 0)
		return;
	const struct agreed *a = &list->all[p->media[i]], *b = &list->all[q->media[i]];
	bool method = other_method(a, b) && p->final && q->final;
	const char *offer =
		method ? "the way of keying"
		       : changed(a, b, offer_line(p->offer, i), offer_line(q->offer, i));
	const char *answer = changed(a, b, offer_line(p->answer, i), offer_line(q->answer, i));

	/* Of several branches each has an answer of its own; another dialog has other tags anyway.
	 */
	bool one = p->leg->part != q->leg->part || p->tags == q->tags;

	note_stripped(l, p, q, i, b);
	note_stripped(l, q, p, i, a);
	if (a != b && p->tags && p->tags == q->tags && p->final && q->final)
		note_exchanges(l, a, b);
	note_ice(l, a, b, p, q, i);
	if (offer || (answer && one)) {
		note_rekeyed(l, a, b);
		note_rekeyed(l, b, a);
	}
	if (offer) {
		note(l, a, offer, &p->offer_at, &q->offer_at);
		note(l, b, offer, &p->offer_at, &q->offer_at);
	}
	if (answer && one) {
		note(l, a, answer, &p->answer_at, &q->answer_at);
		note(l, b, answer, &p->answer_at, &q->answer_at);
	}
}

void across_facts(struct live *l, struct pact *const *pacts, unsigned count,
		  const struct agreed_list *list)
{
	for (unsigned i = 0; i < count; i++)
		for (unsigned k = i + 1; k < count; k++) {
			const struct pact *p = pacts[i], *q = pacts[k];
			if (!legible(p) || !legible(q) || !p->media || !q->media ||
			    !passed_on(p, q))
				continue;
			for (unsigned m = 0; offer_line(p->offer, m) && offer_line(q->offer, m);
			     m++)
				compare_line(l, p, q, m, list);
		}
}

/* ---- rows that were joined ---------------------------------------------------------- */

static bool opens(struct pact *const *pacts, unsigned at)
{
	if (pacts[at]->reoffer || pacts[at]->verb != SIP_VERB_INVITE)
		return false;
	for (unsigned i = 0; i < at; i++)
		if (pacts[i]->leg->part == pacts[at]->leg->part && pacts[i]->final)
			return false;
	return true;
}

/* What came to a box on one leg and left it on another. */
static bool through(const struct pact *p, const struct pact *q)
{
	return p->leg->part != q->leg->part && p->callee_offers == q->callee_offers &&
	       addr_eq(&p->leg->leg.b.addr, &q->leg->leg.a.addr);
}

static bool same_address(const struct sdp_seen *x, const struct sdp_seen *y)
{
	const struct line_seen *m = offer_line(x, 0), *n = offer_line(y, 0);

	return m && n && addr_endpoint_eq(&m->at, &n->at);
}

static bool noted(const struct live *l, enum fact_kind kind)
{
	for (const struct note *n = l->facts; n; n = n->next)
		if (n->fact.kind == kind)
			return true;
	return false;
}

/* RFC 7092 3: from one that only signals to one that ends the media. */
static const char *type_of(const struct live *l, const struct pact *p, const struct pact *q)
{
	if (noted(l, FACT_media_transcoded))
		return "media termination (RFC 7092 3.2.3)";
	if (noted(l, FACT_media_rekeyed) || noted(l, FACT_media_decrypted) ||
	    noted(l, FACT_keys_rewritten))
		return "media-aware, it ends SRTP (RFC 7092 3.2.2)";
	if (!p->offer || !q->offer)
		return "its descriptions were not seen";
	if (p->offer->body_hash == q->offer->body_hash)
		return "signaling only (RFC 7092 3.1.2)";
	return same_address(p->offer, q->offer) ? "signaling and descriptions (RFC 7092 3.1.3)"
						: "media relay or more (RFC 7092 3.2.1)";
}

static void note_box(struct live *l, const struct pact *p, const struct pact *q)
{
	struct fact *f =
		live_fact(l, FACT_b2bua, 3, FACT_NOWHERE, FACT_NOWHERE, &p->leg->leg.first);

	if (!f)
		return;
	live_evidence(f, &q->leg->leg.first);
	f->leg = (int16_t)q->leg->number;
	f->text = type_of(l, p, q);
}

void across_parts(struct live *l)
{
	unsigned count = 0;
	struct pact **pacts = l->parts > 1 ? epoch_pacts(l, &count) : NULL;

	for (unsigned i = 0; pacts && i < count; i++)
		for (unsigned k = 0; k < count; k++) {
			struct pact *p = pacts[i], *q = pacts[k];
			if (!through(p, q) || !opens(pacts, i) || !opens(pacts, k) || !legible(p) ||
			    !legible(q))
				continue;
			for (unsigned m = 0; p->media && q->media && offer_line(p->offer, m) &&
					     offer_line(q->offer, m);
			     m++)
				compare_line(l, p, q, m, &l->list);
			note_box(l, p, q);
		}
}
