/* ladder.c - what went between which hosts, in order: the rungs of a call. */
#include "analyzer/track/ladder.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/track/sight.h"

/* ---- as messages come ------------------------------------------------------------- */

static uint8_t keys_of(const struct line_seen *m)
{
	return (uint8_t)((m->crypto_count ? STEP_KEY_SDES : 0) |
			 (m->fingerprint_count ? STEP_KEY_FINGERPRINT : 0) |
			 (m->zrtp_hash_count ? STEP_KEY_ZRTP : 0) |
			 (m->key_mgmt || m->k_has_key ? STEP_KEY_OTHER : 0));
}

static void take_sdp(struct step_held *h, const struct sip_seen *m, const struct transaction *t)
{
	const struct sdp_seen *s = m->sdp;
	bool offers =
		m->request ? m->verb != SIP_VERB_ACK : t && t->pact && t->pact->offer_in_response;

	if (!s || !s->line_count)
		return;
	h->sdp = offers ? STEP_SDP_OFFER : STEP_SDP_ANSWER;
	for (unsigned i = s->line_count; i--;)
		if (s->lines[i].at.port || i == 0) {
			h->profile = (uint8_t)s->lines[i].profile;
			h->keys |= keys_of(&s->lines[i]);
		}
}

/* The first fill blocks; of the rest the latest displace each other. */
static struct step_held *room_for(struct live *l)
{
	uint32_t n = l->step_count;
	struct step_block *b = *l->steps_end;

	if (n >= LADDER_FIRST) {
		if (!l->last_steps)
			l->last_steps = live_take(l, LADDER_LAST * sizeof *l->last_steps);
		return l->last_steps ? &l->last_steps[(n - LADDER_FIRST) % LADDER_LAST] : NULL;
	}
	if (b && b->count == STEP_BLOCK) {
		l->steps_end = &b->next;
		b = NULL;
	}
	if (!b)
		b = *l->steps_end = live_take(l, sizeof *b);
	return b ? &b->held[b->count++] : NULL;
}

/* Which of the two ends sent it, in a form that holds when a leg learns who called. */
static bool downward(const struct endpoint *from, const struct endpoint *to)
{
	int order = addr_cmp(&from->addr, &to->addr);

	return order ? order > 0 : addr_endpoint_cmp(from, to) > 0;
}

void ladder_message(struct live *l, struct leg_live *leg, const struct transaction *t,
		    const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	struct endpoint src = addr_src(&o->flow), dst = addr_dst(&o->flow);
	struct step_held *h = room_for(l);

	l->step_count++;
	if (!h)
		return;
	*h = (struct step_held){ .ts_ns = o->evidence.ts_ns,
				 .frame = o->evidence.frame & 0xffffffffffff,
				 .input = o->evidence.input,
				 .leg = leg,
				 .status = m->status,
				 .verb = (uint8_t)m->verb,
				 .request = m->request,
				 .down = downward(&src, &dst) };
	take_sdp(h, m, t);
}

void ladder_forget(struct live *l)
{
	l->steps = NULL;
	l->steps_end = &l->steps;
	l->last_steps = NULL;
}

/* ---- at the end ------------------------------------------------------------------------ */

struct rungs {
	struct step *all;
	unsigned count, room, lost;
};

static struct step *add(struct rungs *r)
{
	struct step *s = r->count < r->room ? &r->all[r->count++] : NULL;

	r->lost += s == NULL;
	if (s)
		*s = (struct step){ .leg = FACT_NOWHERE, .media = FACT_NOWHERE };
	return s;
}

