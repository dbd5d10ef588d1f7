/* keyed_media.c - what SRTP tags, RTCP and telephone-events on a line's paths show. */
#include "analyzer/track/keyed.h"

enum {
	UNPROVED = 20, /* evidence-methods 1.9: packets tried before a key is said not to fit */
	FAILING = 100, /* SRTP-007: more than one in a hundred */
	DIGITS = 3,    /* what else slips through the grammar are flashes of the hook */
	EVENTS = 8,    /* four octets obey the grammar by chance with 2^-5 each */
	TAGGED = 50,   /* B.7: packets of which 95 % have the length of codec and tag */
};

/* ---- keys ----------------------------------------------------------------------------- */

static bool lists_key(const struct agreed *a, uint64_t name)
{
	for (unsigned i = 0; i < a->line_count; i++)
		for (unsigned c = 0; a->lines[i] && c < a->lines[i]->crypto_count; c++)
			for (unsigned k = 0; k < CRYPTO_KEYS; k++)
				if (a->lines[i]->cryptos[c].key_names[k] == name)
					return true;
	return false;
}

/* On one path other calls' streams may have run: an SDES key tells whose it is. */
static bool ours(const struct agreed *a, const struct proof_seen *p)
{
	return p->source != KEY_FROM_SDES || lists_key(a, p->key_name);
}

static void note_proof(struct live *l, const struct agreed *a, const struct stream *st)
{
	const struct proof_seen *p = &st->proof;
	enum fact_kind kind = p->source == KEY_FROM_DTLS ? FACT_key_proved_dtls
			      : p->wrong_way		 ? FACT_key_wrong_way
							 : FACT_key_proved;
	struct fact *f;

	if (!p->key_name || !ours(a, p))
		return;
	f = keyed_fact(l, kind, 4, a->number, p->legacy_kdf ? "AES-192, legacy derivation" : NULL,
		       &st->first);
	if (f)
		f->value += p->verified;
	if (p->rekeyed || (uint64_t)p->failed_after * FAILING <= p->tried)
		return;
	f = keyed_fact(l, FACT_tags_failing, 3, a->number, NULL, &st->first);
	if (f)
		f->value += p->failed_after;
}

static void note_unproved(struct live *l, const struct agreed *a)
{
	uint64_t tried = 0;
	struct evidence at = { 0 };

	for (unsigned i = 0; i < a->path_count; i++)
		for (const struct stream *st = a->paths[i]->streams; st; st = st->next) {
			if (st->proof.key_name)
				return;
			tried += st->proof.tried;
			live_first(&at, &st->first);
		}
	if (a->m.keying != KEYING_SDES || tried < UNPROVED)
		return;
	struct fact *f = keyed_fact(l, FACT_key_unproved, 3, a->number, NULL, &at);
	if (f)
		f->value = tried;
}

/* ---- segments -------------------------------------------------------------------------- */

static void note_verified(struct live *l, const struct agreed *a)
{
	for (int i = 0; i < a->m.segment_count; i++) {
		const struct segment *s = &a->m.segments[i];
		if (!s->verified)
			continue;
		struct fact *f = live_fact(l, FACT_media_verified, 4, a->number, i, &s->first);
		if (f) {
			f->value = s->verified;
			f->epoch = s->epoch;
		}
	}
}

/* Declared open, and yet every packet is longer than its codec's by a tag (B.6, KEY-010). */
static void note_unexplained(struct live *l, const struct agreed *a)
{
	uint64_t packets = 0, tagged = 0;
	const struct segment *first = NULL;

	if (a->m.keying != KEYING_NONE || !a->m.answer_seen || a->m.zrtp || a->m.dtls ||
	    keyed_sdp_gaps(l, a))
		return;
	for (unsigned i = 0; i < a->m.segment_count; i++) {
		const struct segment *s = &a->m.segments[i];
		if (s->protection == PROTECTION_CLEAR)
			return;
		first = first ? first : s;
		for (unsigned w = 0; w < s->window_count; w++) {
			packets += s->windows[w].residue_packets;
			tagged += s->windows[w].residue_tag;
		}
	}
	if (packets < TAGGED || tagged * 20 < packets * 19)
		return;
	struct fact *f = keyed_fact(l, FACT_keying_unexplained, 1, a->number, NULL, &first->first);
	if (f)
		f->value = tagged;
}

