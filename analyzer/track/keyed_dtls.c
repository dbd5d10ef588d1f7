/* keyed_dtls.c - DTLS handshakes on a line's paths against what SDP announced (RFC 5763, RFC 8842).
 */
#include <string.h>

#include "analyzer/track/keyed.h"

enum {
	DTLS_1_0 = 0xfeff,
	PROFILE_SHORT_TAG = 2, /* RFC 5764 4.1.2: SRTP_AES128_CM_HMAC_SHA1_32 */
	PROFILE_NULL_80 = 5,
	PROFILE_NULL_32 = 6,
	/* bits of dtls_matched */
	CLIENT_MATCHES = 1,
	SERVER_MATCHES = 2,
	CLIENT_SIGNED = 4,
	SERVER_SIGNED = 8,
	FULL = 16,
};

struct look {
	struct live *l;
	const struct agreed_list *list;
	const struct agreed *a;
	const struct dtls_held *d;
	int side[2]; /* of the client, of the server */
};

static bool completed(const struct handshake_seen *h)
{
	return h->client_done && h->server_done;
}

static const struct evidence *shown_at(const struct cert_seen *c, const struct dtls_held *d)
{
	return c->at.frame ? &c->at : &d->at;
}

/* ---- certificates against fingerprints --------------------------------------------------- */

/*
 * Another line, or another branch of a fork, may have announced it; who sends
 * its own certificate in the other's name does not pass for that.
 */
static bool announced_elsewhere(const struct look *k, const struct cert_seen *c)
{
	for (unsigned i = 0; i < k->list->count; i++)
		if (&k->list->all[i] != k->a &&
		    keyed_cert(&k->list->all[i], -1, c) == KEYED_MATCHES)
			return true;
	return false;
}

static void note_mismatch(const struct look *k, unsigned who, const char *text, bool doubt)
{
	const struct handshake_seen *h = &k->d->seen.shake;
	struct fact *f = keyed_fact(k->l, FACT_dtls_mismatch, 4, k->a->number, text,
				    shown_at(&h->certs[who], k->d));

	if (!f)
		return;
	live_evidence(f, who == (unsigned)(k->side[0] == 0) ? &k->a->answer_at : &k->a->offer_at);
	f->value |= doubt || h->conflict || keyed_sdp_gaps(k->l, k->a) || !completed(h) ||
		    !k->a->m.segment_count;
}

static enum keyed_match match(const struct look *k, unsigned who)
{
	const struct cert_seen *c = &k->d->seen.shake.certs[who];
	enum keyed_match m;

	if (!c->sent || c->none)
		return KEYED_UNANNOUNCED;
	m = keyed_cert(k->a, k->side[who], c);
	if (m == KEYED_DIFFERS && announced_elsewhere(k, c))
		return KEYED_UNANNOUNCED;
	return m;
}

static void compare(const struct look *k)
{
	static const char *const differs[] = { "the client's", "the server's" };
	static const char *const weaker[] = { "the client's, by a weaker hash only",
					      "the server's, by a weaker hash only" };
	const struct handshake_seen *h = &k->d->seen.shake;
	unsigned bits = h->resumed ? 0 : FULL;
	bool fits = false;

	for (unsigned who = 0; who < 2; who++) {
		enum keyed_match m = match(k, who);
		bool proved = h->certs[who].possession == CHECK_OK;
		/* Announced by the other side: no stranger's, but not where it belongs. */
		if (m == KEYED_DIFFERS && keyed_cert(k->a, -1, &h->certs[who]) == KEYED_MATCHES)
			fits = true;
		else if (m == KEYED_DIFFERS)
			note_mismatch(k, who, differs[who], false);
		else if (m == KEYED_WEAKER)
			note_mismatch(k, who, weaker[who], true);
		else if (h->certs[who].possession == CHECK_BAD)
			note_mismatch(k, who, "its handshake signature does not verify", true);
		else if (m == KEYED_MATCHES) {
			fits = true;
			bits |= (proved ? CLIENT_MATCHES | CLIENT_SIGNED : CLIENT_MATCHES + 0u)
				<< who;
		}
	}
	if (!fits || !completed(h))
		return;
	struct fact *f = keyed_fact(k->l, FACT_dtls_matched, 4, k->a->number, NULL,
				    shown_at(&h->certs[1], k->d));
	if (f)
		f->value |= bits;
	if (f && h->certs[0].at.frame)
		live_evidence(f, &h->certs[0].at);
}

