/* weaken.c - SIP that left TLS: after an attempt that failed, or inside a dialog. */
#include "analyzer/track/weaken.h"

#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/when.h"

static const uint64_t AFTER_NS = 32 * WHEN_SECOND;   /* SIG-008; timer B of RFC 3261 too */
static const uint64_t PATIENCE_NS = 4 * WHEN_SECOND; /* branches of a fork are sent at once */

/* ---- attempts over TLS that were read ------------------------------------------------ */

static bool nameless(const struct party_seen *p)
{
	return !p->user.n || slice_ieq(p->user, SLICE("anonymous"));
}

/* Who calls whom from where; 0: nobody that could be known again under another Call-ID. */
static uint64_t who(const struct sip_seen *m, const struct addr *caller)
{
	struct slice host = { caller->b, sizeof caller->b };

	if (nameless(&m->from) || nameless(&m->to))
		return 0;
	return ((hash_fixed(m->from.user) * 31 + hash_fixed(m->to.user)) * 31 + hash_fixed(host)) |
	       1;
}

static bool begins_call(const struct sip_seen *m)
{
	return m->request && m->verb == SIP_VERB_INVITE && !m->to.tag.n;
}

static void note_try(struct weaken *w, struct live *l, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	uint64_t key = who(m, &o->flow.src);
	struct weaken_try t = { .caller = o->flow.src,
				.server = o->flow.dst,
				.at = o->evidence,
				.origin = m->via_count == 1 };

	l->tried = t;
	if (!key)
		return;
	w->tries[key % WEAKEN_SLOTS].who = key;
	w->tries[key % WEAKEN_SLOTS].tried = t;
}

/* 503 and 408 say that the way was no way; any other answer shows that TLS worked. */
static void answer(struct weaken_try *t, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;

	if (!addr_eq(&t->caller, &o->flow.dst) || !addr_eq(&t->server, &o->flow.src))
		return;
	if (m->status == 503 || m->status == 408)
		t->failed = o->evidence;
	else
		t->worked = true;
}

static bool failed(const struct weaken_try *t, const struct observation *o)
{
	uint64_t since = t->failed.frame ? t->failed.ts_ns : t->at.ts_ns;
	bool same = addr_eq(&t->caller, &o->flow.src) && addr_eq(&t->server, &o->flow.dst);

	if (!t->at.frame || !same || o->first_ns < since || o->first_ns > since + AFTER_NS)
		return false;
	if (t->failed.frame)
		return true;
	return !t->worked && t->origin && o->first_ns >= since + PATIENCE_NS;
}

static void note_fallback(const struct weaken *w, struct live *l, struct leg_live *leg,
			  const struct observation *o)
{
	uint64_t key = who(&o->as.sip, &o->flow.src);
	const struct weaken_try *t = &l->tried;

	if (!failed(t, o)) {
		t = &w->tries[key % WEAKEN_SLOTS].tried;
		if (!key || w->tries[key % WEAKEN_SLOTS].who != key || !failed(t, o))
			return;
	}
	live_first(&leg->fallback[0], t->failed.frame ? &t->failed : &t->at);
	live_first(&leg->fallback[1], &o->evidence);
}

/* ---- who speaks in clear with whom ------------------------------------------------------- */

/* Whoever of the two asks: hosts that speak in clear either way did not fall back on it. */
static void note_clear(struct weaken *w, struct leg_live *leg, const struct observation *o)
{
	struct slice src = { o->flow.src.b, sizeof o->flow.src.b };
	struct slice dst = { o->flow.dst.b, sizeof o->flow.dst.b };
	uint64_t pair = (hash_fixed(src) + hash_fixed(dst)) | 1, at = pair % WEAKEN_SLOTS;

	if (!w->clear[at].pair) {
		w->clear[at].pair = pair;
		w->clear[at].first_ns = o->first_ns;
	}
	if (w->clear[at].pair != pair)
		return;
	if (o->first_ns < w->clear[at].first_ns)
		w->clear[at].first_ns = o->first_ns;
	leg->clear_since_ns = w->clear[at].first_ns;
}

void weaken_message(struct weaken *w, struct live *l, struct leg_live *leg,
		    const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	bool secure = observation_transport_encrypted(m->carrier);
	uint64_t key;

	if (m->request && m->to.tag.n && m->verb != SIP_VERB_ACK)
		live_first(&leg->inside, &o->evidence);
	if (begins_call(m)) {
		live_first(&leg->formed, &o->evidence);
		leg->formed_by_origin |= m->via_count == 1;
		if (secure)
			note_try(w, l, o);
		else
			note_fallback(w, l, leg, o);
	}
	if (m->request && !secure)
		note_clear(w, leg, o);
	if (m->request || m->verb != SIP_VERB_INVITE || !secure)
		return;
	answer(&l->tried, o);
	key = who(m, &o->flow.dst);
	if (key && w->tries[key % WEAKEN_SLOTS].who == key)
		answer(&w->tries[key % WEAKEN_SLOTS].tried, o);
}

