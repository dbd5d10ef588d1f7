/* agreed.c - all offers and answers of a call, to one media per m-line and pair of addresses. */
#include "analyzer/track/agreed.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/when.h"
#include "analyzer/track/dialog.h"
#include "analyzer/track/offer.h"

/* ---- which media a line belongs to -------------------------------------------- */

static bool announced(const struct line_seen *m)
{
	return m && m->at.port && m->at.port != 9 && !addr_is_none(&m->at.addr);
}

/* An ICE user fragment outlives the default address (RFC 8839 4.4). */
static bool same_end(const struct line_seen *a, const struct line_seen *b, bool same_leg)
{
	if (!a || !b)
		return same_leg;
	if (a->ufrag.n && b->ufrag.n)
		return slice_eq(a->ufrag, b->ufrag);
	if (announced(a) && announced(b))
		return addr_endpoint_eq(&a->at, &b->at);
	return same_leg; /* 0.0.0.0: hold as RFC 2543 wrote it */
}

/* Where the answer was cut short, keys may have stood in what is missing. */
static enum keying keying_of(const struct pact *p, const struct line_seen *o,
			     const struct line_seen *n)
{
	enum keying k = offer_keying(o, n);

	return k == KEYING_NONE && p->answer && p->answer->truncated ? KEYING_UNKNOWN : k;
}

static bool same_media(const struct agreed *a, const struct pact *p, const struct line_seen *o,
		       const struct line_seen *n, bool *swapped)
{
	bool same_leg = a->leg == p->leg;
	const struct line_seen *any = n ? n : o;

	if (a->m.kind != any->kind)
		return false;
	if (n && a->answer && a->m.keying != keying_of(p, o, n))
		return false;
	*swapped = false;
	if (same_end(a->offer, o, same_leg) && same_end(a->answer, n, same_leg))
		return true;
	/* Who answered is not who offered for the reason alone that no offer was seen. */
	*swapped = (a->offer && n) || (a->answer && o);
	return *swapped && same_end(a->offer, n, same_leg) && same_end(a->answer, o, same_leg);
}

/* An offer nobody took up joins the media that has its address. */
static bool same_offer(const struct agreed *a, const struct line_seen *o, bool *swapped)
{
	if (a->m.kind != o->kind)
		return false;
	*swapped = !same_end(a->offer, o, false) && same_end(a->answer, o, false);
	return *swapped || same_end(a->offer, o, false);
}

static struct agreed *find(struct agreed_list *list, const struct pact *p, unsigned i,
			   const struct line_seen *o, const struct line_seen *n, bool *swapped)
{
	for (unsigned k = 0; k < list->count; k++) {
		struct agreed *a = &list->all[k];
		if (a->index != i)
			continue;
		if (n ? same_media(a, p, o, n, swapped) : same_offer(a, o, swapped))
			return a;
	}
	*swapped = false;
	return NULL;
}

/* ---- filling it ------------------------------------------------------------------ */

static void keep_line(struct agreed *a, const struct line_seen *m, unsigned side)
{
	if (!m)
		return;
	for (unsigned i = side; i < AGREED_LINES; i += 2)
		if (!a->lines[i] || a->lines[i] == m) {
			a->lines[i] = m;
			if (a->line_count < i + 1)
				a->line_count = i + 1;
			return;
		}
}

static bool is_active(const struct line_seen *m)
{
	return !m || (m->at.port && m->direction != SDP_INACTIVE);
}

static void learn(const struct live *l, struct agreed *a, const struct pact *p,
		  const struct line_seen *o, const struct line_seen *n, bool swapped)
{
	uint64_t answer_ns = live_call_time(l, p->answer_point, p->answer_at.ts_ns);

	keep_line(a, o, swapped);
	keep_line(a, n, !swapped);
	if (o) {
		a->m.offer_seen = true;
		a->offered_secure |= observation_profile_secure(o->profile);
		a->offered_keys |= offer_line_has_keys(o);
		a->offered_first |= !p->reoffer;
		a->offered_otherwise |= o->fingerprint_count || o->zrtp_hash_count || o->key_mgmt;
		live_first(&a->offer_at, &p->offer_at);
	}
	a->readable |= p->leg->leg.readable || p->leg->leg.decrypted;
	if (!n)
		return;
	a->m.answer_seen = a->m.answered = true;
	a->m.rejected = false;
	a->final |= p->final;
	a->m.expects_media |= p->final && is_active(o) && is_active(n);
	live_first(&a->answer_at, &p->answer_at);
	if (a->answer_last_ns < answer_ns)
		a->answer_last_ns = answer_ns;
	a->offer = swapped ? n : o;
	a->answer = swapped ? o : n;
}

static struct agreed *make(struct agreed_list *list, const struct pact *p, unsigned i,
			   const struct line_seen *o, const struct line_seen *n)
{
	const struct line_seen *any = n ? n : o;

	if (list->count == AGREED_MEDIA)
		return NULL;
	struct agreed *a = &list->all[list->count++];
	a->index = i;
	a->leg = p->leg;
	a->offer = o;
	a->answer = n;
	a->caller_answers = p->callee_offers;
	a->m.kind = any->kind;
	a->m.profile = any->profile;
	a->m.proto = any->proto;
	a->m.keying = keying_of(p, o, n);
	if (announced(o))
		a->m.offerer = o->at;
	if (announced(n))
		a->m.answerer = n->at;
	return a;
}