/* ---- the handshake itself -------------------------------------------------------------- */

static void note_suite(const struct look *k)
{
	const struct handshake_seen *h = &k->d->seen.shake;
	struct fact *f;

	if (!h->server_hello)
		return;
	if (h->version == DTLS_1_0)
		keyed_fact(k->l, FACT_dtls_old, 3, k->a->number, NULL, &h->server_at);
	unsigned worth = h->suite_grade == SUITE_BROKEN				? 3
			 : h->suite_grade == SUITE_3DES				? 2
			 : h->suite_grade == SUITE_CBC_SHA1			? 2
			 : h->suite_grade != SUITE_UNSEEN && !h->forward_secret ? 1
										: 0;
	if (!worth)
		return;
	f = keyed_fact(k->l, FACT_dtls_weak_suite, 3, k->a->number, h->suite_name, &h->server_at);
	if (f)
		f->value = worth;
}

/* DTLS 1.3 hides the choice. */
static void note_profile(const struct look *k)
{
	const struct handshake_seen *h = &k->d->seen.shake;
	bool voice = k->a->m.kind == MEDIA_AUDIO || k->a->m.kind == MEDIA_VIDEO;
	struct fact *f;

	if (!h->server_hello || h->hidden || !voice)
		return;
	bool null = h->profile == PROFILE_NULL_80 || h->profile == PROFILE_NULL_32;
	unsigned worth = !h->has_profile ? 2 : null ? 3 : h->profile == PROFILE_SHORT_TAG ? 1 : 0;
	if (!worth)
		return;
	f = keyed_fact(k->l, FACT_dtls_profile, 3, k->a->number,
		       h->has_profile ? h->profile_name : "none", &h->server_at);
	if (f)
		f->value = worth;
}

static void note_sides(const struct look *k)
{
	const struct handshake_seen *h = &k->d->seen.shake;

	if (!completed(h))
		return;
	if (h->hidden || (h->resumed && !h->certs[1].sent)) {
		keyed_fact(k->l, FACT_dtls_hidden, 3, k->a->number,
			   h->hidden ? "DTLS 1.3" : "a resumed handshake", &h->server_at);
		return;
	}
	if (h->incomplete || !h->certs[1].sent)
		return;
	if (!h->client_cert_asked || h->certs[0].none)
		keyed_fact(k->l, FACT_dtls_one_sided, 3, k->a->number, NULL, &h->server_at);
}

static bool ever_active(const struct agreed *a, int side)
{
	for (unsigned i = 0; i < a->line_count; i++)
		if ((int)(i & 1) == side && a->lines[i] &&
		    (a->lines[i]->setup == SETUP_ACTIVE || a->lines[i]->setup == SETUP_ACTPASS))
			return true;
	return false;
}

/* RFC 5763 5, RFC 8842 5.3: the answer settles who is the client. */
static void note_role(const struct look *k)
{
	const struct agreed *a = k->a;
	const char *text = NULL;

	if (!a->offer || !a->answer || !a->m.answer_seen)
		return;
	if (a->answer->setup == SETUP_ACTPASS || a->answer->setup == SETUP_HOLDCONN)
		text = "the answer settles no role";
	else if (a->offer->setup == a->answer->setup && a->answer->setup != SETUP_NONE)
		text = "offer and answer claim the same role";
	else if (k->side[0] >= 0 && !ever_active(a, k->side[0]) &&
		 (k->side[0] ? a->answer : a->offer)->setup == SETUP_PASSIVE)
		text = "the passive side began the handshake";
	if (text)
		keyed_fact(k->l, FACT_dtls_role, 3, a->number, text, &k->d->at);
}

