/* offer.c - offers and answers (RFC 3264), leg by leg. */
#include "analyzer/track/offer.h"

#include <string.h>

#include "analyzer/base/hash.h"

enum { EARLY_NS = 2000000000 }; /* media may outrun its offer's sighting */

/* ---- copies ------------------------------------------------------------------ */

static void *copy(struct live *l, const void *from, size_t n)
{
	void *p = n ? live_take(l, n) : NULL;

	if (p)
		memcpy(p, from, n);
	return p;
}

static void copy_codecs(struct live *l, struct line_seen *to, const struct line_seen *from)
{
	struct codec_seen *c = copy(l, from->codecs, from->codec_count * sizeof *c);

	to->codecs = c;
	if (!c)
		to->codec_count = 0;
	for (unsigned i = 0; i < to->codec_count; i++)
		c[i].name = arena_slice(l->arena, c[i].name);
}

static void copy_cryptos(struct live *l, struct line_seen *to, const struct line_seen *from)
{
	struct crypto_seen *c = copy(l, from->cryptos, from->crypto_count * sizeof *c);

	to->cryptos = c;
	if (!c)
		to->crypto_count = 0;
	for (unsigned i = 0; i < to->crypto_count; i++)
		c[i].suite = arena_slice(l->arena, c[i].suite);
}

static void copy_fingerprints(struct live *l, struct line_seen *to, const struct line_seen *from)
{
	struct fingerprint_seen *f =
		copy(l, from->fingerprints, from->fingerprint_count * sizeof *f);

	to->fingerprints = f;
	if (!f)
		to->fingerprint_count = 0;
	for (unsigned i = 0; i < to->fingerprint_count; i++) {
		f[i].hash = arena_slice(l->arena, f[i].hash);
		f[i].value = arena_slice(l->arena, f[i].value);
	}
}

static void copy_zrtp_hashes(struct live *l, struct line_seen *to, const struct line_seen *from)
{
	struct zrtp_hash_seen *z =
		copy(l, from->zrtp_hashes, from->zrtp_hash_count * sizeof *from->zrtp_hashes);

	to->zrtp_hashes = z;
	to->zrtp_hash_count = z ? from->zrtp_hash_count : 0;
	for (unsigned i = 0; i < to->zrtp_hash_count; i++)
		z[i] = (struct zrtp_hash_seen){
			.version = arena_slice(l->arena, from->zrtp_hashes[i].version),
			.hash = arena_slice(l->arena, from->zrtp_hashes[i].hash),
		};
}

static void copy_line(struct live *l, struct line_seen *to, const struct line_seen *from)
{
	*to = *from;
	to->proto = arena_slice(l->arena, from->proto);
	to->ufrag = arena_slice(l->arena, from->ufrag);
	to->mid = arena_slice(l->arena, from->mid);
	to->tls_id = arena_slice(l->arena, from->tls_id);
	copy_codecs(l, to, from);
	copy_cryptos(l, to, from);
	copy_fingerprints(l, to, from);
	copy_zrtp_hashes(l, to, from);
	to->candidates = copy(l, from->candidates, from->candidate_count * sizeof *to->candidates);
	if (!to->candidates)
		to->candidate_count = 0;
}

static const struct sdp_seen *hold_sdp(struct live *l, const struct sdp_seen *s, bool cut)
{
	for (const struct sdp_held *h = l->sdps; h; h = h->next)
		if (h->sdp.body_hash == s->body_hash)
			return &h->sdp;
	struct sdp_held *h = live_take(l, sizeof *h);
	struct line_seen *lines =
		s->line_count ? live_take(l, s->line_count * sizeof *lines) : NULL;
	if (!h || (s->line_count && !lines))
		return NULL;
	h->sdp = *s;
	h->sdp.truncated |= cut;
	h->sdp.session_id = arena_slice(l->arena, s->session_id);
	h->sdp.session_version = arena_slice(l->arena, s->session_version);
	h->sdp.origin_user = arena_slice(l->arena, s->origin_user);
	h->sdp.lines = lines;
	for (unsigned i = 0; i < s->line_count; i++)
		copy_line(l, &lines[i], &s->lines[i]);
	h->next = l->sdps;
	l->sdps = h;
	return &h->sdp;
}

