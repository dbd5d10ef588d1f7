/* tls_seen.c - a TCP connection that speaks TLS: its hellos and how much passed. */
#include "analyzer/observe/tls_seen.h"

#include <string.h>

#include "analyzer/proto/tls/tls.h"

enum { SIPS_PORT = 5061 };

static uint8_t copy_name(uint8_t *to, size_t room, struct slice from)
{
	size_t n = from.n > room ? room : from.n;

	if (n)
		memcpy(to, from.p, n);
	return (uint8_t)n;
}

static void note_client(struct tls_flow *t, unsigned direction, const struct tls_hello *h)
{
	struct slice alpn = h->alpn, first;

	t->seen.shake.client_hello = true;
	t->span.direction = (uint8_t)direction;
	t->sni_n = copy_name(t->sni, sizeof t->sni, h->server_name);
	if (!t->seen.shake.server_hello && tls_alpn_next(&alpn, &first))
		t->alpn_n = copy_name(t->alpn, sizeof t->alpn, first);
}

/* From TLS 1.3 on the choice of ALPN is encrypted, and the first offer stands. */
static void note_server(struct tls_flow *t, unsigned direction, const struct tls_hello *h)
{
	struct slice alpn = h->alpn, chosen;

	if (!t->seen.shake.client_hello)
		t->span.direction = (uint8_t)!direction;
	t->seen.shake.server_hello = true;
	t->seen.shake.version = h->version;
	t->seen.shake.suite = h->suite;
	if (tls_alpn_next(&alpn, &chosen))
		t->alpn_n = copy_name(t->alpn, sizeof t->alpn, chosen);
}

static void read_hello(struct tls_flow *t, unsigned direction, struct slice handshake)
{
	struct tls_message m;
	struct tls_hello h;

	if (tls_message_next(&handshake, &m) != ERR_OK)
		return;
	if (m.type == TLS_CLIENT_HELLO && tls_client_hello(m.body, false, &h) == ERR_OK)
		note_client(t, direction, &h);
	else if (m.type == TLS_SERVER_HELLO && tls_server_hello(m.body, &h) == ERR_OK)
		note_server(t, direction, &h);
	t->fresh = true;
}

bool tls_seen_start(struct tls_flow *t, unsigned direction, struct slice stream)
{
	struct tls_record r;
	enum err e = tls_next(&stream, &r);

	if (e == ERR_TRUNCATED)
		return false;
	t->read[direction] = true;
	if (e == ERR_OK && r.type == TLS_HANDSHAKE)
		read_hello(t, direction, r.body);
	return true;
}

void tls_seen_bytes(struct tls_flow *t, unsigned direction, const struct payload *p)
{
	uint8_t source = t->span.at.frame ? t->span.direction : (uint8_t)direction;

	cold_pass(&t->span, source, tell_evidence(p));
	t->bytes[direction] += p->bytes.n;
}

void tls_seen_tell(struct tell *t, struct flow *f, struct tls_flow *tls)
{
	struct observation o;
	unsigned source = tls->span.direction;

	tell_prepare(&o, OBSERVATION_TLS, f, source);
	o.as.tls = tls->seen;
	o.as.tls.sni = (struct slice){ tls->sni, tls->sni_n };
	o.as.tls.alpn = (struct slice){ tls->alpn, tls->alpn_n };
	o.as.tls.sip_port = f->key.sport == SIPS_PORT || f->key.dport == SIPS_PORT;
	o.as.tls.bytes_src = tls->bytes[source];
	o.as.tls.bytes_dst = tls->bytes[!source];
	tls->fresh = false;
	cold_send(t, &o, &tls->span);
}