static void add_held(struct rungs *r, const struct call *c, const struct step_held *h)
{
	const struct leg *leg = h->leg->number < c->leg_count ? &c->legs[h->leg->number] : NULL;
	struct step *s = leg ? add(r) : NULL;

	if (!s)
		return;
	bool from_a = downward(&leg->a, &leg->b) == h->down;
	s->kind = h->request ? STEP_REQUEST : STEP_RESPONSE;
	s->ts_ns = h->ts_ns;
	s->at = (struct evidence){ h->frame, h->ts_ns, h->input };
	s->from = from_a ? leg->a : leg->b;
	s->to = from_a ? leg->b : leg->a;
	s->verb = (enum sip_verb)h->verb;
	s->status = h->status;
	s->sdp = (enum step_sdp)h->sdp;
	s->profile = (enum media_profile)h->profile;
	s->keys = h->keys;
	s->leg = (int16_t)h->leg->number;
}

static void add_messages(struct rungs *r, const struct call *c, const struct live *l)
{
	uint32_t late = l->step_count > LADDER_FIRST ? l->step_count - LADDER_FIRST : 0;

	for (const struct step_block *b = l->steps; b; b = b->next)
		for (unsigned i = 0; i < b->count; i++)
			add_held(r, c, &b->held[i]);
	for (unsigned i = 0; l->last_steps && i < late && i < LADDER_LAST; i++)
		add_held(r, c, &l->last_steps[i]);
}

static int in_time(const void *x, const void *y)
{
	const struct step *a = x, *b = y;
	int order = live_evidence_cmp(&a->at, &b->at);

	return order ? order : (int)a->kind - (int)b->kind;
}

static void sort(struct step *all, unsigned n)
{
	if (n > 1)
		qsort(all, n, sizeof *all, in_time);
}

/* Rows that were absorbed bring their own: again the first and the last are kept. */
static void cut(struct rungs *r)
{
	unsigned most = LADDER_FIRST + LADDER_LAST;

	if (r->count <= most)
		return;
	memmove(&r->all[LADDER_FIRST], &r->all[r->count - LADDER_LAST],
		LADDER_LAST * sizeof *r->all);
	r->count = most;
}

static void also(struct step *s, const struct evidence *at)
{
	bool known = !at->frame || live_evidence_cmp(&s->at, at) == 0;

	for (unsigned i = 0; i < s->also_count; i++)
		known |= live_evidence_cmp(&s->also[i], at) == 0;
	if (!known && s->also_count < STEP_ALSO)
		s->also[s->also_count++] = *at;
}

/* ---- handshakes ------------------------------------------------------------------------ */

static bool same_pair(const struct step *s, const struct endpoint *a, const struct endpoint *b)
{
	return (addr_endpoint_eq(&s->from, a) && addr_endpoint_eq(&s->to, b)) ||
	       (addr_endpoint_eq(&s->from, b) && addr_endpoint_eq(&s->to, a));
}

static enum step_kind kind_of(enum sight_kind k)
{
	return k == SIGHT_TLS ? STEP_TLS : k == SIGHT_DTLS ? STEP_DTLS : STEP_ZRTP;
}

/* One handshake between the same two, seen at several points, is one rung. */
static struct step *known(struct rungs *r, unsigned from, const struct sight *s)
{
	struct endpoint a = addr_src(&s->key), b = addr_dst(&s->key);

	for (unsigned i = from; i < r->count; i++)
		if (r->all[i].kind == kind_of(s->kind) && same_pair(&r->all[i], &a, &b) &&
		    r->all[i].ts_ns / 1000000000 == s->first_ns / 1000000000)
			return &r->all[i];
	return NULL;
}

static void add_sights(struct rungs *r, const struct live *l)
{
	unsigned from = r->count;

	for (const struct sight *s = l->sights; s; s = s->next) {
		struct step *step = known(r, from, s);
		if (step) {
			step->done |= s->completed;
			also(step, &s->at);
			continue;
		}
		step = add(r);
		if (!step)
			continue;
		*step = (struct step){ .kind = kind_of(s->kind),
				       .ts_ns = s->at.ts_ns,
				       .at = s->at,
				       .from = addr_src(&s->key),
				       .to = addr_dst(&s->key),
				       .both = true,
				       .done = s->completed,
				       .resumed = s->resumed,
				       .leg = s->leg,
				       .media = s->media };
	}
}

