/* session_facts.c - what a TLS handshake and its certificates say about the hop that used them. */
#include "analyzer/track/session_facts.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/base/when.h"

enum {
	TLS_1_2 = 0x0303,
	TLS_1_3 = 0x0304,
	WEAK_FIELD = 2048,
	WEAK_CURVE = 224,
	SOON_DAYS = 30,
	DAY_S = 86400,
};

struct look {
	struct live *l;
	int leg;
	const struct tls_held *t;
	const struct handshake_seen *h;
};

static struct fact *note(const struct look *k, enum fact_kind kind, uint8_t grade, const char *text,
			 const struct evidence *at)
{
	for (struct note *n = k->l->facts; n; n = n->next)
		if (n->fact.kind == kind && n->fact.leg == k->leg &&
		    (n->fact.text == text ||
		     (text && n->fact.text && !strcmp(n->fact.text, text)))) {
			live_evidence(&n->fact, at);
			return &n->fact;
		}
	struct fact *f = live_fact(k->l, kind, grade, FACT_NOWHERE, FACT_NOWHERE, at);
	if (f) {
		f->leg = (int16_t)k->leg;
		f->text = text;
	}
	return f;
}

static void note_value(const struct look *k, enum fact_kind kind, const char *text, uint64_t value,
		       const struct evidence *at)
{
	struct fact *f = note(k, kind, 3, text, at);

	if (f)
		f->value = value;
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
		note(k, FACT_tls_broken, 3, h->suite_name, &h->server_at);
	else if (h->suite_grade > SUITE_AEAD)
		note_value(k, FACT_tls_legacy, h->suite_name,
			   h->suite_grade == SUITE_3DES	      ? 1
			   : h->suite_grade == SUITE_CBC_SHA1 ? 2
							      : 3,
			   &h->server_at);
	if (h->suite_grade != SUITE_UNSEEN && h->suite_grade != SUITE_BROKEN && !h->forward_secret)
		note(k, FACT_tls_static, 3, h->suite_name, &h->server_at);
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
		note(k, FACT_tls_weak_offer, 3, NULL, &h->client_at);
	if (h->version > TLS_1_2)
		return;
	if (h->compression)
		note(k, FACT_tls_exception, 3, "compression is on", &h->server_at);
	if (!h->renegotiation_info)
		note(k, FACT_tls_exception, 3, "renegotiation is not secured (RFC 5746)",
		     &h->server_at);
	if (!h->extended_master_secret)
		note(k, FACT_tls_exception, 3, "no extended master secret (RFC 7627)",
		     &h->server_at);
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

/* Where both are servers each should know the other (RFC 5923). */
static void note_sides(const struct look *k)
{
	if (!between_servers(&k->l->call, &k->l->call.legs[k->leg]) || k->h->hidden ||
	    k->h->resumed || k->h->incomplete)
		return;
	if (!k->h->client_cert_asked || k->h->certs[0].none)
		note(k, FACT_tls_one_sided, 3, NULL, &k->h->server_at);
}

/* ---- certificates ------------------------------------------------------------------------ */

static void note_dates(const struct look *k, const struct cert_seen *c, unsigned who)
{
	int64_t now = (int64_t)(c->at.ts_ns / WHEN_SECOND);
	int64_t left = (c->not_after_s - now) / DAY_S;

	if (now < c->not_before_s)
		note_value(k, FACT_cert_dates, "not valid yet", !who, &c->at);
	else if (now > c->not_after_s)
		note_value(k, FACT_cert_dates, "expired", !who, &c->at);
	else if (left < SOON_DAYS)
		note_value(k, FACT_cert_usage, "expires within 30 days", (uint64_t)left, &c->at);
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
		note(k, FACT_cert_usage, 3, "not meant for a TLS server", &c->at);
	if (!who && !c->eku_client && !c->eku_sip)
		note(k, FACT_cert_client_usage, 3, NULL, &c->at);
}

static void note_name(const struct look *k)
{
	const struct cert_seen *c = &k->h->certs[1];

	if (k->t->name == CHECK_BAD)
		note(k, FACT_cert_name, 3, NULL, &c->at);
	else if (k->t->wildcard || k->t->cn_only)
		note(k, FACT_cert_wildcard, 3, k->t->wildcard ? "wildcard" : "common name only",
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
	for (const struct tls_held *t = f->tls; t; t = t->next) {
		struct look k = { .l = l, .leg = leg, .t = t, .h = &t->seen.shake };
		if (k.h->server_hello) {
			note_session(&k);
			note_suite(&k);
			note_group(&k);
			note_extras(&k);
			note_sides(&k);
		}
		note_certificates(&k);
		if (t->seen.gap)
			note(&k, FACT_loss, 3,
			     "a hole in its stream ended the opening of a connection", &t->at);
	}
}
