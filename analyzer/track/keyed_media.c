/* keyed_media.c - what SRTP tags, RTCP and telephone-events on a line's paths show. */
#include "analyzer/track/keyed.h"

enum {
	UNPROVED = 20,	   /* evidence-methods 1.9: packets tried before a key is said not to fit */
	FAILING = 100,	   /* SRTP-007: more than one in a hundred */
	FAILED_LEAST = 3,  /* of few samples one may be damaged, or forged by anyone */
	DIGITS = 3,	   /* what else slips through the grammar are flashes of the hook */
	EVENTS = 8,	   /* four octets obey the grammar by chance with 2^-5 each */
	BURST = 20,	   /* SRTP-008: packets that came again, of one direction */
	BACK_PACKETS = 50, /* of the other, to know that it is not the capture */
	TAGGED = 50,	   /* B.7: packets of which 95 % have the length of codec and tag */
};

/* RFC 3711 9.2 */
static const uint64_t SRTP_LIFE = UINT64_C(1) << 48, SRTCP_LIFE = UINT64_C(1) << 31;

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
	if (p->rekeyed || p->failed_after < FAILED_LEAST ||
	    (uint64_t)p->failed_after * FAILING <= p->tried)
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

/* Keys agreed on another line or pair, or for RTCP, may be this line's (BUNDLE, RFC 5764 5.1.2). */
static bool keyed_anywhere(const struct agreed_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct agreed *a = &list->all[i];
		if (a->m.dtls || a->m.zrtp)
			return true;
		for (unsigned p = 0; p < a->rtcp_count; p++)
			if (a->rtcp[p]->dtls || a->rtcp[p]->zrtp)
				return true;
	}
	return false;
}