/* Port 0 turns a line down (RFC 3264 6), unless BUNDLE keeps it on another's port (RFC 9143). */
static bool turned_down(const struct pact *p, const struct line_seen *o, const struct line_seen *n)
{
	return (n && !n->at.port && !n->bundle_only) || (!n && o && p->refused) ||
	       (o && n && !o->at.port && !o->bundle_only);
}

static void add_line(const struct live *l, struct agreed_list *list, struct pact *p, unsigned i)
{
	const struct line_seen *o = offer_line(p->offer, i), *n = offer_line(p->answer, i);
	bool down = turned_down(p, o, n), swapped;
	struct agreed *a;

	p->media[i] = -1;
	if ((o && !o->at.port && !o->bundle_only) || (!o && (!n || !n->at.port)))
		return; /* a line that was over already */
	if (down)
		n = NULL;
	if (!n && !o)
		return;
	a = find(list, p, i, o, n, &swapped);
	if (!a) {
		a = make(list, p, i, o, n);
		if (a)
			a->m.rejected = down;
	}
	if (!a)
		return;
	learn(l, a, p, o, n, swapped);
	p->media[i] = (int16_t)(a - list->all);
}

/* ---- order ---------------------------------------------------------------------------- */

static int agreed_cmp(const void *x, const void *y)
{
	const struct agreed *a = x, *b = y;
	int order;

	if (a->index != b->index)
		return a->index < b->index ? -1 : 1;
	order = live_evidence_cmp(a->offer_at.frame ? &a->offer_at : &a->answer_at,
				  b->offer_at.frame ? &b->offer_at : &b->answer_at);
	if (!order)
		order = addr_endpoint_cmp(&a->m.offerer, &b->m.offerer);
	if (!order)
		order = addr_endpoint_cmp(&a->m.answerer, &b->m.answerer);
	return order;
}

static void sort(struct agreed_list *list, struct pact *const *pacts, unsigned count)
{
	int16_t place[AGREED_MEDIA];

	for (unsigned k = 0; k < list->count; k++)
		list->all[k].m.leg = (int16_t)k; /* borrowed while sorting */
	qsort(list->all, list->count, sizeof *list->all, agreed_cmp);
	for (unsigned k = 0; k < list->count; k++)
		place[list->all[k].m.leg] = (int16_t)k;
	for (unsigned i = 0; i < count; i++)
		for (unsigned k = 0;
		     offer_line(pacts[i]->offer, k) || offer_line(pacts[i]->answer, k); k++)
			if (pacts[i]->media && pacts[i]->media[k] >= 0)
				pacts[i]->media[k] = place[pacts[i]->media[k]];
}

static unsigned lines_of(const struct pact *p)
{
	unsigned o = p->offer ? p->offer->line_count : 0, n = p->answer ? p->answer->line_count : 0;

	return o > n ? o : n;
}

/* ---- the door --------------------------------------------------------------------------- */

static bool is_voice(const struct codec_seen *c)
{
	return c->name.n && !slice_ieq(c->name, SLICE("telephone-event")) &&
	       !slice_ieq(c->name, SLICE("CN"));
}

static void settle(struct live *l, struct agreed *a)
{
	const struct line_seen *from = a->answer ? a->answer : a->offer;
	uint64_t over = l->bye.frame ? l->bye.ts_ns : l->last.ts_ns;
	uint64_t start = l->answered.frame ? l->answered.ts_ns : l->first.ts_ns;

	a->m.leg = (int16_t)a->leg->number;
	a->m.expects_media = a->m.expects_media && dialog_answered(l) &&
			     (a->m.kind == MEDIA_AUDIO || a->m.kind == MEDIA_VIDEO) &&
			     over >= start + WHEN_SECOND;
	for (unsigned i = 0; from && i < from->codec_count && !a->m.codec; i++)
		if (is_voice(&from->codecs[i]))
			a->m.codec = arena_text(l->arena, from->codecs[i].name);
}

void agreed_build(struct live *l, struct pact *const *pacts, unsigned count,
		  struct agreed_list *out)
{
	*out = (struct agreed_list){ 0 };
	unsigned room = 0;
	for (unsigned i = 0; i < count; i++)
		room += lines_of(pacts[i]);
	if (room > AGREED_MEDIA)
		room = AGREED_MEDIA;
	out->all = room ? live_take(l, room * sizeof *out->all) : NULL;
	if (!out->all)
		return;
	/* What was answered comes first: offers without an answer then join it where they can. */
	for (unsigned pass = 0; pass < 2; pass++)
		for (unsigned i = 0; i < count; i++) {
			struct pact *p = pacts[i];
			unsigned lines = lines_of(p);
			if ((p->answer != NULL) == pass || !lines)
				continue;
			p->media = live_take(l, lines * sizeof *p->media);
			for (unsigned k = 0; p->media && k < lines; k++)
				add_line(l, out, p, k);
		}
	if (out->count)
		sort(out, pacts, count);
	for (unsigned k = 0; k < out->count; k++) {
		out->all[k].number = (int16_t)k;
		settle(l, &out->all[k]);
	}
}

