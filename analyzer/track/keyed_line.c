/* keyed_line.c - what offers and answers owe to DTLS: fingerprints, roles, a handshake (RFC 5763).
 */
#include "analyzer/base/when.h"
#include "analyzer/track/keyed.h"
#include "analyzer/track/offer.h"

enum { MEDIA_PACKETS = 50 };

static bool completed(const struct handshake_seen *h)
{
	return h->client_done && h->server_done;
}

static bool wants_dtls(const struct agreed *a)
{
	enum media_profile p = a->m.profile;

	return a->m.answered && !a->m.rejected &&
	       (p == PROFILE_DTLS_SAVP || p == PROFILE_DTLS_SAVPF || p == PROFILE_DTLS_UDPTL ||
		p == PROFILE_SCTP_DTLS);
}

/* ---- fingerprints ------------------------------------------------------------------------ */

static bool any_usable(const struct line_seen *m)
{
	for (unsigned i = 0; m && i < m->fingerprint_count; i++)
		if (keyed_print_usable(&m->fingerprints[i]))
			return true;
	return false;
}

/* On any line: of a BUNDLE group only the first says it (RFC 9143 7.1.3). */
static bool side_has_print(const struct agreed_list *list, unsigned side)
{
	for (unsigned i = 0; i < list->count; i++)
		for (unsigned k = side; k < list->all[i].line_count; k += 2)
			if (any_usable(list->all[i].lines[k]))
				return true;
	return false;
}

static void note_missing(struct live *l, const struct agreed_list *list, const struct agreed *a)
{
	bool ran = a->m.dtls && a->m.keying != KEYING_SDES;
	unsigned without = !side_has_print(list, 0) + !side_has_print(list, 1);

	if (!without || !(ran || wants_dtls(a)) || !a->m.offer_seen || !a->m.answer_seen ||
	    keyed_sdp_gaps(l, a))
		return;
	keyed_fact(l, FACT_dtls_no_fingerprint, 3, a->number,
		   without == 2 ? "of either side" : "of one side",
		   a->m.dtls ? &a->dtls_at : &a->answer_at);
}

static const char *only_weak(const struct line_seen *m)
{
	bool sha1 = false;

	for (unsigned i = 0; i < m->fingerprint_count; i++) {
		int h = slice_ieq(m->fingerprints[i].hash, SLICE("sha-1"));
		if (!h && !slice_ieq(m->fingerprints[i].hash, SLICE("md5")) &&
		    !slice_ieq(m->fingerprints[i].hash, SLICE("md2")))
			return NULL;
		sha1 |= h;
	}
	if (!m->fingerprint_count)
		return NULL;
	return sha1 ? "SHA-1" : "MD5";
}

static void note_weak(struct live *l, const struct agreed *a)
{
	const struct line_seen *both[] = { a->offer, a->answer };

	for (unsigned i = 0; i < 2 && a->m.keying == KEYING_DTLS; i++) {
		const char *weak = both[i] ? only_weak(both[i]) : NULL;
		if (weak)
			keyed_fact(l, FACT_dtls_weak_fingerprint, 3, a->number, weak,
				   i ? &a->answer_at : &a->offer_at);
	}
}

/* ---- offers and answers, hop by hop --------------------------------------------------------- */

/* RFC 5763 5, RFC 8842 5: the answer settles who is the client. */
static const char *role_fault(const struct line_seen *o, const struct line_seen *n)
{
	if (o->setup == SETUP_HOLDCONN || n->setup == SETUP_HOLDCONN)
		return "holdconn keeps the handshake from beginning";
	if (n->setup == SETUP_ACTPASS)
		return "the answer settles no role";
	if (o->setup == n->setup && o->setup != SETUP_NONE)
		return "offer and answer claim the same role";
	return NULL;
}

static void note_readable(struct live *l, const struct pact *p, const struct agreed *a,
			  const struct line_seen *m, const struct evidence *at)
{
	if (!m || !m->fingerprint_count || !p->leg->leg.readable)
		return;
	struct fact *f = keyed_fact(l, FACT_dtls_fingerprint_readable, 3, a->number, NULL, at);
	if (f && f->leg < 0)
		f->leg = (int16_t)p->leg->number;
}

