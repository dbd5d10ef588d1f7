/* media_facts.c - what offers, answers and segments say about keys and media. */
#include "analyzer/track/media_facts.h"

#include <ctype.h>

#include "analyzer/track/dialog.h"
#include "analyzer/track/offer.h"

enum { SUITE = 40, LOSS_SHARE = 20 }; /* OBS-004: one packet in twenty */

static bool any_clear(const struct agreed *a)
{
	for (unsigned i = 0; i < a->m.segment_count; i++)
		if (a->m.segments[i].protection == PROTECTION_CLEAR)
			return true;
	return a->m.keying == KEYING_NONE && (a->parsed[0] || a->parsed[1]);
}

static uint8_t grade_of(const struct agreed *a)
{
	return any_clear(a) ? 3 : 2;
}

/* ---- keys in SDP ------------------------------------------------------------------ */

/* A suite's name is a token (RFC 4568 9.1); anything else is not repeated. */
static const char *suite_text(struct live *l, struct slice suite)
{
	if (!suite.n || suite.n > SUITE)
		return NULL;
	for (size_t i = 0; i < suite.n; i++)
		if (!isalnum(suite.p[i]) && suite.p[i] != '_' && suite.p[i] != '-')
			return NULL;
	return arena_text(l->arena, suite);
}

static struct fact *fact_of(struct live *l, enum fact_kind kind, int media, int leg,
			    const struct evidence *at)
{
	for (struct note *n = l->facts; n; n = n->next)
		if (n->fact.kind == kind && n->fact.media == media && n->fact.leg == leg) {
			live_evidence(&n->fact, at);
			return &n->fact;
		}
	struct fact *f = live_fact(l, kind, 3, media, FACT_NOWHERE, at);
	if (f)
		f->leg = (int16_t)leg;
	return f;
}

/*
 * SAVP with nothing but SDES cannot be answered without taking a key, so a call
 * that was answered took it, seen or not. A later offer may have been refused unseen.
 */
static bool key_taken(const struct live *l, const struct agreed *a)
{
	if (a->m.answer_seen)
		return a->m.keying == KEYING_SDES;
	return dialog_answered(l) && !a->m.rejected && a->offered_secure && a->offered_first &&
	       !a->offered_otherwise;
}

static void note_keys(struct live *l, const struct pact *p, const struct agreed *a,
		      const struct line_seen *m, const struct evidence *at)
{
	int leg = p->leg->number;

	if (m->k_has_key)
		fact_of(l, FACT_k_readable, a->number, leg, at);
	if (!m->crypto_count)
		return;
	struct fact *f = fact_of(l, key_taken(l, a) ? FACT_key_readable : FACT_key_unused,
				 a->number, leg, at);
	if (p->leg->copy_count)
		fact_of(l, FACT_key_copied, a->number, leg, &p->leg->copies[0].at);
	if (f && !f->text) {
		f->value = m->cryptos[0].key_octets;
		f->text = suite_text(l, m->cryptos[0].suite);
	}
}

static void keys_of_pact(struct live *l, const struct pact *p, const struct agreed_list *list)
{
	const struct line_seen *o, *n;

	if (!(p->leg->leg.readable || p->leg->leg.decrypted) || !p->media)
		return;
	for (unsigned i = 0; (o = offer_line(p->offer, i)), (n = offer_line(p->answer, i)), o || n;
	     i++) {
		if (p->media[i] < 0)
			continue;
		const struct agreed *a = &list->all[p->media[i]];
		if (o)
			note_keys(l, p, a, o, &p->offer_at);
		if (n)
			note_keys(l, p, a, n, &p->answer_at);
		/* RFC 8643 3.2: an answer settles on one method. */
		if (n && n->crypto_count && (n->fingerprint_count || n->zrtp_hash_count))
			fact_of(l, FACT_keys_doubled, a->number, p->leg->number, &p->answer_at);
	}
}

/* ---- what was agreed -------------------------------------------------------------- */

static void note_downgrade(struct live *l, const struct agreed *a)
{
	struct fact *f = NULL;

	if (l->downgrade[1].frame) {
		f = live_fact(l, FACT_downgrade, 3, a->number, FACT_NOWHERE, &l->downgrade[0]);
		if (f)
			f->text = "refused with keys, tried again without";
		if (f)
			live_evidence(f, &l->downgrade[1]);
	} else if (a->offered_secure) {
		f = live_fact(l, FACT_downgrade, 3, a->number, FACT_NOWHERE, &a->offer_at);
		if (f)
			live_evidence(f, &a->answer_at);
	} else if (a->offered_keys) {
		f = live_fact(l, FACT_optional_declined, 3, a->number, FACT_NOWHERE, &a->offer_at);
		if (f)
			live_evidence(f, &a->answer_at);
	}
}

static bool guarded(const struct agreed *a)
{
	return a->m.answered && a->m.keying != KEYING_NONE && a->m.keying != KEYING_UNKNOWN;
}