/* ---- reading lines -------------------------------------------------------------- */

const struct line_seen *offer_line(const struct sdp_seen *s, unsigned i)
{
	return s && i < s->line_count ? &s->lines[i] : NULL;
}

bool offer_line_has_keys(const struct line_seen *m)
{
	return m->crypto_count || m->fingerprint_count || m->zrtp_hash_count || m->key_mgmt ||
	       m->acfg_secure || m->k_has_key;
}

bool offer_is_secure(const struct sdp_seen *s)
{
	for (unsigned i = 0; s && i < s->line_count; i++)
		if (offer_line_has_keys(&s->lines[i]) ||
		    observation_profile_secure(s->lines[i].profile))
			return true;
	return false;
}

enum keying offer_keying(const struct line_seen *offer, const struct line_seen *answer)
{
	const struct line_seen *o = offer ? offer : answer, *a = answer;

	if (!a)
		return KEYING_UNKNOWN;
	bool dtls_profile = a->profile == PROFILE_DTLS_SAVP || a->profile == PROFILE_DTLS_SAVPF ||
			    a->profile == PROFILE_DTLS_UDPTL || a->profile == PROFILE_SCTP_DTLS;
	bool fingerprints = a->fingerprint_count && o->fingerprint_count;
	if (fingerprints && (dtls_profile || !a->crypto_count))
		return KEYING_DTLS;
	if (a->crypto_count && o->crypto_count)
		return KEYING_SDES; /* whatever the profile says (RFC 8643 3.1) */
	if (a->zrtp_hash_count && o->zrtp_hash_count)
		return KEYING_ZRTP;
	if (a->key_mgmt && o->key_mgmt)
		return KEYING_MIKEY;
	if (observation_profile_secure(a->profile) || offer_line_has_keys(a))
		return KEYING_UNKNOWN;
	return a->profile == PROFILE_OTHER ? KEYING_UNKNOWN : KEYING_NONE;
}

static bool line_held(const struct line_seen *m)
{
	return m && m->at.port &&
	       (m->direction != SDP_SENDRECV ||
		(addr_is_none(&m->at.addr) && !m->candidate_count && !m->ufrag.n));
}

bool offer_on_hold(const struct sdp_seen *offer, const struct sdp_seen *answer)
{
	unsigned voices = 0, held = 0;

	for (unsigned i = 0; offer_line(offer, i) || offer_line(answer, i); i++) {
		const struct line_seen *o = offer_line(offer, i), *a = offer_line(answer, i);
		const struct line_seen *any = a ? a : o;
		if (any->kind != MEDIA_AUDIO || !any->at.port)
			continue;
		voices++;
		held += line_held(o) || line_held(a);
	}
	return voices && held == voices;
}

/* ---- promises -------------------------------------------------------------------- */

static void promise_line(struct stint *paths, struct live *l, const struct line_seen *m,
			 uint64_t from_ns)
{
	stint_promise(paths, l, &m->at, from_ns);
	if (m->at.port)
		stint_promise(paths, l, &m->rtcp, from_ns);
	for (unsigned i = 0; i < m->candidate_count; i++)
		stint_promise(paths, l, &m->candidates[i].at, from_ns);
	stint_promise_ufrag(paths, l, m->ufrag, from_ns);
}

/* A body that was filed before has made its promises: sightings come in order of time. */
static const struct sdp_seen *file(struct stint *paths, struct live *l, const struct sdp_seen *s,
				   uint64_t ns, bool cut)
{
	const struct sdp_held *before = l->sdps;
	const struct sdp_seen *kept = hold_sdp(l, s, cut);

	for (unsigned i = 0; kept && l->sdps != before && i < kept->line_count; i++)
		promise_line(paths, l, &kept->lines[i], ns > EARLY_NS ? ns - EARLY_NS : 0);
	return kept;
}

