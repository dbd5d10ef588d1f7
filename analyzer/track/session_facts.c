/* session_facts.c - what a TLS handshake and its certificates say about the hop that used them. */
#include "analyzer/track/session_facts.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/track/hop.h"
#include "analyzer/track/shown.h"

enum {
	TLS_1_2 = 0x0303,
	TLS_1_3 = 0x0304,
	WEAK_FIELD = 2048,
	WEAK_CURVE = 224,
	SOON_DAYS = 30,
	DAY_S = 86400,
	SIP_AGE_S = 946684800, /* the year 2000: no clock that was ever set shows less */
};

struct look {
	struct live *l;
	int leg;
	const struct tls_held *t;
	const struct handshake_seen *h;
};

static bool same(const struct look *k, const struct fact *f, enum fact_kind kind, const char *text,
		 uint64_t value)
{
	return f->kind == kind && f->leg == k->leg && f->value == value &&
	       (f->text == text || (text && f->text && !strcmp(f->text, text)));
}

/* Connections that show the same are one fact; the client's and the server's are two. */
static void note_value(const struct look *k, enum fact_kind kind, const char *text, uint64_t value,
		       const struct evidence *at)
{
	for (struct note *n = k->l->facts; n; n = n->next)
		if (same(k, &n->fact, kind, text, value)) {
			live_evidence(&n->fact, at);
			return;
		}
	struct fact *f = live_fact(k->l, kind, 3, FACT_NOWHERE, FACT_NOWHERE, at);
	if (f) {
		f->leg = (int16_t)k->leg;
		f->text = text;
		f->value = value;
	}
}

static void note(const struct look *k, enum fact_kind kind, const char *text,
		 const struct evidence *at)
{
	note_value(k, kind, text, 0, at);
}

/* One side refused what the other chose: it was not agreed on, and nothing ran under it. */
static bool refused(const struct handshake_seen *h)
{
	return h->alert_fatal && !(h->client_done && h->server_done);
}

/* ---- version, suite, group -------------------------------------------------------- */

static const char *version_text(uint16_t v)
{
	switch (v) {
	case 0x0300:
		return "SSL 3.0";
	case 0x0301:
		return "TLS 1.0";
	case 0x0302:
		return "TLS 1.1";
	case TLS_1_2:
		return "TLS 1.2";
	case TLS_1_3:
		return "TLS 1.3";
	default:
		return "an unknown version of TLS";
	}
}

static const char *words(const struct look *k, const char *first, const char *second)
{
	char text[128];
	int n = snprintf(text, sizeof text, "%s, %s", first, second ? second : "unknown suite");

	if (n < 0)
		return first;
	return arena_text(k->l->arena, (struct slice){ (const uint8_t *)text, strlen(text) });
}

static void note_session(const struct look *k)
{
	const struct handshake_seen *h = k->h;
	bool clean = h->version >= TLS_1_2 && h->suite_grade == SUITE_AEAD && h->forward_secret;

	note_value(k, FACT_tls_session, words(k, version_text(h->version), h->suite_name), clean,
		   &h->server_at);
	if (h->version < TLS_1_2)
		note_value(k, FACT_tls_old, version_text(h->version), h->version, &h->server_at);
}

static void note_suite(const struct look *k)
{
	const struct handshake_seen *h = k->h;

	if (h->suite_grade == SUITE_BROKEN)
		note(k, FACT_tls_broken, h->suite_name, &h->server_at);
	else if (h->suite_grade > SUITE_AEAD)
		note_value(k, FACT_tls_legacy, h->suite_name,
			   h->suite_grade == SUITE_3DES	      ? 1
			   : h->suite_grade == SUITE_CBC_SHA1 ? 2
							      : 3,
			   &h->server_at);
	if (h->suite_grade != SUITE_UNSEEN && h->suite_grade != SUITE_BROKEN && !h->forward_secret)
		note(k, FACT_tls_static, h->suite_name, &h->server_at);
}

