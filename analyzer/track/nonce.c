/* nonce.c - how the nonces of accepted digest credentials were used. */
#include "analyzer/track/nonce.h"

#include "analyzer/base/hash.h"
#include "analyzer/base/when.h"

static const uint64_t DAY_NS = 24 * 3600 * WHEN_SECOND;

/* AKA's passwords serve once, whatever becomes of its nonce (RFC 3310). */
static const struct auth_seen *digest_of(const struct sip_seen *m, bool challenge)
{
	for (unsigned i = 0; i < m->auth_count; i++) {
		const struct auth_seen *a = &m->auths[i];
		if (a->scheme == AUTH_DIGEST && !a->aka && a->challenge == challenge &&
		    a->nonce.n && (challenge || a->has_response))
			return a;
	}
	return NULL;
}

/* A busy server gives clients that ask in the same second the same nonce. */
static uint64_t key_of(const struct auth_seen *a, const struct addr *client)
{
	struct slice at = { client->b, sizeof client->b };
	uint64_t key = (hash_fixed(a->nonce) * 31 + hash_fixed(a->realm)) * 31 + hash_fixed(at);

	return key ? key : 1;
}

static struct nonce *look_up(struct nonces *n, uint64_t key, const struct evidence *at)
{
	struct nonce *set = n->all[key % NONCE_SETS], *oldest = set;

	for (unsigned i = 0; i < NONCE_WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (live_evidence_cmp(&set[i].last, &oldest->last) < 0)
			oldest = &set[i];
	}
	n->displaced += oldest->key != 0;
	*oldest = (struct nonce){ .key = key, .first = *at, .last = *at };
	return oldest;
}

/* ---- a challenge, credentials ------------------------------------------------------- */

static void given(struct nonces *n, const struct transaction *t, const struct observation *o)
{
	const struct auth_seen *a = digest_of(&o->as.sip, true);

	if (!a)
		return;
	struct nonce *u = look_up(n, key_of(a, &o->flow.dst), &o->evidence);
	u->again |= u->challenge && u->challenge != t->key;
	u->challenge = t->key;
}

static void shown(struct transaction *t, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	const struct auth_seen *a = digest_of(m, false);

	if (!a || t->digest.at.frame)
		return;
	t->digest = (struct digest_shown){ .nonce = key_of(a, &o->flow.src),
					   .user = hash_fixed(a->username),
					   .request = hash_fixed(m->call_id) * 31 + m->cseq,
					   .nc = a->nc,
					   .qop = a->has_qop,
					   .at = o->evidence };
}

/* ---- accepted ------------------------------------------------------------------------- */

static void note(struct live *l, const struct transaction *t, const char *text,
		 const struct evidence *before)
{
	struct fact *f = live_note(l, t->leg, FACT_digest_weak, 3, text, &t->digest.at);

	if (f && before)
		live_evidence(f, before);
}

/*
 * The same count in another request. Where the nonce was given more than once, or
 * before the capture began, each client may rightly have counted from the start.
 */
static bool counted_before(const struct nonce *u, const struct digest_shown *d)
{
	return d->qop && d->nc && u->request && u->request != d->request && u->nc == d->nc &&
	       u->user == d->user && u->challenge && !u->again;
}

static void accepted(struct nonces *n, struct live *l, const struct transaction *t)
{
	const struct digest_shown *d = &t->digest;

	if (!d->at.frame)
		return;
	struct nonce *u = look_up(n, d->nonce, &d->at);
	if (!d->qop)
		note(l, t, "no qop", NULL);
	if (counted_before(u, d))
		note(l, t, "one nonce with one count in two requests", &u->last);
	if (d->at.ts_ns > u->first.ts_ns + DAY_NS)
		note(l, t, "a nonce more than a day old", &u->first);
	u->user = d->user;
	u->request = d->request;
	u->nc = d->nc;
	u->last = d->at;
}

void nonce_message(struct nonces *n, struct live *l, struct transaction *t,
		   const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;

	if (!t)
		return;
	if (m->request)
		shown(t, o);
	else if (m->status >= 200 && m->status < 300)
		accepted(n, l, t);
	else if (m->status == 401 || m->status == 407)
		given(n, t, o);
}