static void look_at(struct look *k, const struct flow *f)
{
	struct endpoint src = addr_src(&f->key), dst = addr_dst(&f->key);
	bool forward = k->d->client_is_src;

	k->side[0] = keyed_side(k->a, forward ? &src : &dst, forward ? &dst : &src);
	k->side[1] = k->side[0] < 0 ? -1 : !k->side[0];
	if (completed(&k->d->seen.shake))
		keyed_fact(k->l, FACT_dtls_complete, 4, k->a->number, NULL,
			   &k->d->seen.shake.done_at);
	compare(k);
	note_suite(k);
	note_profile(k);
	note_sides(k);
	note_role(k);
}

/* ---- the line as a whole ------------------------------------------------------------------ */

static bool has_print(const struct agreed *a, bool readable_only)
{
	for (unsigned i = 0; i < a->line_count; i++)
		if (a->lines[i] && a->lines[i]->fingerprint_count)
			return !readable_only || a->leg->leg.readable;
	return false;
}

static void note_missing(struct live *l, const struct agreed_list *list, const struct agreed *a)
{
	bool any = false;

	for (unsigned i = 0; i < list->count; i++)
		any |= has_print(&list->all[i], false);
	if (a->m.dtls && !any && a->m.offer_seen && a->m.answer_seen && !keyed_sdp_gaps(l, a))
		keyed_fact(l, FACT_dtls_no_fingerprint, 3, a->number, NULL, &a->dtls_at);
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

static void note_prints(struct live *l, const struct agreed *a)
{
	const struct line_seen *both[] = { a->offer, a->answer };

	if (a->m.keying != KEYING_DTLS)
		return;
	for (unsigned i = 0; i < 2; i++) {
		const char *weak = both[i] ? only_weak(both[i]) : NULL;
		if (weak)
			keyed_fact(l, FACT_dtls_weak_fingerprint, 3, a->number, weak,
				   i ? &a->answer_at : &a->offer_at);
	}
	if (has_print(a, true))
		keyed_fact(l, FACT_dtls_fingerprint_readable, 3, a->number, NULL,
			   a->offer_at.frame ? &a->offer_at : &a->answer_at);
}

/* Refused or never finished, and media all the same (RFC 5763 5: none may flow). */
static void note_unfinished(struct live *l, const struct agreed *a)
{
	const struct dtls_held *refused = NULL;

	for (unsigned i = 0; i < a->path_count; i++)
		for (const struct dtls_held *d = a->paths[i]->dtls; d; d = d->next) {
			if (completed(&d->seen.shake))
				return;
			if (d->seen.shake.alert_fatal)
				refused = d;
		}
	if (!refused || a->m.keying != KEYING_DTLS)
		return;
	for (unsigned i = 0; i < a->m.segment_count; i++)
		if (a->m.segments[i].last_ns > refused->last_ns + 1000000000 &&
		    a->m.segments[i].packets >= 50) {
			keyed_fact(l, FACT_dtls_incomplete, 1, a->number, NULL,
				   &refused->seen.shake.alert_at);
			return;
		}
}

void keyed_dtls(struct live *l, const struct agreed_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		struct look k = { .l = l, .list = list, .a = &list->all[i] };
		for (unsigned p = 0; p < k.a->path_count; p++)
			for (k.d = k.a->paths[p]->dtls; k.d; k.d = k.d->next)
				if (keyed_in_time(l, k.d->first_ns, k.d->last_ns))
					look_at(&k, k.a->paths[p]);
		note_missing(l, list, k.a);
		note_prints(l, k.a);
		note_unfinished(l, k.a);
	}
}