static void note_group(const struct look *k)
{
	const struct handshake_seen *h = k->h;
	const struct cert_seen *c = &h->certs[1];

	if (h->kex_bits && h->kex_bits < WEAK_FIELD)
		note_value(k, FACT_tls_weak_group, "finite-field Diffie-Hellman", h->kex_bits,
			   &h->server_at);
	if (h->group_bits && h->group_bits < WEAK_CURVE)
		note_value(k, FACT_tls_weak_group, h->group_name, h->group_bits, &h->server_at);
	if (!h->forward_secret && h->version <= TLS_1_2 && c->parsed && c->key == CERT_KEY_RSA &&
	    c->key_bits < WEAK_FIELD)
		note_value(k, FACT_tls_weak_group, "RSA key transport", c->key_bits, &c->at);
}

static void note_extras(const struct look *k)
{
	const struct handshake_seen *h = k->h;

	if (h->weak_offered && h->version >= TLS_1_2 && h->suite_grade != SUITE_BROKEN)
		note(k, FACT_tls_weak_offer, NULL, &h->client_at);
	if (h->version > TLS_1_2)
		return;
	if (h->compression)
		note(k, FACT_tls_exception, "compression is on", &h->server_at);
	if (!h->renegotiation_info)
		note(k, FACT_tls_exception, "renegotiation is not secured (RFC 5746)",
		     &h->server_at);
	if (!h->extended_master_secret)
		note(k, FACT_tls_exception, "no extended master secret (RFC 7627)", &h->server_at);
}

/*
 * Two elements in a row: one accepted the call over TLS, the other sent it on. A
 * phone that accepts TLS from its proxy is an access link (RFC 5630 3.1.1).
 */
static bool between_servers(const struct call *c, const struct leg *g)
{
	bool accepts = false, forwards = false;

	for (uint16_t i = 0; i < c->leg_count; i++) {
		const struct leg *other = &c->legs[i];
		if (other == g || !observation_transport_encrypted(other->carrier))
			continue;
		accepts |=
			addr_eq(&other->b.addr, &g->a.addr) && !addr_eq(&other->a.addr, &g->b.addr);
		forwards |=
			addr_eq(&other->a.addr, &g->b.addr) && !addr_eq(&other->b.addr, &g->a.addr);
	}
	return accepts && forwards;
}

/* What OBS-007 stands for: nothing can be said of certificates that did not show. */
static void note_hidden(const struct look *k)
{
	if (k->h->hidden)
		note(k, FACT_tls_hidden, "TLS 1.3", &k->h->server_at);
	else if (k->h->resumed && !k->h->certs[1].sent)
		note(k, FACT_tls_hidden, "a resumed session", &k->h->server_at);
}

/* Where both are servers each should know the other (RFC 5923). */
static void note_sides(const struct look *k)
{
	const struct handshake_seen *h = k->h;
	const struct cert_seen *client = &h->certs[0];
	bool seen = !h->hidden && !h->resumed && !h->incomplete;

	if (!between_servers(&k->l->call, &k->l->call.legs[k->leg]))
		return;
	if (seen && (!h->client_cert_asked || client->none))
		note(k, FACT_tls_one_sided, NULL, &h->server_at);
	else
		note_value(k, FACT_tls_trunk, NULL,
			   seen && client->parsed && client->possession != CHECK_BAD,
			   &h->server_at);
}

/* How the name asked for was found; 0: nothing was asked for, or no certificate could be read. */
static void note_named(const struct look *k)
{
	const struct named *n = &k->t->named;

	if (n->name != CHECK_BAD)
		note_value(k, FACT_cert_named, NULL,
			   n->name != CHECK_OK	       ? 0
			   : n->wildcard || n->cn_only ? 1
						       : 2,
			   &k->h->server_at);
}

/* What a client showed and nobody could read may be made for servers only. */
static void note_client(const struct look *k)
{
	const struct cert_seen *c = &k->h->certs[0];

	if (c->sent && !c->none && (!c->parsed || !c->eku || c->eku_client || c->eku_sip))
		note_value(k, FACT_cert_client_fits, NULL, c->parsed, &k->h->server_at);
}

