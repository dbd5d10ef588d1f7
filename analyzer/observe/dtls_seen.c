/* dtls_seen.c - DTLS on a flow: records to associations, handshakes to what they say. */
#include "analyzer/observe/dtls_seen.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/crypto/keyring.h"
#include "analyzer/observe/dtls_join.h"
#include "analyzer/crypto/keyring.h"
#include "analyzer/observe/dtls_keys.h"
#include "analyzer/observe/handshake.h"
#include "analyzer/proto/tls/tls.h"

enum { BOTH = 3, ASSOCIATIONS = 8, UNKNOWN_SIDE = 2, ALERT_FATAL = 2, RANDOM = 32 };

/* One handshake and the records under its keys. */
struct association {
	struct cold_span span;
	struct handshake *shake;
	uint32_t records;
	uint8_t client;	  /* direction of the client's packets, UNKNOWN_SIDE before it is known */
	uint8_t ciphered; /* bit per direction that left epoch 0 */
	bool application, keyed;
	bool has_random; /* of its last ClientHello */
	uint8_t random[RANDOM];
	size_t secrets; /* in the key ring when keys were looked for last, and one */
};

struct dtls_flow {
	struct association of[ASSOCIATIONS];
	uint8_t count;
	bool full; /* a handshake beyond those runs: its messages belong to none */
	struct dtls_join join[2];
};

uint32_t dtls_seen_records(struct slice datagram)
{
	struct dtls_record r;
	uint32_t n = 0;

	while (datagram.n && dtls_next(&datagram, 0, &r) == ERR_OK)
		n++;
	return n;
}

static struct association *begin(struct tell *t, struct dtls_flow *d)
{
	struct association *a = &d->of[d->count++];

	*a = (struct association){ .client = UNKNOWN_SIDE };
	a->shake = handshake_new(true, t->certs);
	t->count.handshakes++;
	return a;
}

static struct association *current(struct tell *t, struct dtls_flow *d)
{
	return d->count ? &d->of[d->count - 1] : begin(t, d);
}

/* ---- messages ----------------------------------------------------------------------- */

/* Who may send a message of this type (RFC 5246 7.4); UNKNOWN_SIDE: both. */
static unsigned sender_is_client(uint8_t type)
{
	switch (type) {
	case DTLS_CLIENT_HELLO:
	case DTLS_CLIENT_KEY_EXCHANGE:
	case DTLS_CERTIFICATE_VERIFY:
		return 1;
	case DTLS_SERVER_HELLO:
	case DTLS_HELLO_VERIFY_REQUEST:
	case DTLS_SERVER_KEY_EXCHANGE:
	case DTLS_CERTIFICATE_REQUEST:
	case DTLS_SERVER_HELLO_DONE:
		return 0;
	default:
		return UNKNOWN_SIDE;
	}
}

/*
 * A ClientHello with another random after the server answered begins another
 * association. One that comes behind its answer was only captured out of order,
 * unless the handshake it would belong to is over.
 */
static bool is_new(const struct association *a, struct slice random)
{
	if (!a->has_random)
		return a->ciphered == BOTH;
	if (!handshake_facts(a->shake)->server_hello && !a->ciphered)
		return false;
	return !slice_eq((struct slice){ a->random, RANDOM }, random);
}

/* The association of a ClientHello; NULL: one too many. */
static struct association *of_hello(struct tell *t, struct dtls_flow *d, struct slice hello)
{
	struct association *a = current(t, d);
	struct tls_hello h;

	if (tls_client_hello(hello, true, &h) != ERR_OK || h.random.n != RANDOM)
		return a;
	if (is_new(a, h.random)) {
		/* What was left of the one before would meet the same message numbers. */
		dtls_join_clear(&d->join[0]);
		dtls_join_clear(&d->join[1]);
		if (d->count == ASSOCIATIONS) {
			t->count.handshakes_capped += !d->full;
			d->full = true;
			return NULL;
		}
		a = begin(t, d);
	}
	a->has_random = true;
	memcpy(a->random, h.random.p, RANDOM);
	return a;
}

static struct association *of_message(struct tell *t, struct dtls_flow *d,
				      const struct dtls_fragment *f, struct slice whole,
				      unsigned direction)
{
	struct association *a = d->full			       ? NULL
				: f->type == DTLS_CLIENT_HELLO ? of_hello(t, d, whole)
							       : current(t, d);
	unsigned from_client = sender_is_client(f->type);

	if (a && a->client == UNKNOWN_SIDE && from_client != UNKNOWN_SIDE)
		a->client = (uint8_t)(from_client ? direction : !direction);
	return a;
}

static void take_message(struct tell *t, struct dtls_flow *d, const struct dtls_fragment *f,
			 struct slice whole, unsigned direction, struct evidence at)
{
	struct association *a = of_message(t, d, f, whole, direction);