static bool names_host(const struct line_seen *m, const struct addr *host)
{
	for (unsigned i = 0; i < m->candidate_count; i++)
		if (addr_eq(&m->candidates[i].at.addr, host))
			return true;
	return addr_eq(&m->at.addr, host);
}

/*
 * The offer of a call came to the host that answered it and its media: further on
 * nobody could sign it (RFC 8224 4.1). What a proxy passes on it may sign itself,
 * whether or not it relays the media, too.
 */
static bool arrived(const struct live *l, const struct pact *p, const struct line_seen *n)
{
	const struct addr *host = &p->leg->leg.b.addr;

	if (live_host(&l->forwarding, host))
		return false;
	if (!addr_is_none(&p->contact) && !addr_eq(&p->contact, host))
		return false;
	return n && n->at.port && p->verb == SIP_VERB_INVITE && !p->reoffer &&
	       !p->offer_in_response && names_host(n, host);
}

enum identity { NOBODY_SIGNED, SIGNED_BEFORE, SOMEBODY_SIGNED };

/* On any hop; one that contradicts its message is told as that (AUTH-005). */
static enum identity identity_of(const struct live *l)
{
	enum identity found = NOBODY_SIGNED;

	for (const struct leg_live *leg = l->legs; leg; leg = leg->next)
		for (const struct note *k = leg->notes; k; k = k->next) {
			if (k->fact.kind == FACT_identity_signed ||
			    (k->fact.kind == FACT_identity_wrong && !k->fact.value))
				return SOMEBODY_SIGNED;
			if (k->fact.kind == FACT_identity_wrong)
				found = SIGNED_BEFORE;
		}
	return found;
}

static void note_unsigned(struct live *l, const struct pact *p, const struct agreed *a,
			  const struct line_seen *o, const struct line_seen *n)
{
	enum identity who = identity_of(l);

	if (!o || !any_usable(o) || !arrived(l, p, n) || who == SOMEBODY_SIGNED)
		return;
	struct fact *f = keyed_fact(l, FACT_dtls_unsigned, 3, a->number, NULL, &p->offer_at);
	if (f)
		f->value = who == SIGNED_BEFORE;
}

static void look_at_pact(struct live *l, const struct pact *p, const struct agreed_list *list)
{
	const struct line_seen *o, *n;

	for (unsigned i = 0;
	     p->media && (o = offer_line(p->offer, i), n = offer_line(p->answer, i), o || n); i++) {
		const struct agreed *a = p->media[i] < 0 ? NULL : &list->all[p->media[i]];
		if (!a || a->m.keying != KEYING_DTLS)
			continue;
		note_readable(l, p, a, o, &p->offer_at);
		note_readable(l, p, a, n, &p->answer_at);
		if (p->leg->leg.readable || p->leg->leg.decrypted)
			note_unsigned(l, p, a, o, n);
		const char *fault = o && n && n->at.port ? role_fault(o, n) : NULL;
		if (fault)
			keyed_fact(l, FACT_dtls_role, 3, a->number, fault, &p->answer_at);
	}
}

static bool ever_active(const struct agreed *a, int side)
{
	for (unsigned i = (unsigned)side; i < a->line_count; i += 2)
		if (a->lines[i] &&
		    (a->lines[i]->setup == SETUP_ACTIVE || a->lines[i]->setup == SETUP_ACTPASS))
			return true;
	return false;
}

void keyed_line_began(struct live *l, const struct agreed *a, int side, const struct evidence *at)
{
	if (side < 0 || !a->offer || !a->answer || !a->m.answer_seen || ever_active(a, side))
		return;
	if ((side ? a->answer : a->offer)->setup == SETUP_PASSIVE)
		keyed_fact(l, FACT_dtls_role, 3, a->number, "the passive side began the handshake",
			   at);
}

/* ---- a handshake that never was ---------------------------------------------------------------
 */

/* Of the whole call, and whenever it was: BUNDLE, another pair of ICE, an association that goes on.
 */
