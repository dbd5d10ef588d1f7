/* shown.c - what hosts showed of themselves, each once, in an order that no table decides. */
#include "analyzer/track/shown.h"

#include <string.h>

static int order(const struct credential *a, const struct credential *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	int who = addr_endpoint_cmp(&a->who, &b->who);

	return who ? who : memcmp(a->digest, b->digest, sizeof a->digest);
}

static void add(struct live *l, const struct credential *seen)
{
	struct call *c = &l->call;
	uint16_t i = 0;

	if (!c->credentials)
		c->credentials = live_take(l, CREDENTIALS * sizeof *c->credentials);
	if (!c->credentials)
		return;
	while (i < c->credential_count && order(&c->credentials[i], seen) < 0)
		i++;
	bool there = i < c->credential_count && order(&c->credentials[i], seen) == 0;
	if (there || i == CREDENTIALS)
		return;
	if (c->credential_count < CREDENTIALS)
		c->credential_count++;
	memmove(&c->credentials[i + 1], &c->credentials[i],
		(c->credential_count - i - 1u) * sizeof *c->credentials);
	c->credentials[i] = *seen;
}

static void add_cert(struct live *l, enum credential_kind kind, struct endpoint who,
		     const struct cert_seen *cert)
{
	struct credential c = { .kind = kind, .who = who, .length = CREDENTIAL_BYTES };

	if (!cert->sent || cert->none)
		return;
	memcpy(c.digest, cert->digest[CERT_SHA256], sizeof c.digest);
	add(l, &c);
}

static struct endpoint host(struct endpoint e)
{
	e.port = 0;
	return e;
}

void shown_tls(struct live *l, const struct flow *f)
{
	for (const struct tls_held *t = f->tls; t; t = t->next) {
		const struct handshake_seen *h = &t->seen.shake;
		struct endpoint src = addr_src(&f->key), dst = addr_dst(&f->key);
		bool refused = h->alert_fatal && !(h->client_done && h->server_done);
		/* On one host it is told by its port: the server's is the lower of the two. */
		bool from = addr_eq(&src.addr, &dst.addr) ? src.port < dst.port
							  : addr_eq(&src.addr, &t->server);
		if (!refused)
			add_cert(l, CREDENTIAL_TLS, from ? src : dst, &h->certs[1]);
	}
}

void shown_dtls(struct live *l, const struct flow *f, const struct dtls_held *d)
{
	const struct handshake_seen *h = &d->seen.shake;
	struct endpoint src = host(addr_src(&f->key)), dst = host(addr_dst(&f->key));

	if (!h->client_done || !h->server_done)
		return;
	add_cert(l, CREDENTIAL_DTLS, d->client_is_src ? src : dst, &h->certs[0]);
	add_cert(l, CREDENTIAL_DTLS, d->client_is_src ? dst : src, &h->certs[1]);
}

void shown_zrtp(struct live *l, const struct flow *f, const struct zrtp_held *z)
{
	struct endpoint ends[2] = { host(addr_src(&f->key)), host(addr_dst(&f->key)) };

	for (unsigned i = 0; i < 2 && z->seen.completed; i++) {
		const struct zrtp_side_seen *s = &z->seen.side[i];
		struct credential c = { .kind = CREDENTIAL_ZID,
					.who = ends[i],
					.length = sizeof s->zid_name };
		memcpy(c.digest, s->zid_name, sizeof s->zid_name);
		if (s->hello)
			add(l, &c);
	}
}