/* ---- handshakes that failed (SIG-008) ------------------------------------------------------- */

static bool completed(const struct handshake_seen *h)
{
	return h->client_done || h->server_done;
}

/* Refused by an alert or never answered; where octets are missing nothing is said. */
static bool broke_off(const struct tls_held *t)
{
	const struct handshake_seen *h = &t->seen.shake;

	return h->client_hello && !completed(h) && !h->incomplete && !t->seen.gap &&
	       (h->alert_fatal || !h->server_hello);
}

static bool between(const struct flow *f, const struct leg *g)
{
	return (addr_eq(&f->key.src, &g->a.addr) && addr_eq(&f->key.dst, &g->b.addr)) ||
	       (addr_eq(&f->key.src, &g->b.addr) && addr_eq(&f->key.dst, &g->a.addr));
}

/* The last one before the leg began; an attempt that worked in between excuses it. */
static const struct tls_held *last_try(const struct stint *paths, const struct leg_live *leg)
{
	const struct leg *g = &leg->leg;
	const struct place *p = stint_at_host(paths, &g->a.addr);
	const struct tls_held *last = NULL;
	unsigned looked = 0;

	for (const struct link *k = p ? p->flows : NULL; k && looked < STINT_CROWD;
	     k = k->next, looked++) {
		if (!k->flow->tls_sip || !between(k->flow, g))
			continue;
		for (const struct tls_held *t = k->flow->tls; t; t = t->next)
			if (t->at.ts_ns <= g->first_ns && addr_eq(&t->server, &g->b.addr) &&
			    (!last || t->at.ts_ns > last->at.ts_ns))
				last = t;
	}
	return last;
}

/* Who spoke in clear before it tried TLS has not fallen back on it. */
static void note_broken_handshake(const struct stint *paths, struct live *l, struct leg_live *leg)
{
	const struct tls_held *t = last_try(paths, leg);
	bool attempt = l->call.kind != CALL_MESSAGE || l->messages_seen;
	struct fact *f;

	if (!t || !attempt || !broke_off(t) || leg->clear_since_ns < t->at.ts_ns ||
	    leg->leg.first_ns > t->at.ts_ns + AFTER_NS)
		return;
	f = live_note(l, leg, FACT_tls_abandoned, 3, "the handshake failed", &t->at);
	if (f)
		live_evidence(f, &leg->leg.first);
}

static void note_abandoned(const struct stint *paths, struct live *l, struct leg_live *leg)
{
	struct fact *f;

	if (!leg->fallback[1].frame) {
		note_broken_handshake(paths, l, leg);
		return;
	}
	f = live_note(l, leg, FACT_tls_abandoned, 3, "the call found no way", &leg->fallback[0]);
	if (f)
		live_evidence(f, &leg->fallback[1]);
}

/* ---- dialogs (SIG-009) ------------------------------------------------------------------------
 */

static bool joins(const struct leg *g, const struct addr *a, const struct addr *b)
{
	return (addr_eq(&g->a.addr, a) && addr_eq(&g->b.addr, b)) ||
	       (addr_eq(&g->a.addr, b) && addr_eq(&g->b.addr, a));
}

/*
 * The encrypted leg that this one should have been like: of the same two hosts, or
 * the only one that the caller began the call on. A proxy whose other side was
 * missed has no such leg.
 */
static bool same_way(const struct leg_live *began, const struct leg *g)
{
	const struct addr *caller = &began->leg.a.addr;

	return joins(&began->leg, &g->a.addr, &g->b.addr) ||
	       (began->formed_by_origin &&
		(addr_eq(caller, &g->a.addr) || addr_eq(caller, &g->b.addr)));
}

static const struct leg_live *began_encrypted(const struct live *l, const struct leg_live *weak)
{
	const struct leg_live *found = NULL;

	for (const struct leg_live *at = l->legs; at; at = at->next) {
		if (!at->formed.frame || !same_way(at, &weak->leg))
			continue;
		if (!at->opened)
			return NULL; /* it began in clear as well */
		found = at;
	}
	return found;
}

static void note_weakened(struct live *l, struct leg_live *leg)
{
	const struct leg_live *began = began_encrypted(l, leg);
	struct fact *f;

	if (!leg->inside.frame || leg->formed.frame || !began ||
	    live_evidence_cmp(&began->formed, &leg->inside) > 0)
		return;
	f = live_note(l, leg, FACT_transport_weakened, 3,
		      observation_transport_text(leg->leg.carrier), &began->formed);
	if (f)
		live_evidence(f, &leg->inside);
}

void weaken_facts(const struct stint *paths, struct live *l)
{
	for (struct leg_live *leg = l->legs; leg; leg = leg->next) {
		if (!leg->leg.readable)
			continue;
		note_abandoned(paths, l, leg);
		note_weakened(l, leg);
	}
}