/* ---- pacts -------------------------------------------------------------------------- */

static struct pact *pact_new(struct live *l, struct leg_live *leg, const struct transaction *t,
			     const struct sip_seen *m)
{
	struct pact *p = l->pact_count < LIVE_PACTS ? live_take(l, sizeof *p) : NULL;

	if (!p) {
		l->spent = true;
		return NULL;
	}
	l->pact_count++;
	p->leg = leg;
	p->verb = m->verb;
	p->cseq = m->cseq;
	p->reoffer = t && t->in_dialog;
	*l->pacts_end = p;
	l->pacts_end = &p->next;
	return p;
}

/* The same whoever asks: both tags, in either order. */
static uint64_t dialog_tags(const struct sip_seen *m)
{
	return m->to.tag.n ? hash_fixed(m->from.tag) ^ hash_fixed(m->to.tag) : 0;
}

static void offered(struct live *l, struct leg_live *leg, struct transaction *t,
		    const struct observation *o, const struct sdp_seen *s, bool in_response)
{
	struct pact *p = t ? t->pact : NULL;

	if (p && p->offer == s) {
		live_first(&p->offer_at, &o->evidence);
		return;
	}
	if (p && p->answer)
		return; /* the repeated answer of a 2xx after PRACK settled it */
	p = pact_new(l, leg, t, &o->as.sip);
	if (!p)
		return;
	p->offer = s;
	p->offer_at = o->evidence;
	p->offer_in_response = in_response;
	p->tags = dialog_tags(&o->as.sip);
	p->callee_offers = t && t->from_callee != in_response;
	if (t)
		t->pact = p;
}

static struct pact *answered_already(struct live *l, const struct pact *like,
				     const struct sdp_seen *s, uint64_t tags)
{
	for (struct pact *p = l->pacts; p; p = p->next)
		if (p->offer == like->offer && p->leg == like->leg && p->cseq == like->cseq &&
		    p->verb == like->verb && p->answer == s && p->tags == tags)
			return p;
	return NULL;
}

/* A further fork, or a final answer that differs from the early one: its own pact. */
static struct pact *pact_again(struct live *l, const struct pact *p)
{
	struct pact *more = l->pact_count < LIVE_PACTS ? live_take(l, sizeof *more) : NULL;

	if (!more) {
		l->spent = true;
		return NULL;
	}
	l->pact_count++;
	*more = *p;
	more->next = NULL;
	more->answer_at = more->final_at = (struct evidence){ 0 };
	*l->pacts_end = more;
	l->pacts_end = &more->next;
	return more;
}

static void answered(struct live *l, struct pact *p, const struct observation *o,
		     const struct sdp_seen *s, bool final)
{
	uint64_t tags = dialog_tags(&o->as.sip);
	struct pact *same = answered_already(l, p, s, tags);

	if (same) {
		p = same;
	} else if (p->answer) {
		p = pact_again(l, p);
		if (!p)
			return;
	}
	p->answer = s;
	p->tags = tags;
	p->final |= final;
	p->refused = 0;
	if (!p->answer_at.frame || live_evidence_cmp(&o->evidence, &p->answer_at) < 0)
		p->answer_point = o->point;
	p->contact = o->as.sip.contact.addr;
	live_first(&p->answer_at, &o->evidence);
	if (final)
		live_first(&p->final_at, &o->evidence);
}

/* An offer made in a response waits for its answer in ACK or PRACK. */
static struct pact *waiting(struct live *l, const struct leg_live *leg, const struct sip_seen *m)
{
	uint64_t tags = dialog_tags(m);
	struct pact *found = NULL;

	for (struct pact *p = l->pacts; p; p = p->next)
		if (p->offer_in_response && p->tags == tags &&
		    (p->leg == leg || addr_eq(&p->leg->leg.a.addr, &leg->leg.a.addr)) &&
		    (!p->answer || p->cseq == m->cseq))
			found = p;
	return found;
}