/*
 * RFC 3711 9.1: one key, one SSRC and two senders encrypt two streams with the
 * same keystream, whatever the packets hold.
 */
static void note_keystream(struct live *l, const struct agreed *a, const struct flow *f)
{
	for (const struct stream *x = f->streams; x; x = x->next)
		for (const struct stream *y = x->next; y; y = y->next)
			if (x->ssrc == y->ssrc && x->forward != y->forward && x->proof.key_name &&
			    x->proof.key_name == y->proof.key_name && ours(a, &x->proof))
				keyed_fact(l, FACT_keystream_reused, 3, a->number, NULL, &y->first);
}

/* ---- RTCP and digits -------------------------------------------------------------------- */

static bool is_keyed(const struct agreed *a)
{
	return a->m.keying == KEYING_SDES || a->m.keying == KEYING_DTLS ||
	       a->m.keying == KEYING_ZRTP || a->m.keying == KEYING_MIKEY;
}

static bool any_clear(const struct agreed *a)
{
	for (unsigned i = 0; i < a->m.segment_count; i++)
		if (a->m.segments[i].protection == PROTECTION_CLEAR)
			return true;
	return false;
}

/* Before keys and after hanging up nothing is owed. */
static bool owed(const struct live *l, const struct agreed *a, const struct flow *f, uint64_t ns)
{
	const struct zrtp_held *z = stint_zrtp_at(f, ns);

	if (l->bye.frame && ns >= l->bye.ts_ns)
		return false;
	if (a->answer_last_ns && ns < a->answer_last_ns)
		return false;
	for (const struct dtls_held *d = f->dtls; d; d = d->next)
		if (ns < d->seen.shake.done_at.ts_ns)
			return false;
	return a->m.keying != KEYING_ZRTP || (z && z->seen.completed && ns > z->seen.done.ts_ns);
}

static void note_rtcp(struct live *l, const struct agreed *a, const struct flow *f)
{
	for (unsigned d = 0; d < 2; d++) {
		const struct rtcp_seen *r = &f->rtcp[d];
		if (!r->clear_at.frame || !owed(l, a, f, r->clear_at.ts_ns))
			continue;
		if (r->clear_beyond_app && is_keyed(a) && !any_clear(a)) {
			struct fact *fact =
				keyed_fact(l, FACT_rtcp_clear, 3, a->number, NULL, &r->clear_at);
			if (fact)
				fact->value += r->clear;
		}
		if (r->cname_personal && is_keyed(a))
			keyed_fact(l, FACT_rtcp_personal, 3, a->number, NULL, &r->clear_at);
	}
}

/* Telephone-events go readable beside readable voice, and under an AVP line without keys. */
static void note_digits(struct live *l, const struct agreed *a)
{
	for (int i = 0; i < a->m.segment_count; i++) {
		const struct segment *s = &a->m.segments[i];
		uint64_t events = 0, good = 0, digits = 0;
		for (unsigned w = 0; w < s->window_count; w++) {
			events += s->windows[w].event_packets;
			good += s->windows[w].event_ok;
			digits += s->windows[w].event_digits;
		}
		if (good < EVENTS || good * 10 < events * 9 || digits < DIGITS || s->verified)
			continue;
		struct fact *f = live_fact(l, FACT_digits_clear, 3, a->number, i, &s->first);
		if (f) {
			f->value = digits;
			f->epoch = s->epoch;
		}
	}
}

void keyed_media(struct live *l, const struct agreed_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct agreed *a = &list->all[i];
		for (unsigned p = 0; p < a->path_count; p++) {
			const struct flow *f = a->paths[p];
			if (!keyed_in_time(l, f->first_ns, f->last_ns))
				continue;
			for (const struct stream *st = f->streams; st; st = st->next)
				note_proof(l, a, st);
			note_keystream(l, a, f);
			note_rtcp(l, a, f);
		}
		note_unproved(l, a);
		note_verified(l, a);
		note_unexplained(l, a);
		note_digits(l, a);
	}
}