/* A certificate of the client, or a handshake that does not show whether there was one. */
static bool may_know_client(const struct handshake_seen *h)
{
	return (h->certs[0].sent && !h->certs[0].none) || h->hidden || h->resumed || h->incomplete;
}

/* ---- certificates ------------------------------------------------------------------------ */

static void note_dates(const struct look *k, const struct cert_seen *c, unsigned who)
{
	int64_t now = (int64_t)(c->at.ts_ns / WHEN_SECOND);
	int64_t left = (c->not_after_s - now) / DAY_S;

	if (now < SIP_AGE_S)
		note(k, FACT_clock, "the capture's clock was never set", &c->at);
	else if (now < c->not_before_s)
		note_value(k, FACT_cert_dates, "not valid yet", !who, &c->at);
	else if (now > c->not_after_s)
		note_value(k, FACT_cert_dates, "expired", !who, &c->at);
	else if (left < SOON_DAYS)
		note_value(k, FACT_cert_usage, "expires within 30 days", !who, &c->at);
}

static void note_trust(const struct look *k, const struct cert_seen *c)
{
	if (c->trusted == CHECK_OK)
		return;
	if (c->self_signed)
		note_value(k, FACT_cert_untrusted, "self-signed", 1, &c->at);
	else if (c->trusted == CHECK_BAD)
		note_value(k, FACT_cert_untrusted, "unknown issuer", 0, &c->at);
	else
		note_value(k, FACT_cert_untrusted, "no trust store given", 2, &c->at);
}

static void note_strength(const struct look *k, const struct cert_seen *c, unsigned who)
{
	if (c->weak_signature)
		note_value(k, FACT_cert_weak, "signed with MD5 or SHA-1", !who, &c->at);
	if (c->key == CERT_KEY_RSA && c->key_bits < WEAK_FIELD)
		note_value(k, FACT_cert_weak, "RSA key below 2048 bits", !who, &c->at);
	if (c->key == CERT_KEY_EC && c->key_bits < WEAK_CURVE)
		note_value(k, FACT_cert_weak, "EC key below 224 bits", !who, &c->at);
}

/* RFC 5922 and RFC 5924 for servers; what a client shows must be made for clients. */
static void note_purpose(const struct look *k, const struct cert_seen *c, unsigned who)
{
	if (!c->eku)
		return;
	if (who && !c->eku_server && !c->eku_sip)
		note(k, FACT_cert_usage, "not meant for a TLS server", &c->at);
	if (!who && !c->eku_client && !c->eku_sip)
		note(k, FACT_cert_client_usage, NULL, &c->at);
}

static void note_name(const struct look *k)
{
	const struct cert_seen *c = &k->h->certs[1];

	if (k->t->named.name == CHECK_BAD && !refused(k->h))
		note(k, FACT_cert_name, NULL, &c->at);
	else if (k->t->named.wildcard || k->t->named.cn_only)
		note(k, FACT_cert_wildcard, k->t->named.wildcard ? "wildcard" : "common name only",
		     &c->at);
}

static void note_certificates(const struct look *k)
{
	for (unsigned who = 0; who < 2; who++) {
		const struct cert_seen *c = &k->h->certs[who];
		if (!c->parsed)
			continue;
		note_dates(k, c, who);
		note_strength(k, c, who);
		note_purpose(k, c, who);
	}
	if (!k->h->certs[1].parsed)
		return;
	note_trust(k, &k->h->certs[1]);
	note_name(k);
}

void session_facts(struct live *l, const struct flow *f, int leg)
{
	shown_tls(l, f);
	for (const struct tls_held *t = f->tls; t; t = t->next) {
		struct look k = { .l = l, .leg = leg, .t = t, .h = &t->seen.shake };
		if (k.h->server_hello && !refused(k.h)) {
			note_session(&k);
			note_suite(&k);
			note_group(&k);
			note_extras(&k);
			note_sides(&k);
			note_named(&k);
			note_client(&k);
			note_hidden(&k);
		}
		note_certificates(&k);
		if (may_know_client(k.h))
			hop_known(l, leg);
		if (t->seen.gap)
			note(&k, FACT_loss,
			     "a hole in its stream ended the opening of a connection", &t->at);
	}
}
