/* dtls_seen.c - DTLS on a flow: records counted, the handshake recognised, nothing judged. */
#include "analyzer/observe/dtls_seen.h"

#include "analyzer/base/mem.h"
#include "analyzer/proto/dtls/dtls.h"
#include "analyzer/proto/tls/tls.h"

enum { DTLS_1_3 = 0xfefc, BOTH = 3 };

uint32_t dtls_seen_records(struct slice datagram)
{
	struct dtls_record r;
	uint32_t n = 0;

	while (datagram.n && dtls_next(&datagram, 0, &r) == ERR_OK)
		n++;
	return n;
}

static bool whole(const struct dtls_fragment *m)
{
	return m->offset == 0 && m->body.n == m->total;
}

/* Newer versions have smaller numbers. */
static void note_version(struct dtls_seen *seen, uint16_t version)
{
	if (version < DTLS_1_3)
		return;
	if (seen->version == 0 || version < seen->version)
		seen->version = version;
}

static void note_server_hello(struct dtls_seen *seen, const struct dtls_fragment *m,
			      uint16_t record_version)
{
	struct tls_hello hello;

	seen->server_hello = true;
	if (whole(m) && tls_server_hello(m->body, &hello) == ERR_OK)
		note_version(seen, hello.version);
	else
		note_version(seen, record_version);
}

static void note_handshake(struct dtls_flow *d, unsigned direction, const struct dtls_record *r,
			   struct evidence at)
{
	struct slice body = r->body;
	struct dtls_fragment m;

	while (body.n && dtls_fragment_next(&body, &m) == ERR_OK) {
		if (m.type < 32)
			d->seen.handshake_types |= UINT32_C(1) << m.type;
		if (m.type == DTLS_CLIENT_HELLO && !d->seen.client_hello) {
			d->seen.client_hello = true;
			d->seen.client_is_src = direction == d->span.direction;
			d->seen.hello = at;
		}
		if (m.type == DTLS_SERVER_HELLO)
			note_server_hello(&d->seen, &m, r->version);
	}
}

/* DTLS 1.3 hides its types behind the short header; epoch 2 is its handshake. */
static void note_ciphered(struct dtls_flow *d, unsigned direction, const struct dtls_record *r,
			  struct evidence at)
{
	if (d->ciphered == 0)
		d->seen.done = at;
	d->ciphered |= (uint8_t)(1u << direction);
	d->seen.finished |= r->unified || r->type == DTLS_HANDSHAKE;
	d->seen.application |= r->unified ? (r->epoch & 3) == 3 : r->type == DTLS_APPLICATION_DATA;
}

static void note_record(struct dtls_flow *d, unsigned direction, const struct dtls_record *r,
			struct evidence at)
{
	d->seen.records++;
	d->seen.alert |= !r->unified && r->type == DTLS_ALERT;
	if (r->unified || r->epoch > 0)
		note_ciphered(d, direction, r, at);
	else if (r->type == DTLS_HANDSHAKE)
		note_handshake(d, direction, r, at);
}

bool dtls_seen_packet(struct tell *t, struct flow *f, unsigned direction, const struct payload *p)
{
	struct cold *c = cold_of(f);
	struct slice rest = p->bytes;
	struct dtls_record r;

	if (!c->dtls)
		c->dtls = mem_zero(1, sizeof *c->dtls);
	struct evidence at = tell_evidence(p);
	uint8_t before = c->dtls->ciphered;
	cold_pass(&c->dtls->span, direction, at);
	while (rest.n && dtls_next(&rest, 0, &r) == ERR_OK) {
		note_record(c->dtls, direction, &r, at);
		t->count.dtls_records++;
	}
	f->unsent = true;
	return before != BOTH && c->dtls->ciphered == BOTH;
}

void dtls_seen_tell(struct tell *t, struct flow *f)
{
	struct dtls_flow *d = f->cold->dtls;
	struct observation o;

	if (!d || !d->span.unsent)
		return;
	tell_prepare(&o, OBSERVATION_DTLS, f, d->span.direction);
	o.as.dtls = d->seen;
	cold_send(t, &o, &d->span);
}