/* Declared open, and yet every packet is longer than its codec's by a tag (B.6, KEY-010). */
static void note_unexplained(struct live *l, const struct agreed_list *list, const struct agreed *a)
{
	uint64_t packets = 0, tagged = 0;
	const struct segment *first = NULL;

	if (a->m.keying != KEYING_NONE || !a->m.answer_seen || keyed_anywhere(list) ||
	    keyed_sdp_gaps(l, a))
		return;
	for (unsigned i = 0; i < a->m.segment_count; i++) {
		const struct segment *s = &a->m.segments[i];
		if (s->protection == PROTECTION_CLEAR || s->verified)
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

/* ---- one keystream for two streams (RFC 3711 9.1) ------------------------------------- */

/* Indexes of a stream's packets (RFC 3711 3.3.1). */
struct span {
	uint64_t first, last;
};

static struct span span_of(const struct stream *st)
{
	const struct window_seen *from = &st->windows[0].seen;
	const struct window_seen *to = &st->windows[st->window_count - 1].seen;
	uint64_t last = (uint64_t)st->proof.roc + to->rolls + (to->last_seq < to->first_seq);

	return (struct span){ (uint64_t)st->proof.roc << 16 | from->first_seq,
			      last << 16 | to->last_seq };
}

/* What comes back as it was sent is an echo, a relay or a second sight, not a second stream. */
static bool share_packets(const struct stream *x, const struct stream *y)
{
	for (unsigned i = 0; i < x->print_count; i++)
		for (unsigned k = 0; k < y->print_count; k++)
			if (x->prints[i].payload == y->prints[k].payload)
				return true;
	return false;
}

static bool one_keystream(const struct agreed *a, const struct stream *x, const struct stream *y)
{
	if (x->ssrc != y->ssrc || !x->proof.key_name || x->proof.key_name != y->proof.key_name ||
	    !ours(a, &x->proof) || !x->window_count || !y->window_count || share_packets(x, y))
		return false;
	struct span p = span_of(x), q = span_of(y);
	return p.first <= q.last && q.first <= p.last;
}

/* Two senders on one path; their packets differ, whatever they hold. */
static void keystream_of_path(struct live *l, const struct agreed *a, const struct flow *f)
{
	for (const struct stream *x = f->streams; x; x = x->next)
		for (const struct stream *y = x->next; y; y = y->next)
			if (x->forward != y->forward && one_keystream(a, x, y))
				keyed_fact(l, FACT_keystream_reused, 3, a->number,
					   "both directions", &y->first);
}

/* Two lines of one capture point: prints tell two streams from one that passed twice. */
static void keystream_of_lines(struct live *l, const struct agreed *a, const struct flow *f,
			       const struct flow *g)
{
	for (const struct stream *x = f->streams; x && f->point == g->point; x = x->next)
		for (const struct stream *y = g->streams; y; y = y->next)
			if (x->print_count && y->print_count && one_keystream(a, x, y))
				keyed_fact(l, FACT_keystream_reused, 3, a->number, "two lines",
					   &y->first);
}

static void note_keystream(struct live *l, const struct agreed_list *list, unsigned line,
			   const struct flow *f)
{
	const struct agreed *a = &list->all[line];

	keystream_of_path(l, a, f);
	for (unsigned i = line + 1; i < list->count; i++)
		for (unsigned p = 0; list->all[i].index != a->index && p < list->all[i].path_count;
		     p++)
			if (list->all[i].paths[p] != f)
				keystream_of_lines(l, a, f, list->all[i].paths[p]);
}

/* ---- how long a key serves, and packets that come again (RFC 3711 9.2, 3.3.2) -------------- */

/* Declared for this key (RFC 4568 6.1), the longest where it stands twice; else what any may. */
static uint64_t lifetime_of(const struct agreed *a, uint64_t name, uint64_t most)
{
	uint64_t declared = 0;

	for (unsigned i = 0; i < a->line_count; i++)
		for (unsigned c = 0; a->lines[i] && c < a->lines[i]->crypto_count; c++)
			for (unsigned k = 0; k < CRYPTO_KEYS; k++) {
				const struct crypto_seen *line = &a->lines[i]->cryptos[c];
				if (line->key_names[k] != name)
					continue;
				if (!line->lifetimes[k])
					return most;
				declared = line->lifetimes[k] > declared ? line->lifetimes[k]
									 : declared;
			}
	return declared && declared < most ? declared : most;
}

static void note_lifetime(struct live *l, const struct agreed *a, const char *what,
			  uint64_t packets, const struct evidence *at)
{
	struct fact *f = keyed_fact(l, FACT_srtp_lifetime, 4, a->number, what, at);

	if (f && f->value < packets)
		f->value = packets;
}

/* Where another key may have taken over unseen, or a packet came twice, fewer are counted. */
static void outlive(struct live *l, const struct agreed *a, const struct stream *st)
{
	const struct proof_seen *p = &st->proof;

	if (!p->key_name || !ours(a, p) || p->rekeyed || p->failed_after || !st->window_count)
		return;
	struct span s = span_of(st);
	uint64_t indexes = s.last - s.first + 1;
	uint64_t packets = st->packets < indexes ? st->packets : indexes;
	if (packets > lifetime_of(a, p->key_name, SRTP_LIFE))
		note_lifetime(l, a, "SRTP", packets, &st->first);
}

static void outlive_rtcp(struct live *l, const struct agreed *a, const struct flow *f)
{
	for (unsigned d = 0; d < 2; d++) {
		const struct rtcp_seen *r = &f->rtcp[d];
		if (r->key_name && r->verified > lifetime_of(a, r->key_name, SRTCP_LIFE))
			note_lifetime(l, a, "SRTCP", r->verified, &f->first);
	}
}

struct repeats {
	uint64_t packets, again;
	struct evidence at;
};

static struct repeats repeats_of(const struct flow *f, bool forward)
{
	struct repeats r = { 0 };

	for (const struct stream *st = f->streams; st; st = st->next)
		for (unsigned i = 0; st->forward == forward && i < st->window_count; i++) {
			const struct stint_window *w = &st->windows[i];
			struct evidence at = { .frame = w->seen.first_frame,
					       .ts_ns = w->seen.first_ns,
					       .input = w->input };
			r.packets += w->seen.packets;
			r.again += w->seen.again;
			if (w->seen.again)
				live_first(&r.at, &at);
		}
	return r;
}

/* A capture that holds its packets twice does so for both directions; who replays has one. */
static void note_again(struct live *l, const struct agreed *a, const struct flow *f)
{
	for (unsigned d = 0; d < 2; d++) {
		struct repeats r = repeats_of(f, d == 0), back = repeats_of(f, d != 0);
		if (r.again < BURST || back.packets < BACK_PACKETS || back.again)
			continue;
		struct fact *fact = keyed_fact(l, FACT_srtp_again, 3, a->number, NULL, &r.at);
		if (fact && fact->value < r.again)
			fact->value = r.again;
	}
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

static bool keyed_by(const struct flow *f, uint64_t ns)
{
	for (const struct dtls_held *d = f->dtls; d; d = d->next)
		if (ns < d->seen.shake.done_at.ts_ns)
			return false;
	return true;
}

/* The answer comes one way and the BYE the other: between two points both clocks must agree. */
static bool talking(const struct live *l, const struct agreed *a, uint64_t ns)
{
	return (!l->bye.frame || ns < l->bye.ts_ns) &&
	       (!a->answer_last_ns || ns >= a->answer_last_ns);
}

/* Before keys and after hanging up nothing is owed. */
static bool owed(const struct live *l, const struct agreed *a, const struct flow *f,
		 const struct evidence *at)
{
	const struct zrtp_held *z = NULL;
	uint64_t ns = at->ts_ns;

	if (!at->frame || !talking(l, a, ns) || !talking(l, a, live_call_time(l, f->point, ns)) ||
	    !keyed_by(f, ns))
		return false;
	for (unsigned p = 0; p < a->path_count; p++) {
		if (!keyed_by(a->paths[p], ns))
			return false;
		z = z ? z : stint_zrtp_at(a->paths[p], ns);
	}
	return a->m.keying != KEYING_ZRTP || (z && z->seen.completed && ns > z->seen.done.ts_ns);
}

/* SRTCP whose tag fits and whose E bit is 0 is as readable as what parses. */
static void note_rtcp(struct live *l, const struct agreed *a, const struct flow *f)
{
	for (unsigned d = 0; d < 2; d++) {
		const struct rtcp_seen *r = &f->rtcp[d];
		const struct evidence *at = owed(l, a, f, &r->clear_at)	   ? &r->clear_at
					    : owed(l, a, f, &r->report_at) ? &r->report_at
									   : NULL;
		if (r->verified > r->e_zero && a->m.keying == KEYING_SDES)
			keyed_fact(l, FACT_srtcp_encrypted, 4, a->number, NULL, &f->first);
		if (!at || !is_keyed(a))
			continue;
		if ((r->clear_beyond_app || r->e_zero) && !any_clear(a)) {
			struct fact *fact = keyed_fact(l, FACT_rtcp_clear, 3, a->number, NULL, at);
			if (fact)
				fact->value += r->clear ? r->clear : r->e_zero;
		}
		if (r->cname_personal)
			keyed_fact(l, FACT_rtcp_personal, 3, a->number, NULL, at);
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
			for (const struct stream *st = f->streams; st; st = st->next) {
				note_proof(l, a, st);
				outlive(l, a, st);
			}
			if (is_keyed(a) && !any_clear(a))
				note_again(l, a, f);
			outlive_rtcp(l, a, f);
			note_keystream(l, list, i, f);
			note_rtcp(l, a, f);
		}
		for (unsigned p = 0; p < a->rtcp_count; p++)
			if (keyed_in_time(l, a->rtcp[p]->first_ns, a->rtcp[p]->last_ns))
				note_rtcp(l, a, a->rtcp[p]);
		note_unproved(l, a);
		note_verified(l, a);
		note_unexplained(l, list, a);
		note_digits(l, a);
	}
}
