/* keyed_sdes.c - keys that stand in SDP: how good, how often used, how many hold them (RFC 4568).
 */
#include "analyzer/track/keyed.h"
#include "analyzer/track/offer.h"

#include <ctype.h>
#include <string.h>

enum { SHORT_TAG = 32, SUITE_TEXT = 40 };

struct look {
	struct live *l;
	const struct pact *p;
	const struct agreed *a;
	const struct line_seen *o, *n; /* offer, answer; either may be NULL */
};

static bool legible(const struct pact *p)
{
	return p->leg->leg.readable || p->leg->leg.decrypted;
}

static bool accepted(const struct look *k)
{
	return k->n && k->n->crypto_count && k->a->m.keying == KEYING_SDES;
}

static const char *pattern_text(uint8_t pattern)
{
	static const char *const text[] = {
		[KEY_ZERO] = "all zero",
		[KEY_CONSTANT] = "one octet repeated",
		[KEY_SEQUENTIAL] = "counting octets",
		[KEY_TEXT] = "printable text",
	};
	return text[pattern];
}

/* A suite's name is a token (RFC 4568 9.1); anything else is not repeated. */
static const char *suite_text(struct live *l, struct slice suite)
{
	if (!suite.n || suite.n > SUITE_TEXT)
		return NULL;
	for (size_t i = 0; i < suite.n; i++)
		if (!isalnum(suite.p[i]) && suite.p[i] != '_' && suite.p[i] != '-')
			return NULL;
	return arena_text(l->arena, suite);
}

/* ---- each line by itself ------------------------------------------------------------ */

/* The line whose tag was answered; of the others the keys were offered and not taken. */
static bool in_use(const struct look *k, const struct crypto_seen *c)
{
	return accepted(k) && k->n->cryptos[0].tag == c->tag;
}

static void note_quality(const struct look *k, const struct line_seen *m, const struct evidence *at)
{
	for (unsigned i = 0; m && i < m->crypto_count; i++) {
		const struct crypto_seen *c = &m->cryptos[i];
		struct fact *f = c->pattern == KEY_RANDOM
					 ? NULL
					 : keyed_fact(k->l, FACT_key_weak, 3, k->a->number,
						      pattern_text(c->pattern), at);
		if (f)
			f->value |= in_use(k, c);
		if (c->wrong)
			keyed_fact(k->l, FACT_key_malformed, 3, k->a->number, c->wrong, at);
	}
}

static bool offers_tag(const struct line_seen *o, uint32_t tag)
{
	for (unsigned i = 0; i < o->crypto_count; i++)
		if (o->cryptos[i].tag == tag)
			return true;
	return false;
}

static void note_parameter(const struct look *k, enum fact_kind kind, bool offered, bool answered,
			   const char *text)
{
	bool taken = answered && accepted(k);
	struct fact *f;

	if (!taken && !offered)
		return;
	f = keyed_fact(k->l, kind, taken ? 2 : 3, k->a->number, text,
		       taken ? &k->p->answer_at : &k->p->offer_at);
	if (f)
		f->value |= taken;
}

#define ANY(m, field) any_crypto(m, offsetof(struct crypto_seen, field))

static bool any_crypto(const struct line_seen *m, size_t at)
{
	for (unsigned i = 0; m && i < m->crypto_count; i++)
		if (*(const bool *)((const char *)&m->cryptos[i] + at))
			return true;
	return false;
}

/* Session parameters that take protection away (RFC 4568 6.3.2). */
static void note_parameters(const struct look *k)
{
	note_parameter(k, FACT_srtp_null, ANY(k->o, null_cipher), ANY(k->n, null_cipher), NULL);
	note_parameter(k, FACT_srtp_unencrypted, ANY(k->o, unencrypted_srtp),
		       ANY(k->n, unencrypted_srtp), NULL);
	note_parameter(k, FACT_srtcp_unencrypted, ANY(k->o, unencrypted_srtcp),
		       ANY(k->n, unencrypted_srtcp), NULL);
	note_parameter(k, FACT_srtp_unauthenticated, ANY(k->o, unauthenticated_srtp),
		       ANY(k->n, unauthenticated_srtp), NULL);
}

static void note_answer(const struct look *k)
{
	const struct crypto_seen *c;

	if (!accepted(k))
		return;
	c = &k->n->cryptos[0];
	if (k->o && !offers_tag(k->o, c->tag))
		keyed_fact(k->l, FACT_key_malformed, 3, k->a->number,
			   "the answer has a tag that was not offered", &k->p->answer_at);
	keyed_cipher(k->l, k->a->number, c->cipher_short, suite_text(k->l, c->suite),
		     &k->p->answer_at);
	if (c->tag_bits == SHORT_TAG)
		keyed_fact(k->l, FACT_srtp_short_tag, 3, k->a->number, suite_text(k->l, c->suite),
			   &k->p->answer_at);
}

