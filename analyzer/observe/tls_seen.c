/* tls_seen.c - a TCP connection that speaks TLS: its handshake, and what keys of the user open. */
#include "analyzer/observe/tls_seen.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/crypto/tls_open.h"
#include "analyzer/observe/handshake.h"

enum {
	SIPS_PORT = 5061,
	NAME = 255,
	ALPN = 64,
	TLS_1_3 = 0x0304,
	KEY_UPDATE = 24,
	ALERT_FATAL = 2,
	RECORD_HEADER = 5,
	UNKNOWN_SIDE = 2,
	TEXT_ROOM = 512,
	SKIPPED_MAX = 64, /* records before the first that opens: 0-RTT data (RFC 8446 4.2.10) */
};

/* One direction. */
struct tls_half {
	uint8_t *text; /* handshake octets whose message is not whole */
	size_t text_n, text_room;
	uint64_t bytes;
	uint16_t skipped;
	bool changed; /* ChangeCipherSpec passed: what follows is under keys, up to TLS 1.2 */
	bool over;    /* nothing more to be read here */
	bool opened;
};

struct tls_flow {
	struct cold_span span;
	struct tls_half half[2];
	struct handshake *shake;
	struct tls_open *open;
	struct stream_text *text;
	uint8_t client; /* direction of its packets, UNKNOWN_SIDE before a hello said */
	bool asked;	/* for an opener, once */
	bool fresh, opened, gap;
	bool routed[2]; /* the client's hello, the server's: seen behind a router */
	uint8_t sni[NAME], alpn[ALPN];
	uint8_t sni_n, alpn_n;
};

/* What a record needs around it. */
struct at {
	struct stream_room *room;
	struct tls_flow *tls;
	struct flow *flow;
	unsigned direction;
	const struct payload *p;
};

struct tls_flow *tls_seen_new(struct tell *t)
{
	struct tls_flow *tls = mem_zero(1, sizeof *tls);

	tls->shake = handshake_new(false, t->certs);
	tls->client = UNKNOWN_SIDE;
	t->count.tls_connections++;
	t->count.handshakes++;
	return tls;
}

bool tls_seen_fresh(const struct tls_flow *tls)
{
	return tls->fresh;
}

static bool from_client(const struct at *a)
{
	return a->tls->client == a->direction;
}

static const struct handshake_seen *facts(const struct tls_flow *tls)
{
	return handshake_facts(tls->shake);
}

/* ---- handshake messages --------------------------------------------------------------- */

static uint8_t copy_name(uint8_t *to, size_t room, struct slice from)
{
	size_t n = from.n > room ? room : from.n;

	if (n)
		memcpy(to, from.p, n);
	return (uint8_t)n;
}

static void note_hello(const struct at *a, const struct tls_message *m)
{
	bool client = m->type == TLS_CLIENT_HELLO;
	struct tls_flow *tls = a->tls;
	struct slice alpn, first;
	struct tls_hello h;

	if ((client ? tls_client_hello(m->body, false, &h) : tls_server_hello(m->body, &h)) !=
	    ERR_OK)
		return;
	if (tls->client == UNKNOWN_SIDE)
		tls->client = (uint8_t)(client ? a->direction : !a->direction);
	if (client)
		tls->sni_n = copy_name(tls->sni, sizeof tls->sni, h.server_name);
	/* From TLS 1.3 on the choice of ALPN is encrypted, and the first offer stands. */
	alpn = h.alpn;
	if (tls_alpn_next(&alpn, &first) && (!client || !facts(tls)->server_hello))
		tls->alpn_n = copy_name(tls->alpn, sizeof tls->alpn, first);
	tls->fresh = true;
}

static void take_message(const struct at *a, const struct tls_message *m)
{
	if (m->type == TLS_CLIENT_HELLO || m->type == TLS_SERVER_HELLO)
		note_hello(a, m);
	if (a->tls->client == UNKNOWN_SIDE)
		return;
	handshake_message(a->tls->shake, from_client(a),
			  &(struct handshake_message){
				  .type = m->type, .body = m->body, .at = tell_evidence(a->p) });
	a->room->tell->count.handshakes_capped += handshake_refused(a->tls->shake);
	a->tls->fresh = true;
	if (!a->tls->open)
		return;
	if (m->type == TLS_FINISHED)
		tls_open_finished(a->tls->open, from_client(a));
	else if (m->type == KEY_UPDATE)
		tls_open_update(a->tls->open, from_client(a));
}