static bool has_guarded_sibling(const struct agreed_list *list, const struct agreed *a)
{
	for (unsigned i = 0; i < list->count; i++)
		if (list->all[i].index != a->index && list->all[i].leg == a->leg &&
		    guarded(&list->all[i]))
			return true;
	return false;
}

static void note_agreed(struct live *l, const struct agreed_list *list, const struct agreed *a)
{
	if (a->m.keying == KEYING_UNKNOWN && (a->m.answered || dialog_answered(l)) &&
	    !a->m.rejected)
		live_fact(l, FACT_keying_unseen, 2, a->number, FACT_NOWHERE,
			  a->m.answer_seen ? &a->answer_at : &a->offer_at);
	if (a->m.keying != KEYING_NONE || !a->m.answered || a->m.rejected)
		return;
	live_fact(l, FACT_no_keys, grade_of(a), a->number, FACT_NOWHERE, &a->answer_at);
	note_downgrade(l, a);
	if (has_guarded_sibling(list, a))
		live_fact(l, FACT_sibling_clear, grade_of(a), a->number, FACT_NOWHERE,
			  &a->answer_at);
}

static void note_handshakes(struct live *l, const struct agreed *a)
{
	struct fact *f;

	if (a->m.dtls) {
		f = live_fact(l, FACT_dtls_seen, 3, a->number, FACT_NOWHERE, &a->dtls_at);
		if (f)
			f->value = a->dtls_records;
	}
	if (a->m.zrtp) {
		f = live_fact(l, FACT_zrtp_seen, 3, a->number, FACT_NOWHERE, &a->zrtp_at);
		if (f)
			f->value = a->zrtp_messages;
	}
}

void media_facts_keys(struct live *l, struct pact *const *pacts, unsigned count,
		      const struct agreed_list *list)
{
	for (unsigned i = 0; i < count; i++)
		keys_of_pact(l, pacts[i], list);
	for (unsigned i = 0; i < list->count; i++)
		note_agreed(l, list, &list->all[i]);
}

/* ---- segments --------------------------------------------------------------------- */

static bool is_early(const struct live *l, const struct segment *s)
{
	/* Before the first epoch nobody has answered: epoch_at(). */
	return s->epoch >= 0 ? l->call.epochs[s->epoch].type == EPOCH_EARLY
			     : l->call.epoch_count > 0;
}

static bool later_clear(const struct live *l, const struct agreed *a)
{
	for (unsigned i = 0; i < a->m.segment_count; i++)
		if (a->m.segments[i].protection == PROTECTION_CLEAR &&
		    !is_early(l, &a->m.segments[i]))
			return true;
	return false;
}

static bool from_caller(const struct agreed *a, const struct segment *s)
{
	int from = agreed_side(a, &s->a), to = agreed_side(a, &s->b);

	if (from < 0)
		from = to < 0 ? -1 : !to;
	return from == (a->caller_answers ? 1 : 0);
}

static void note_clear(struct live *l, const struct agreed *a, const struct segment *s, int number)
{
	enum fact_kind kind = FACT_media_clear;

	if (is_early(l, s)) {
		if (later_clear(l, a))
			return;
		kind = from_caller(a, s) ? FACT_media_microphone_early : FACT_media_early_clear;
	}
	struct fact *f = live_fact(l, kind, 3, a->number, number, &s->clear_at);
	if (!f)
		return;
	f->epoch = s->epoch;
	f->value = s->clear;
	f->duration_ns = s->clear_ns;
	f->text = s->test;
}

static void note_segment(struct live *l, const struct agreed *a, const struct segment *s,
			 int number)
{
	struct fact *f = NULL;

	switch (s->protection) {
	case PROTECTION_CLEAR:
		note_clear(l, a, s, number);
		break;
	case PROTECTION_NONE_FOUND:
		f = live_fact(l, FACT_media_no_plaintext, 1, a->number, number, &s->first);
		break;
	case PROTECTION_INSUFFICIENT:
		f = live_fact(l, FACT_media_insufficient, 1, a->number, number, &s->first);
		break;
	case PROTECTION_VERIFIED:
		break;
	}
	if (s->hint && s->protection != PROTECTION_CLEAR) {
		struct fact *doubt =
			live_fact(l, FACT_media_doubtful, 1, a->number, number, &s->first);
		if (doubt)
			doubt->text = s->hint;
	}
	if (f) {
		f->value = s->tested;
		f->epoch = s->epoch;
	}
	if (s->lost && s->lost * LOSS_SHARE >= s->packets + s->lost) {
		f = live_fact(l, FACT_loss, 3, a->number, number, &s->first);
		if (f)
			f->value = s->lost;
	}
}

void media_facts_segments(struct live *l, const struct agreed_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct agreed *a = &list->all[i];
		note_handshakes(l, a);
		for (int k = 0; k < a->m.segment_count; k++)
			note_segment(l, a, &a->m.segments[k], k);
	}
}