static void note_mikey(const struct look *k)
{
	const struct line_seen *both[] = { k->o, k->n };

	for (unsigned i = 0; i < 2; i++) {
		if (!both[i] || both[i]->mikey >= MIKEY_BROKEN)
			continue;
		struct fact *f = keyed_fact(k->l, FACT_mikey_key, 3, k->a->number, NULL,
					    i ? &k->p->answer_at : &k->p->offer_at);
		if (f)
			f->value = both[i]->mikey;
	}
}

/* ---- one key in several places (RFC 4568 6.1, RFC 3711 9.1) ----------------------------- */

static bool holds(const struct line_seen *m, uint64_t name)
{
	for (unsigned i = 0; m && name && i < m->crypto_count; i++)
		for (unsigned k = 0; k < CRYPTO_KEYS; k++)
			if (m->cryptos[i].key_names[k] == name)
				return true;
	return false;
}

static bool share_key(const struct line_seen *x, const struct line_seen *y)
{
	for (unsigned i = 0; x && i < x->crypto_count; i++)
		for (unsigned k = 0; k < CRYPTO_KEYS; k++)
			if (holds(y, x->cryptos[i].key_names[k]))
				return true;
	return false;
}

static void note_reuse(const struct look *k, const char *where, const struct evidence *at)
{
	keyed_fact(k->l, FACT_key_reused, 3, k->a->number, where, at);
}

static bool both_bundled(const struct line_seen *x, const struct line_seen *y)
{
	return x->bundled && y->bundled;
}

static void reuse_within(const struct look *k, const struct sdp_seen *s, const struct line_seen *m,
			 const struct evidence *at)
{
	for (unsigned i = 0; s && m && i < s->line_count; i++)
		if (&s->lines[i] != m && s->lines[i].at.port && !both_bundled(&s->lines[i], m) &&
		    share_key(m, &s->lines[i]))
			note_reuse(k, "two lines", at);
}

static bool moved(const struct line_seen *x, const struct line_seen *y)
{
	return x->at.port && y->at.port && !addr_is_none(&x->at.addr) &&
	       !addr_is_none(&y->at.addr) && !addr_endpoint_eq(&x->at, &y->at);
}

static void reuse_later(const struct look *k, struct pact *const *pacts, unsigned count,
			unsigned index)
{
	for (unsigned i = 0; i < count; i++) {
		const struct pact *q = pacts[i];
		const struct line_seen *o = offer_line(q->offer, index);
		if (q->leg == k->p->leg && q->cseq > k->p->cseq && o && k->o &&
		    q->callee_offers == k->p->callee_offers && moved(k->o, o) && share_key(k->o, o))
			note_reuse(k, "a later offer with another address", &q->offer_at);
	}
}

/* ---- one key to several targets -------------------------------------------------------------- */

/* At once, or one after the other: a redirected or failed attempt counts up (RFC 3261 8.1.3.4). */
static bool sent_elsewhere(const struct pact *p, const struct pact *q)
{
	return q->leg != p->leg && q->cseq <= p->cseq && q->reoffer == p->reoffer &&
	       (q->cseq == p->cseq || !p->reoffer) && q->verb == p->verb &&
	       q->callee_offers == p->callee_offers &&
	       addr_eq(&q->leg->leg.a.addr, &p->leg->leg.a.addr) &&
	       !addr_eq(&q->leg->leg.b.addr, &p->leg->leg.b.addr);
}

static void note_forks(const struct look *k, struct pact *const *pacts, unsigned count,
		       unsigned index)
{
	unsigned branches = 1;
	struct fact *f;

	if (!accepted(k))
		return;
	for (unsigned i = 0; i < count; i++)
		branches += sent_elsewhere(k->p, pacts[i]) &&
			    share_key(k->o, offer_line(pacts[i]->offer, index));
	if (branches < 2)
		return;
	f = keyed_fact(k->l, FACT_key_forked, 3, k->a->number, NULL, &k->p->offer_at);
	if (f && f->value < branches)
		f->value = branches;
}

static void look_at(const struct look *k, struct pact *const *pacts, unsigned count, unsigned index)
{
	note_quality(k, k->o, &k->p->offer_at);
	note_quality(k, k->n, &k->p->answer_at);
	note_parameters(k);
	note_answer(k);
	note_mikey(k);
	if (!accepted(k))
		return;
	if (share_key(k->o, k->n))
		note_reuse(k, "both directions", &k->p->answer_at);
	reuse_within(k, k->p->offer, k->o, &k->p->offer_at);
	reuse_later(k, pacts, count, index);
	note_forks(k, pacts, count, index);
}

void keyed_sdes(struct live *l, struct pact *const *pacts, unsigned count,
		const struct agreed_list *list)
{
	for (unsigned i = 0; i < count; i++) {
		struct look k = { .l = l, .p = pacts[i] };
		if (!legible(k.p) || !k.p->media)
			continue;
		for (unsigned m = 0;
		     k.o = offer_line(k.p->offer, m), k.n = offer_line(k.p->answer, m), k.o || k.n;
		     m++) {
			if (k.p->media[m] < 0)
				continue;
			k.a = &list->all[k.p->media[m]];
			look_at(&k, pacts, count, m);
		}
	}
}