/* SDP in ACK answers a 2xx (RFC 3264 5): what was taken for an answer there was the offer. */
static struct pact *was_offer(struct live *l, const struct leg_live *leg, const struct sip_seen *m)
{
	uint64_t tags = dialog_tags(m);

	for (struct pact *p = l->pacts; p; p = p->next)
		if (m->verb == SIP_VERB_ACK && p->verb == SIP_VERB_INVITE && !p->offer &&
		    p->answer && p->leg == leg && p->tags == tags && p->cseq == m->cseq) {
			p->offer = p->answer;
			p->offer_at = p->answer_at;
			p->answer = NULL;
			p->answer_at = p->final_at = (struct evidence){ 0 };
			p->offer_in_response = true;
			p->callee_offers = !p->callee_offers;
			p->final = false;
			return p;
		}
	return NULL;
}

static void request_sdp(struct live *l, struct leg_live *leg, struct transaction *t,
			const struct observation *o, const struct sdp_seen *s)
{
	const struct sip_seen *m = &o->as.sip;

	if (m->verb == SIP_VERB_ACK || m->verb == SIP_VERB_PRACK) {
		struct pact *p = waiting(l, leg, m);
		if (!p)
			p = was_offer(l, leg, m);
		if (p) {
			answered(l, p, o, s, m->verb == SIP_VERB_ACK);
			return;
		}
	}
	if (m->verb == SIP_VERB_INVITE || m->verb == SIP_VERB_UPDATE || m->verb == SIP_VERB_PRACK)
		offered(l, leg, t, o, s, false);
}

/* An answer whose offer was never seen still says what the answerer agreed to. */
static void lone_answer(struct live *l, struct leg_live *leg, struct transaction *t,
			const struct observation *o, const struct sdp_seen *s, bool final)
{
	struct pact *p = pact_new(l, leg, t, &o->as.sip);

	if (!p)
		return;
	p->callee_offers = t && t->from_callee;
	t->pact = p;
	answered(l, p, o, s, final);
}

static void response_sdp(struct live *l, struct leg_live *leg, struct transaction *t,
			 const struct observation *o, const struct sdp_seen *s)
{
	const struct sip_seen *m = &o->as.sip;
	bool final = m->status >= 200;

	if (!t)
		return;
	if (t->pact && !t->pact->offer_in_response)
		answered(l, t->pact, o, s, final);
	else if (t->request_seen || t->pact)
		offered(l, leg, t, o, s, true);
	else
		lone_answer(l, leg, t, o, s, final);
}

/* A 2xx without SDP confirms the answer that a reliable or repeated 18x gave. */
static void settle(struct live *l, struct transaction *t, const struct sip_seen *m)
{
	uint64_t tags = dialog_tags(m);

	for (struct pact *p = l->pacts; p; p = p->next)
		if (p->offer == t->pact->offer && p->leg == t->pact->leg && p->tags == tags &&
		    p->cseq == t->pact->cseq && p->answer)
			p->final = true;
}

/* What OPTIONS, NOTIFY and the like carry describes abilities, not media to come. */
static bool negotiates(const struct sip_seen *m)
{
	return m->verb == SIP_VERB_INVITE || m->verb == SIP_VERB_ACK || m->verb == SIP_VERB_PRACK ||
	       m->verb == SIP_VERB_UPDATE;
}

void offer_message(struct stint *paths, struct live *l, struct leg_live *leg, struct transaction *t,
		   const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	const struct sdp_seen *s = NULL;

	if (m->sdp && negotiates(m) && (m->request || (m->status > 100 && m->status < 300)))
		s = file(paths, l, m->sdp, o->first_ns, m->truncated);
	if (s && m->request)
		request_sdp(l, leg, t, o, s);
	else if (s)
		response_sdp(l, leg, t, o, s);
	if (m->request || !t || !t->pact || m->status < 200)
		return;
	if (m->status < 300)
		settle(l, t, m);
	else if (!t->pact->answer)
		t->pact->refused = m->status;
}