static void forget_text(struct tls_half *h)
{
	if (h->text)
		explicit_bzero(h->text, h->text_n);
	free(h->text);
	h->text = NULL;
	h->text_n = h->text_room = 0;
}

/* Doubled, so that a message in many small records is not copied for each of them. */
static void make_room(struct tls_half *h, size_t n)
{
	size_t room = h->text_room ? h->text_room : TEXT_ROOM, held = h->text_n;

	if (n <= h->text_room)
		return;
	while (room < n)
		room *= 2;
	uint8_t *text = mem_grow(NULL, room, 1);
	if (held)
		memcpy(text, h->text, held);
	forget_text(h);
	h->text = text;
	h->text_n = held;
	h->text_room = room;
}

/* Keeps the end of what is there; what was before it is wiped. */
static void keep_text(struct tls_half *h, size_t rest)
{
	memmove(h->text, h->text + (h->text_n - rest), rest);
	explicit_bzero(h->text + rest, h->text_n - rest);
	h->text_n = rest;
}

/* Messages may be spread over records (RFC 5246 6.2.1). */
static void take_handshake(const struct at *a, struct slice bytes)
{
	struct tls_half *h = &a->tls->half[a->direction];
	size_t n = h->text_n + bytes.n;
	struct tls_message m;
	enum err e = ERR_OK;

	if (bytes.n == 0 || n > TLS_MESSAGE_MAX + TLS_BODY_MAX) {
		handshake_incomplete(a->tls->shake);
		return;
	}
	make_room(h, n);
	memcpy(h->text + h->text_n, bytes.p, bytes.n);
	h->text_n = n;
	struct slice rest = { h->text, n };
	while (rest.n && (e = tls_message_next(&rest, &m)) == ERR_OK)
		take_message(a, &m);
	if (e == ERR_LIMIT) {
		a->room->tell->count.handshakes_capped++;
		handshake_incomplete(a->tls->shake);
	}
	if (rest.n && e == ERR_TRUNCATED)
		keep_text(h, rest.n);
	else
		forget_text(h);
}

/* ---- records under keys ------------------------------------------------------------------ */

static void look_for_keys(const struct at *a)
{
	struct tls_keying k;

	if (a->tls->asked)
		return;
	a->tls->asked = true;
	handshake_keying(a->tls->shake, &k);
	a->tls->open = tls_open_new(a->room->tell->keys.keyring, &k);
}

static void take_opened(const struct at *a, const struct tls_opened *got, const uint8_t *text)
{
	struct slice bytes = { text, got->n };

	if (got->type == TLS_HANDSHAKE) {
		take_handshake(a, bytes);
	} else if (got->type == TLS_APPLICATION_DATA && got->n) {
		if (!a->tls->text)
			a->tls->text = stream_text_new(true);
		stream_text_bytes(a->room, a->tls->text, a->flow, a->direction, a->p, bytes);
	} else if (got->type == TLS_ALERT && got->n == 2) {
		handshake_alert(a->tls->shake, from_client(a), text[0] == ALERT_FATAL,
				tell_evidence(a->p));
	}
}

static void stop(const struct at *a)
{
	struct tls_half *h = &a->tls->half[a->direction];

	if (h->opened && !a->tls->gap)
		a->room->tell->count.tls_gaps++;
	a->tls->gap |= h->opened;
	h->over = true;
	forget_text(h);
}

static void open_record(const struct at *a, const struct tls_record *r)
{
	struct tls_half *h = &a->tls->half[a->direction];
	uint8_t text[TLS_BODY_MAX];
	struct tls_opened got;

	if (!tls_open_record(a->tls->open, from_client(a), r, text, &got)) {
		bool enough = !h->opened && ++h->skipped > SKIPPED_MAX;
		a->room->tell->count.tls_given_up += enough;
		if (h->opened || enough)
			stop(a);
		return;
	}
	if (!a->tls->opened)
		a->room->tell->count.tls_opened++;
	a->tls->opened = h->opened = a->tls->fresh = true;
	take_opened(a, &got, text);
	explicit_bzero(text, got.n);
}

static void take_protected(const struct at *a, const struct tls_record *r)
{
	struct tls_half *h = &a->tls->half[a->direction];
	bool known = a->tls->client != UNKNOWN_SIDE;

	if (known)
		handshake_protected(a->tls->shake, from_client(a), tell_evidence(a->p));
	if (known)
		look_for_keys(a);
	if (a->tls->open)
		open_record(a, r);
	else
		h->over = true; /* nothing here can be read, now or later */
}

/* ---- records ------------------------------------------------------------------------------- */

static bool is_13(const struct tls_flow *tls)
{
	return facts(tls)->version >= TLS_1_3;
}