static bool any_completed(const struct agreed_list *list)
{
	for (unsigned i = 0; i < list->count; i++)
		for (unsigned p = 0; p < list->all[i].path_count; p++)
			for (const struct dtls_held *d = list->all[i].paths[p]->dtls; d;
			     d = d->next)
				if (completed(&d->seen.shake))
					return true;
	return false;
}

static const struct dtls_held *last_refused(const struct live *l, const struct agreed *a,
					    uint64_t *ns)
{
	const struct dtls_held *last = NULL;

	for (unsigned p = 0; p < a->path_count; p++)
		for (const struct dtls_held *d = a->paths[p]->dtls; d; d = d->next) {
			if (!d->seen.shake.alert_fatal)
				continue;
			last = d;
			*ns = live_call_time(l, a->paths[p]->point, d->last_ns);
		}
	return last;
}

/* What was sent on after `from_ns`, each way; a tag that fits explains how it is keyed. */
static bool media_flowed(const struct live *l, const struct agreed *a, uint64_t from_ns,
			 bool both_ways)
{
	uint64_t packets[2] = { 0, 0 };

	for (unsigned i = 0; i < a->m.segment_count; i++) {
		const struct segment *s = &a->m.segments[i];
		if (s->verified)
			return false;
		if (live_call_time(l, s->point, s->last_ns) > from_ns + WHEN_SECOND)
			packets[addr_endpoint_cmp(&s->a, &s->b) > 0] += s->packets;
	}
	if (both_ways)
		return packets[0] >= MEDIA_PACKETS && packets[1] >= MEDIA_PACKETS;
	return packets[0] >= MEDIA_PACKETS || packets[1] >= MEDIA_PACKETS;
}

/* With ICE a handshake may have run inside STUN (B.6), or on a pair that was given up. */
static bool by_ice(const struct agreed *a)
{
	return a->offer->ufrag.n || (a->answer && a->answer->ufrag.n);
}

/*
 * Nothing is missing in which a handshake could have passed: the dialog was seen from
 * its start where the media was, and media is there from soon after the answer.
 */
static bool seen_from_the_start(const struct live *l, const struct agreed *a)
{
	uint64_t first_ns = UINT64_MAX;

	if (!a->offer || !a->offer->fingerprint_count || by_ice(a) || keyed_sdp_gaps(l, a) ||
	    !a->path_count)
		return false;
	for (unsigned i = 0; i < a->m.segment_count; i++) {
		const struct segment *s = &a->m.segments[i];
		uint64_t ns = live_call_time(l, s->point, s->first_ns);
		first_ns = ns < first_ns ? ns : first_ns;
	}
	for (unsigned p = 0; p < a->path_count; p++)
		if (!(a->paths[p]->inputs & live_bit(a->offer_at.input)) || a->paths[p]->cut ||
		    a->paths[p]->gaps)
			return false;
	return a->answer_last_ns && first_ns < a->answer_last_ns + 5 * WHEN_SECOND;
}

/* RFC 5763 5: without a handshake no media may flow. */
static void note_unfinished(struct live *l, const struct agreed_list *list, const struct agreed *a)
{
	uint64_t ns = a->answer_last_ns;
	const struct dtls_held *refused = last_refused(l, a, &ns);

	if (a->m.keying != KEYING_DTLS || any_completed(list))
		return;
	if (refused && media_flowed(l, a, ns, false))
		keyed_fact(l, FACT_dtls_incomplete, 1, a->number, "it was refused",
			   &refused->seen.shake.alert_at);
	else if (!refused && seen_from_the_start(l, a) && media_flowed(l, a, ns, true))
		keyed_fact(l, FACT_dtls_incomplete, 1, a->number,
			   a->m.dtls ? "it was never finished" : "none was begun",
			   a->m.dtls ? &a->dtls_at : &a->answer_at);
}

void keyed_line(struct live *l, struct pact *const *pacts, unsigned count,
		const struct agreed_list *list)
{
	for (unsigned i = 0; i < count; i++)
		look_at_pact(l, pacts[i], list);
	for (unsigned i = 0; i < list->count; i++) {
		note_missing(l, list, &list->all[i]);
		note_weak(l, &list->all[i]);
		note_unfinished(l, list, &list->all[i]);
	}
}