/* ---- media ------------------------------------------------------------------------------- */

/* Which says more of what went between two hosts: the less protected. */
static unsigned weight(enum protection p)
{
	return p == PROTECTION_CLEAR	      ? 3
	       : p == PROTECTION_INSUFFICIENT ? 2
	       : p == PROTECTION_NONE_FOUND   ? 1
					      : 0;
}

static struct evidence shown_by(const struct segment *g)
{
	return g->protection == PROTECTION_CLEAR && g->clear_at.frame ? g->clear_at : g->first;
}

static void widen(struct step *s, const struct segment *g)
{
	s->both |= addr_eq(&s->from.addr, &g->b.addr) && addr_eq(&s->to.addr, &g->a.addr);
	if (g->first_ns < s->ts_ns)
		s->ts_ns = g->first_ns;
	if (g->last_ns > s->until_ns)
		s->until_ns = g->last_ns;
	struct evidence at = shown_by(g), before = s->at;
	if (weight(g->protection) > weight(s->protection)) {
		s->protection = g->protection;
		s->at = at;
		also(s, &before);
	}
	also(s, &at);
}

/* One rung for both directions, however many points saw them, in each epoch. */
static void add_segment(struct rungs *r, unsigned from, int16_t media, const struct segment *g,
			int16_t epochs[])
{
	struct step *s = NULL;

	for (unsigned i = from; i < r->count && !s; i++)
		if (r->all[i].media == media && epochs[i - from] == g->epoch &&
		    same_pair(&r->all[i], &g->a, &g->b))
			s = &r->all[i];
	if (!s) {
		s = add(r);
		if (!s)
			return;
		*s = (struct step){ .kind = STEP_MEDIA,
				    .ts_ns = g->first_ns,
				    .until_ns = g->last_ns,
				    .at = shown_by(g),
				    .from = g->a,
				    .to = g->b,
				    .protection = g->protection,
				    .leg = FACT_NOWHERE,
				    .media = media };
		epochs[r->count - 1 - from] = g->epoch;
	}
	widen(s, g);
}

static void add_media(struct rungs *r, const struct call *c)
{
	int16_t epochs[LADDER_OTHERS];
	unsigned from = r->count;

	for (uint16_t i = 0; i < c->media_count; i++)
		for (uint16_t k = 0; k < c->media[i].segment_count; k++)
			add_segment(r, from, (int16_t)i, &c->media[i].segments[k], epochs);
}

/* ---- the door ---------------------------------------------------------------------------- */

static unsigned held(const struct live *l)
{
	unsigned n = 0;

	for (; l; l = l->absorbed)
		n += l->step_count < LADDER_FIRST + LADDER_LAST ? l->step_count
								: LADDER_FIRST + LADDER_LAST;
	return n;
}

static bool has_others(const struct live *l)
{
	for (uint16_t i = 0; i < l->call.media_count; i++)
		if (l->call.media[i].segment_count)
			return true;
	return l->sights != NULL;
}

void ladder_build(struct live *l)
{
	struct call *c = &l->call;
	struct rungs r = { .room = held(l) };
	unsigned messages = r.room;
	uint32_t all = 0;

	for (const struct live *o = l; o; o = o->absorbed)
		all += o->step_count;
	r.room += has_others(l) ? LADDER_OTHERS : 0;
	r.all = r.room ? arena_take(l->arena, r.room * sizeof *r.all) : NULL;
	c->steps_left_out = all;
	if (!r.all)
		return;
	r.room = messages;
	for (const struct live *o = l; o; o = o->absorbed)
		add_messages(&r, c, o);
	sort(r.all, r.count);
	cut(&r);
	c->steps_left_out = all - r.count;
	r.room = has_others(l) ? r.count + LADDER_OTHERS : r.count;
	add_sights(&r, l);
	add_media(&r, c);
	sort(r.all, r.count);
	c->steps_left_out += r.lost;
	c->steps = r.all;
	c->step_count = (uint16_t)r.count;
}