/* ---- lines ------------------------------------------------------------------------ */

static void note_other_media(struct live *l, const struct agreed *a)
{
	static const struct {
		enum media_profile profile;
		enum fact_kind kind;
	} table[] = { { PROFILE_UDPTL, FACT_fax_readable },
		      { PROFILE_MSRP, FACT_text_readable },
		      { PROFILE_BFCP, FACT_floor_readable } };
	uint64_t parsed = a->parsed[0] + a->parsed[1];

	if (!a->m.answered || a->m.keying != KEYING_NONE)
		return;
	for (unsigned i = 0; parsed && i < sizeof table / sizeof table[0]; i++)
		if (a->m.profile == table[i].profile) {
			struct fact *f = live_fact(l, table[i].kind, 3, a->number, FACT_NOWHERE,
						   &a->parsed_at);
			if (f)
				f->value = parsed;
		}
	/* T.140 goes a few characters a packet: no statistics, but an open line (RFC 4103). */
	if (a->m.kind == MEDIA_TEXT && a->m.segment_count) {
		struct fact *f =
			live_fact(l, FACT_text_readable, 3, a->number, 0, &a->m.segments[0].first);
		for (unsigned i = 0; f && i < a->m.segment_count; i++)
			f->value += a->m.segments[i].packets;
	}
}

static bool both_ways(const struct agreed *a)
{
	return (!a->offer || a->offer->direction == SDP_SENDRECV) &&
	       (!a->answer || a->answer->direction == SDP_SENDRECV);
}

static void note_one_way(struct live *l, const struct agreed *a)
{
	uint64_t packets[2] = { 0, 0 };

	for (unsigned i = 0; i < a->m.segment_count; i++) {
		const struct segment *s = &a->m.segments[i];
		packets[addr_endpoint_cmp(&s->a, &s->b) > 0] += s->packets;
	}
	uint64_t less = packets[0] < packets[1] ? packets[0] : packets[1];
	uint64_t more = packets[0] + packets[1] - less;
	if (less * 100 >= more || !both_ways(a))
		return;
	struct fact *f = live_fact(l, FACT_media_one_way, 3, a->number, FACT_NOWHERE,
				   &a->m.segments[0].first);
	if (f)
		f->value = more;
}

void media_facts_lines(struct live *l, const struct agreed_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct agreed *a = &list->all[i];
		note_other_media(l, a);
		if (!a->m.expects_media)
			continue;
		if (a->m.segment_count)
			note_one_way(l, a);
		else
			live_fact(l, FACT_media_unseen, 3, a->number, FACT_NOWHERE, &a->answer_at);
	}
}

/* ---- fax that T.38 was proposed for ------------------------------------------------- */

static const struct line_seen *live_line(const struct sdp_seen *s, enum media_kind kind)
{
	for (unsigned i = 0; offer_line(s, i); i++)
		if (s->lines[i].kind == kind && s->lines[i].at.port)
			return &s->lines[i];
	return NULL;
}

static bool proposes_fax(const struct sdp_seen *s)
{
	const struct line_seen *m = live_line(s, MEDIA_IMAGE);

	return m && m->profile == PROFILE_UDPTL;
}

/* A first offer that lists fax beside voice says what the device can do, not what it is about to.
 */
static bool fax_in_mind(const struct pact *p, bool offered_from_the_start)
{
	return proposes_fax(p->offer) &&
	       (!live_line(p->offer, MEDIA_AUDIO) || (p->reoffer && !offered_from_the_start));
}

static const struct pact *refused_fax(struct pact *const *pacts, unsigned count)
{
	const struct pact *refused = NULL;
	bool from_the_start = false;

	for (unsigned i = 0; i < count; i++) {
		const struct pact *p = pacts[i];
		bool taken = live_line(p->answer, MEDIA_IMAGE);
		from_the_start |= !p->reoffer && proposes_fax(p->offer);
		if (taken)
			return NULL;
		if (!refused && fax_in_mind(p, from_the_start) && (p->answer || p->refused))
			refused = p;
	}
	return refused;
}

/* Refused, fax falls back to tones in the audio (ITU-T T.38 annex D, RFC 6913). */
void media_facts_fax(struct live *l, struct pact *const *pacts, unsigned count,
		     const struct agreed_list *list)
{
	const struct pact *p = refused_fax(pacts, count);

	for (unsigned i = 0; p && i < list->count; i++) {
		const struct agreed *a = &list->all[i];
		bool heard_after = false;
		for (unsigned k = 0; k < a->m.segment_count; k++)
			heard_after |= a->m.segments[k].protection == PROTECTION_CLEAR &&
				       a->m.segments[k].last_ns > p->offer_at.ts_ns;
		if (heard_after && a->m.kind == MEDIA_AUDIO)
			live_fact(l, FACT_fax_proposed, 3, a->number, FACT_NOWHERE, &p->offer_at);
	}
}