static bool line_has(const struct line_seen *m, const struct endpoint *e)
{
	if (announced(m) && addr_endpoint_eq(&m->at, e))
		return true;
	for (unsigned i = 0; i < m->candidate_count; i++)
		if (addr_endpoint_eq(&m->candidates[i].at, e))
			return true;
	return false;
}

int agreed_side(const struct agreed *a, const struct endpoint *e)
{
	for (unsigned i = 0; i < a->line_count; i++)
		if (a->lines[i] && line_has(a->lines[i], e))
			return (int)(i & 1);
	return -1;
}

static bool has_fragment(const struct agreed *a, const struct flow *f)
{
	for (unsigned k = 0; k < f->link_count; k++) {
		const struct place *p = f->links[k].place;
		for (unsigned i = 0; place_is_ufrag(p) && i < a->line_count; i++) {
			if (!a->lines[i] || !a->lines[i]->ufrag.n)
				continue;
			uint64_t h = hash_fixed(a->lines[i]->ufrag);
			if (!memcmp(p->key + 1, &h, sizeof h))
				return true;
		}
	}
	return false;
}

static bool carries(const struct agreed *a, int pt)
{
	for (unsigned i = 0; i < a->line_count; i++)
		for (unsigned k = 0; a->lines[i] && k < a->lines[i]->codec_count; k++)
			if (a->lines[i]->codecs[k].pt == pt)
				return true;
	return false;
}

unsigned agreed_fit(const struct agreed *a, const struct flow *f, int pt)
{
	bool side[2] = { false, false };
	struct endpoint e;

	/* The ends of the path, and what a TURN server relays for one of them. */
	for (unsigned i = 0; i < f->link_count; i++) {
		int k = place_is_endpoint(f->links[i].place, &e) ? agreed_side(a, &e) : -1;
		if (k >= 0)
			side[k] = true;
	}
	unsigned fit = side[0] + side[1] + 2U * has_fragment(a, f);

	if (!fit)
		return 0;
	return 8 * fit + 2U * (pt < 0 || carries(a, pt)) + (a->answer != NULL);
}

static void count_handshakes(struct agreed *a, const struct flow *f)
{
	for (const struct dtls_held *d = f->dtls; d; d = d->next) {
		a->m.dtls = true;
		a->dtls_records += d->seen.records;
		live_first(&a->dtls_at,
			   d->seen.shake.client_at.frame ? &d->seen.shake.client_at : &d->at);
	}
	for (const struct zrtp_held *z = f->zrtp; z; z = z->next) {
		a->m.zrtp = true;
		a->zrtp_messages += z->seen.count;
		live_first(&a->zrtp_at, z->seen.first_hello.frame ? &z->seen.first_hello : &z->at);
	}
}

void agreed_path(struct agreed *a, const struct flow *f)
{
	if (a->path_count < AGREED_PATHS)
		a->paths[a->path_count++] = f;
	count_handshakes(a, f);
}

static bool is_rtcp_of(const struct agreed *a, const struct endpoint *e)
{
	for (unsigned i = 0; i < a->line_count; i++)
		if (a->lines[i] && a->lines[i]->rtcp.port && announced(a->lines[i]) &&
		    addr_endpoint_eq(&a->lines[i]->rtcp, e))
			return true;
	return false;
}

void agreed_rtcp_path(struct agreed *a, const struct flow *f)
{
	struct endpoint src = addr_src(&f->key), dst = addr_dst(&f->key);

	if (a->rtcp_count < AGREED_PATHS && (is_rtcp_of(a, &src) || is_rtcp_of(a, &dst)))
		a->rtcp[a->rtcp_count++] = f;
}

static const char *static_name(uint8_t pt)
{
	switch (pt) { /* RFC 3551 6 */
	case 0:
		return "PCMU";
	case 3:
		return "GSM";
	case 4:
		return "G723";
	case 8:
		return "PCMA";
	case 9:
		return "G722";
	case 13:
		return "CN";
	case 15:
		return "G728";
	case 18:
		return "G729";
	case 31:
		return "H261";
	case 34:
		return "H263";
	default:
		return NULL;
	}
}

const char *agreed_codec(struct live *l, const struct agreed *a, uint8_t pt)
{
	/* The answerer's numbers last: both sides mostly use the same. */
	for (unsigned i = 0; a && i < a->line_count; i++)
		for (unsigned k = 0; a->lines[i] && k < a->lines[i]->codec_count; k++) {
			const struct codec_seen *c = &a->lines[i]->codecs[k];
			if (c->pt == pt && c->name.n)
				return arena_text(l->arena, c->name);
		}
	return static_name(pt);
}