static void take_record(const struct at *a, const struct tls_record *r)
{
	struct tls_half *h = &a->tls->half[a->direction];

	if (r->type == TLS_CHANGE_CIPHER_SPEC) {
		/* In TLS 1.3 it means nothing; a second one is a renegotiation, which ends here. */
		if (h->changed && !is_13(a->tls))
			stop(a);
		h->changed = true;
	} else if (r->type == TLS_APPLICATION_DATA || (h->changed && !is_13(a->tls))) {
		take_protected(a, r);
	} else if (r->type == TLS_HANDSHAKE) {
		take_handshake(a, r->body);
	} else if (r->type == TLS_ALERT && r->body.n == 2) {
		handshake_alert(a->tls->shake, from_client(a), r->body.p[0] == ALERT_FATAL,
				tell_evidence(a->p));
		a->tls->fresh = true;
	}
}

static void rest_when_over(struct tls_flow *tls)
{
	if (tls->half[0].over && tls->half[1].over)
		handshake_rest(tls->shake);
}

struct slice tls_seen_read(struct stream_room *r, struct tls_flow *tls, struct flow *f,
			   unsigned direction, const struct payload *p, struct slice joined)
{
	struct tls_half *h = &tls->half[direction];
	struct at a = { r, tls, f, direction, p };
	struct tls_record record;
	enum err e = ERR_OK;

	cold_pass(&tls->span, tls->client == UNKNOWN_SIDE ? direction : tls->client,
		  tell_evidence(p));
	tls->span.direction = tls->client == UNKNOWN_SIDE ? tls->span.direction : tls->client;
	h->bytes += p->bytes.n;
	while (!h->over && joined.n && (e = tls_next(&joined, &record)) == ERR_OK)
		take_record(&a, &record);
	if (e == ERR_MALFORMED) {
		if (!h->changed)
			handshake_incomplete(tls->shake);
		stop(&a);
	}
	if (tls->client != UNKNOWN_SIDE)
		tls->span.direction = tls->client;
	if (h->over) {
		rest_when_over(tls);
		return slice_from(joined, joined.n);
	}
	return joined;
}

/*
 * What was encrypted behind a hole cannot be told from what was altered, so the
 * direction ends here; of a handshake in clear the rest is still worth reading.
 */
void tls_seen_gap(struct stream_room *r, struct tls_flow *tls, struct flow *f, unsigned direction,
		  const struct payload *p)
{
	struct tls_half *h = &tls->half[direction];
	struct at a = { r, tls, f, direction, p };

	if (h->over)
		return;
	if (!facts(tls)->client_done || !facts(tls)->server_done)
		handshake_incomplete(tls->shake);
	if (tls->text)
		stream_text_break(r, tls->text, f, direction, p);
	stop(&a);
}

/* A hello that began with its segment, as nearly all do. */
void tls_seen_routed(struct tls_flow *tls, struct flow *f, struct slice bytes)
{
	if (!tls_looks_like(bytes) || bytes.n <= RECORD_HEADER)
		return;
	bool server = bytes.p[RECORD_HEADER] == TLS_SERVER_HELLO;
	if (tls->routed[server])
		return;
	tls->routed[server] = tls->fresh = true;
	tls->span.unsent = f->unsent = true;
}

/* ---- telling -----------------------------------------------------------------------------------
 */

void tls_seen_tell(struct tell *t, struct flow *f, struct tls_flow *tls)
{
	struct observation o;
	unsigned source = tls->span.direction;

	tell_prepare(&o, OBSERVATION_TLS, f, source);
	o.as.tls = (struct tls_seen){
		.sni = { tls->sni, tls->sni_n },
		.alpn = { tls->alpn, tls->alpn_n },
		.sip_port = f->key.sport == SIPS_PORT || f->key.dport == SIPS_PORT,
		.opened = tls->opened,
		.gap = tls->gap,
		.routed = tls->routed[0] && tls->routed[1],
		.websocket = tls->text && stream_text_websocket(tls->text),
		.bytes_src = tls->half[source].bytes,
		.bytes_dst = tls->half[!source].bytes,
		.shake = *facts(tls),
	};
	tls->fresh = false;
	cold_send(t, &o, &tls->span);
}

void tls_seen_free(struct stream_room *r, struct tls_flow *tls)
{
	if (!tls)
		return;
	forget_text(&tls->half[0]);
	forget_text(&tls->half[1]);
	handshake_free(tls->shake);
	tls_open_free(tls->open);
	stream_text_free(r, tls->text);
	free(tls);
}