	/* A certificate alone does not say whose it is. */
	if (!a || a->client == UNKNOWN_SIDE)
		return;
	handshake_message(a->shake, a->client == direction,
			  &(struct handshake_message){
				  .type = f->type, .body = whole, .seq = f->seq, .at = at });
	t->count.handshakes_capped += handshake_refused(a->shake);
}

static void take_fragment(struct tell *t, struct dtls_flow *d, const struct dtls_fragment *f,
			  unsigned direction, struct evidence at)
{
	struct dtls_join *join = &d->join[direction];
	uint64_t dropped = join->dropped;
	struct slice whole;
	uint8_t *body;
	bool conflict;

	if (dtls_join_add(join, f, &whole, &body, &conflict))
		take_message(t, d, f, whole, direction, at);
	t->count.handshakes_capped += join->dropped - dropped;
	if (conflict && !d->full)
		handshake_conflict(current(t, d)->shake);
	free(body);
}

/* ---- records ------------------------------------------------------------------------- */

static void note_handshake(struct tell *t, struct dtls_flow *d, unsigned direction,
			   const struct dtls_record *r, struct evidence at)
{
	struct slice body = r->body;
	struct dtls_fragment m;

	while (body.n && dtls_fragment_next(&body, &m) == ERR_OK)
		take_fragment(t, d, &m, direction, at);
}

/* DTLS 1.3 hides its types behind the short header; epoch 2 is its handshake. */
static void note_ciphered(struct association *a, unsigned direction, const struct dtls_record *r,
			  struct evidence at)
{
	a->ciphered |= (uint8_t)(1u << direction);
	a->application |= r->unified ? (r->epoch & 3) == 3 : r->type == DTLS_APPLICATION_DATA;
	if (a->client != UNKNOWN_SIDE)
		handshake_protected(a->shake, a->client == direction, at);
}

static void note_alert(struct association *a, unsigned direction, const struct dtls_record *r,
		       struct evidence at)
{
	if (r->body.n == 2)
		handshake_alert(a->shake, a->client == direction, r->body.p[0] == ALERT_FATAL, at);
}

static void note_record(struct tell *t, struct dtls_flow *d, unsigned direction,
			const struct dtls_record *r, struct evidence at)
{
	if (d->full)
		return;
	if (r->unified || r->epoch > 0)
		note_ciphered(current(t, d), direction, r, at);
	else if (r->type == DTLS_HANDSHAKE)
		note_handshake(t, d, direction, r, at);
	else if (r->type == DTLS_ALERT)
		note_alert(current(t, d), direction, r, at);
	struct association *a = current(t, d);
	a->records++;
	cold_pass(&a->span, direction, at);
}

/* Once the server has answered, and again when more secrets came. */
static void learn_keys(struct tell *t, const struct flow *f, struct association *a,
		       struct evidence at)
{
	size_t secrets = t->keys.keyring ? keyring_secrets(t->keys.keyring) + 1 : 0;

	if (a->keyed || a->client == UNKNOWN_SIDE || a->secrets == secrets || !a->has_random ||
	    !handshake_facts(a->shake)->server_hello)
		return;
	a->secrets = secrets;
	a->keyed = dtls_keys_learn(t, f, a->client, a->shake, at);
}

bool dtls_seen_packet(struct tell *t, struct flow *f, unsigned direction, const struct payload *p)
{
	struct cold *c = cold_of(f);
	struct slice rest = p->bytes;
	struct dtls_record r;

	if (!c->dtls)
		c->dtls = mem_zero(1, sizeof *c->dtls);
	struct evidence at = tell_evidence(p);
	uint8_t before = current(t, c->dtls)->ciphered;
	while (rest.n && dtls_next(&rest, 0, &r) == ERR_OK) {
		note_record(t, c->dtls, direction, &r, at);
		t->count.dtls_records++;
	}
	struct association *a = current(t, c->dtls);
	learn_keys(t, f, a, at);
	f->unsent = true;
	return before != BOTH && a->ciphered == BOTH;
}

/* ---- telling --------------------------------------------------------------------------- */

void dtls_seen_tell(struct tell *t, struct flow *f)
{
	struct dtls_flow *d = f->cold->dtls;
	struct observation o;

	for (unsigned i = 0; d && i < d->count; i++) {
		struct association *a = &d->of[i];
		if (!a->span.unsent)
			continue;
		tell_prepare(&o, OBSERVATION_DTLS, f, a->span.direction);
		o.as.dtls = (struct dtls_seen){ .association = i,
						.records = a->records,
						.client_is_src = a->client == a->span.direction,
						.application = a->application,
						.shake = *handshake_facts(a->shake) };
		cold_send(t, &o, &a->span);
	}
}

void dtls_seen_free(struct dtls_flow *d)
{
	if (!d)
		return;
	for (unsigned i = 0; i < d->count; i++)
		handshake_free(d->of[i].shake);
	dtls_join_clear(&d->join[0]);
	dtls_join_clear(&d->join[1]);
	free(d);
}
