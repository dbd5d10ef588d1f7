/* keyed_dtls.c - DTLS handshakes on a line's paths against what SDP announced (RFC 5763, RFC 8842).
 */
#include <string.h>

#include "analyzer/track/keyed.h"
#include "analyzer/track/shown.h"

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

static bool same_handshake(const struct handshake_seen *a, const struct handshake_seen *b)
{
	return a->has_randoms && b->has_randoms && a->has_shares && b->has_shares &&
	       !memcmp(a->randoms, b->randoms, sizeof a->randoms) &&
	       !memcmp(a->shares, b->shares, sizeof a->shares);
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

/* What is wrong with a certificate, if anything is: NULL. */
static const char *fault(const struct look *k, unsigned who, enum keyed_match m, bool *doubt)
{
	static const char *const differs[] = { "the client's", "the server's" };
	static const char *const weaker[] = { "the client's, by a weaker hash only",
					      "the server's, by a weaker hash only" };
	const struct cert_seen *c = &k->d->seen.shake.certs[who];

	*doubt = m != KEYED_DIFFERS;
	if (m == KEYED_DIFFERS)
		return keyed_cert(k->a, -1, c) == KEYED_MATCHES ? NULL : differs[who];
	if (m == KEYED_WEAKER)
		return weaker[who];
	return c->possession == CHECK_BAD ? "its handshake signature does not verify" : NULL;
}

static unsigned proved_bits(const struct look *k, const struct dtls_held *d, unsigned who)
{
	struct look there = { k->l, k->list, k->a, d, { k->side[0], k->side[1] } };
	const struct cert_seen *c = &d->seen.shake.certs[who];

	if (c->possession == CHECK_BAD || match(&there, who) != KEYED_MATCHES)
		return 0;
	return (c->possession == CHECK_OK ? CLIENT_MATCHES | CLIENT_SIGNED : CLIENT_MATCHES + 0u)
	       << who;
}

/* One handshake, wherever this line's paths show it: what one place lost another may have. */
static unsigned all_bits(const struct look *k)
{
	unsigned bits = k->d->seen.shake.resumed ? 0 : FULL;

	for (unsigned who = 0; who < 2; who++) {
		bits |= proved_bits(k, k->d, who);
		for (unsigned i = 0; i < k->a->path_count; i++)
			for (const struct dtls_held *e = k->a->paths[i]->dtls; e; e = e->next)
				if (same_handshake(&e->seen.shake, &k->d->seen.shake))
					bits |= proved_bits(k, e, who);
	}
	return bits;
}

/* Several handshakes of a line prove what each of them does. */
static void note_matched(const struct look *k)
{
	const struct handshake_seen *h = &k->d->seen.shake;
	bool first = !keyed_has(k->l, FACT_dtls_matched, k->a->number);
	struct fact *f = keyed_fact(k->l, FACT_dtls_matched, 4, k->a->number, NULL,
				    shown_at(&h->certs[1], k->d));

	if (f)
		f->value = first ? all_bits(k) : f->value & all_bits(k);
	if (f && h->certs[0].at.frame)
		live_evidence(f, &h->certs[0].at);
}

static void compare(const struct look *k)
{
	const struct handshake_seen *h = &k->d->seen.shake;
	bool fits = false;

	for (unsigned who = 0; who < 2; who++) {
		bool doubt;
		enum keyed_match m = match(k, who);
		const char *text = fault(k, who, m, &doubt);
		if (text)
			note_mismatch(k, who, text, doubt);
		/* Announced by the other side: no stranger's, but not where it belongs. */
		else if (m == KEYED_MATCHES || m == KEYED_DIFFERS)
			fits = true;
	}
	if (fits && completed(h))
		note_matched(k);
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

/* RFC 5764 4.1.2, RFC 7714 14.2, RFC 8723 10, RFC 8269 6. */
static unsigned cipher_short(uint16_t profile)
{
	static const uint8_t known[] = {
		[0x01] = SHORT_OF_CNSA,
		[0x02] = SHORT_OF_CNSA,
		[0x07] = SHORT_OF_CNSA,
		[0x09] = SHORT_OF_CNSA,
		[0x0b] = SHORT_OF_CNSA | SHORT_OF_FIPS,
		[0x0c] = SHORT_OF_CNSA | SHORT_OF_FIPS,
		[0x0d] = SHORT_OF_FIPS,
		[0x0e] = SHORT_OF_FIPS,
		[0x0f] = SHORT_OF_CNSA | SHORT_OF_FIPS,
		[0x10] = SHORT_OF_FIPS,
	};

	return profile < sizeof known ? known[profile] : 0;
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
	if (h->has_profile && completed(h))
		keyed_cipher(k->l, k->a->number, cipher_short(h->profile), h->profile_name,
			     &h->server_at);
	unsigned worth = !h->has_profile ? 2 : null ? 3 : h->profile == PROFILE_SHORT_TAG ? 1 : 0;
	if (!worth)
		return;
	f = keyed_fact(k->l, FACT_dtls_profile, 3, k->a->number,
		       h->has_profile ? h->profile_name : "none", &h->server_at);
	if (f)
		f->value = worth;
}

/* A message cut short by the capture may be the certificate. */
static void note_sides(const struct look *k, const struct flow *f)
{
	const struct handshake_seen *h = &k->d->seen.shake;

	if (!completed(h))
		return;
	if (h->hidden || (h->resumed && !h->certs[1].sent)) {
		keyed_fact(k->l, FACT_dtls_hidden, 3, k->a->number,
			   h->hidden ? "DTLS 1.3" : "a resumed handshake", &h->server_at);
		return;
	}
	if (h->incomplete || f->cut || !h->certs[1].sent)
		return;
	if (!h->client_cert_asked || h->certs[0].none)
		keyed_fact(k->l, FACT_dtls_one_sided, 3, k->a->number, NULL, &h->server_at);
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
	shown_dtls(k->l, f, k->d);
	compare(k);
	note_suite(k);
	note_profile(k);
	note_sides(k, f);
	keyed_line_began(k->l, k->a, k->side[0], &k->d->at);
}

void keyed_dtls(struct live *l, const struct agreed_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		struct look k = { .l = l, .list = list, .a = &list->all[i] };
		for (unsigned p = 0; p < k.a->path_count; p++)
			for (k.d = k.a->paths[p]->dtls; k.d; k.d = k.d->next)
				if (keyed_in_time(l, k.d->first_ns, k.d->last_ns))
					look_at(&k, k.a->paths[p]);
	}
}
