/* tcp_seen.c - a TCP connection: what it speaks, and its messages cut from the stream. */
#include "analyzer/observe/tcp_seen.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/observe/tls_seen.h"
#include "analyzer/proto/media/bfcp.h"
#include "analyzer/proto/media/msrp.h"
#include "analyzer/proto/stun/stun.h"
#include "analyzer/proto/tls/tls.h"

enum tcp_speaks { TCP_UNKNOWN, TCP_MORE, TCP_TEXT, TCP_TLS, TCP_MSRP, TCP_BFCP, TCP_STUN, TCP_HEP };
enum {
	UNDECIDED = 256,      /* octets kept of a start that may still become something */
	HELD_MOST = 64 << 20, /* octets in all buffers together */
	FIRST_ROOM = 1024,
	STUN_HEADER = 8,
};

struct half {
	uint8_t *p;
	size_t n, room;
	size_t head; /* of the MSRP message that is not whole */
	bool closed;
};

struct tcp_flow {
	uint64_t stream;
	struct half half[2];
	enum tcp_speaks speaks;
	struct tls_flow *tls;
	struct stream_text *text;
};

static void half_drop(struct tcp_room *r, struct half *h)
{
	r->held -= h->room;
	free(h->p);
	*h = (struct half){ .closed = h->closed };
}

static bool half_room(struct tcp_room *r, struct half *h, size_t n)
{
	size_t room = h->room ? h->room : FIRST_ROOM;

	while (room < n)
		room *= 2;
	if (room == h->room)
		return true;
	if (r->held + (room - h->room) > (r->most ? r->most : HELD_MOST)) {
		r->tell->count.sip_buffers_full++;
		return false;
	}
	h->p = mem_grow(h->p, room, 1);
	r->held += room - h->room;
	h->room = room;
	return true;
}

/* What is held and what came, in one piece; what came alone when nothing is held. */
static struct slice half_join(struct tcp_room *r, struct half *h, struct slice bytes)
{
	if (h->n == 0)
		return bytes;
	if (!half_room(r, h, h->n + bytes.n)) {
		half_drop(r, h);
		return bytes;
	}
	if (bytes.n)
		memcpy(h->p + h->n, bytes.p, bytes.n);
	h->n += bytes.n;
	return (struct slice){ h->p, h->n };
}

/* Keeps the end of what half_join gave. */
static void half_keep(struct tcp_room *r, struct half *h, struct slice rest)
{
	if (rest.n == 0) {
		half_drop(r, h);
		return;
	}
	if (h->n == 0 && !half_room(r, h, rest.n)) {
		half_drop(r, h);
		return;
	}
	if (rest.p != h->p)
		memmove(h->p, rest.p, rest.n);
	h->n = rest.n;
}

/* The half's buffer held only what was undecided. */
static void text_bytes(struct tcp_room *r, struct flow *f, unsigned d, const struct payload *p)
{
	struct tcp_flow *c = f->cold->tcp;
	struct half *h = &c->half[d];

	if (h->n) {
		stream_text_bytes(&r->text, c->text, f, d, p, (struct slice){ h->p, h->n });
		half_drop(r, h);
	}
	stream_text_bytes(&r->text, c->text, f, d, p, p->bytes);
}

static void tls_bytes(struct tcp_room *r, struct flow *f, unsigned d, const struct payload *p)
{
	struct tcp_flow *c = f->cold->tcp;
	struct slice joined = half_join(r, &c->half[d], p->bytes);

	f->unsent = true;
	half_keep(r, &c->half[d], tls_seen_read(&r->text, c->tls, f, d, p, joined));
}

static void note_msrp(struct flow *f, unsigned d, const struct payload *p,
		      const struct msrp_message *m)
{
	bool text = slice_istarts(m->content_type, SLICE("text/")) ||
		    slice_istarts(m->content_type, SLICE("message/cpim"));

	f->cold->has_text |= slice_eq(m->method, SLICE("SEND")) && m->body.n > 0 && text;
	cold_count(f, d, p, true);
}

static void msrp_bytes(struct tcp_room *r, struct flow *f, unsigned d, const struct payload *p)
{
	struct half *h = &f->cold->tcp->half[d];
	size_t seen = h->n;
	struct slice rest = half_join(r, h, p->bytes);
	struct msrp_message m = { .head = 0 };
	enum err e = ERR_OK;

	if (h->head && !msrp_ends(rest, h->head, seen))
		return;
	while (rest.n && (e = msrp_next(&rest, &m)) == ERR_OK)
		note_msrp(f, d, p, &m);
	if (e == ERR_MALFORMED || e == ERR_LIMIT) {
		r->tell->count.messages_oversize += e == ERR_LIMIT;
		cold_count(f, d, p, false);
		half_drop(r, h);
		return;
	}
	half_keep(r, h, rest);
	h->head = h->n ? m.head : 0;
}

static void bfcp_bytes(struct tcp_room *r, struct flow *f, unsigned d, const struct payload *p)
{
	struct half *h = &f->cold->tcp->half[d];
	struct slice rest = half_join(r, h, p->bytes);
	struct bfcp_message m;
	enum err e = ERR_OK;

	while (rest.n && (e = bfcp_next(&rest, &m)) == ERR_OK)
		cold_count(f, d, p, true);
	if (e == ERR_MALFORMED || e == ERR_LIMIT) {
		cold_count(f, d, p, false);
		half_drop(r, h);
		return;
	}
	half_keep(r, h, rest);
}

static void stun_bytes(struct tcp_room *r, struct flow *f, unsigned d, const struct payload *p)
{
	struct half *h = &f->cold->tcp->half[d];
	struct slice rest = half_join(r, h, p->bytes);
	struct stun_frame frame;
	enum err e = ERR_OK;

	while (rest.n && (e = stun_frame(&rest, &frame)) == ERR_OK) {
		struct payload one = *p;
		one.bytes = frame.bytes;
		r->stun(r->ctx, f, d, &one);
	}
	if (e == ERR_TRUNCATED)
		half_keep(r, h, rest);
	else
		half_drop(r, h);
}

static void hep_bytes(struct tcp_room *r, struct flow *f, unsigned d, const struct payload *p)
{
	struct half *h = &f->cold->tcp->half[d];
	struct slice rest = half_join(r, h, p->bytes);
	struct hep_packet one;
	enum err e = ERR_OK;

	while (rest.n && (e = hep_next(&rest, &one)) == ERR_OK)
		r->hep(r->ctx, f, p, &one);
	if (e == ERR_TRUNCATED)
		half_keep(r, h, rest);
	else
		half_drop(r, h);
}

static bool looks_like_stun(struct slice s)
{
	return s.n >= STUN_HEADER && s.p[0] < 4 && memcmp(s.p + 4, "\x21\x12\xa4\x42", 4) == 0;
}

static enum tcp_speaks claim(const struct flow *f, struct slice s)
{
	struct bfcp_message m;
	struct slice copy = s;

	enum stream_claim text = stream_text_claims(s);
	if (text != STREAM_NO)
		return text == STREAM_YES ? TCP_TEXT : TCP_MORE;
	if (tls_looks_like(s))
		return TCP_TLS;
	if (msrp_looks_like(s))
		return TCP_MSRP;
	if (looks_like_stun(s))
		return TCP_STUN;
	if (hep_looks_like(s))
		return s.n >= HEP_HEADER ? TCP_HEP : TCP_MORE;
	if ((f->announced & ANNOUNCE_BFCP) && bfcp_next(&copy, &m) == ERR_OK)
		return TCP_BFCP;
	return TCP_UNKNOWN;
}

static void unknown_bytes(struct tcp_room *r, struct flow *f, unsigned d, const struct payload *p);

static void speak(struct tcp_room *r, struct flow *f, unsigned d, const struct payload *p)
{
	switch (f->cold->tcp->speaks) {
	case TCP_TEXT:
		text_bytes(r, f, d, p);
		break;
	case TCP_TLS:
		tls_bytes(r, f, d, p);
		break;
	case TCP_MSRP:
		msrp_bytes(r, f, d, p);
		break;
	case TCP_BFCP:
		bfcp_bytes(r, f, d, p);
		break;
	case TCP_STUN:
		stun_bytes(r, f, d, p);
		break;
	case TCP_HEP:
		hep_bytes(r, f, d, p);
		break;
	case TCP_UNKNOWN:
	case TCP_MORE:
		unknown_bytes(r, f, d, p);
		break;
	}
}

static void note_claim(struct tcp_room *r, struct flow *f, enum tcp_speaks speaks)
{
	struct tcp_flow *c = f->cold->tcp;

	c->speaks = speaks;
	if (speaks == TCP_TEXT) {
		c->text = stream_text_new(false);
	} else if (speaks == TCP_TLS) {
		c->tls = tls_seen_new(r->tell);
		f->cold->speaks = FLOW_TLS;
	} else if (speaks == TCP_MSRP) {
		f->cold->speaks = FLOW_MSRP;
	} else if (speaks == TCP_BFCP) {
		f->cold->speaks = FLOW_BFCP;
	}
}

/*
 * Any segment may be the first that a capture shows of a connection; a start
 * line cut in two by a segment is waited for, a few octets long.
 */
static void unknown_bytes(struct tcp_room *r, struct flow *f, unsigned d, const struct payload *p)
{
	struct half *h = &f->cold->tcp->half[d];
	struct slice all = half_join(r, h, p->bytes);
	enum tcp_speaks speaks = claim(f, all);

	if (speaks == TCP_UNKNOWN && h->n) {
		speaks = claim(f, p->bytes);
		if (speaks != TCP_UNKNOWN) {
			half_drop(r, h);
			all = p->bytes;
		}
	}
	if (speaks == TCP_UNKNOWN || speaks == TCP_MORE) {
		if (f->announced)
			cold_count(f, d, p, false);
		if (all.n < UNDECIDED || speaks == TCP_MORE)
			half_keep(r, h, all);
		else
			half_drop(r, h);
		return;
	}
	note_claim(r, f, speaks);
	/* What is held becomes part of the stream again when the new reader joins it. */
	if (h->n)
		h->n -= p->bytes.n;
	speak(r, f, d, p);
}

static void broken(struct tcp_room *r, struct flow *f, unsigned d, const struct payload *p)
{
	struct tcp_flow *c = f->cold->tcp;

	if (c->speaks == TCP_TEXT) {
		stream_text_break(&r->text, c->text, f, d, p);
		tell_loss(r->tell, f, d, LOSS_TCP_GAP, tell_evidence(p));
	}
	if (c->tls)
		tls_seen_gap(&r->text, c->tls, f, d, p);
	half_drop(r, &c->half[d]);
}

static struct tcp_flow *connection(struct tcp_room *r, struct flow *f, uint64_t stream)
{
	struct cold *c = cold_of(f);

	/* The same ports again: another connection. */
	if (c->tcp && c->tcp->stream != stream) {
		tcp_seen_tell(r, f, false);
		tcp_seen_end(r, f);
	}
	if (!c->tcp) {
		c->tcp = mem_zero(1, sizeof *c->tcp);
		c->tcp->stream = stream;
	}
	return c->tcp;
}

bool tcp_seen_payload(struct tcp_room *r, struct flow *f, unsigned direction,
		      const struct payload *p)
{
	struct tcp_flow *c = connection(r, f, p->stream);

	if (p->gap_before)
		broken(r, f, direction, p);
	if (p->bytes.n)
		speak(r, f, direction, p);
	if (!p->closed)
		return false;
	if (c->speaks == TCP_TEXT)
		stream_text_break(&r->text, c->text, f, direction, p);
	half_drop(r, &c->half[direction]);
	c->half[direction].closed = true;
	return c->half[!direction].closed;
}

void tcp_seen_routed(struct flow *f, struct slice bytes)
{
	struct tls_flow *tls = f->cold->tcp->tls;

	if (tls)
		tls_seen_routed(tls, f, bytes);
}

void tcp_seen_tell(struct tcp_room *r, struct flow *f, bool talking)
{
	struct tls_flow *tls = f->cold->tcp ? f->cold->tcp->tls : NULL;

	if (tls && (!talking || tls_seen_fresh(tls)))
		tls_seen_tell(r->tell, f, tls);
}

void tcp_seen_end(struct tcp_room *r, struct flow *f)
{
	struct tcp_flow *c = f->cold ? f->cold->tcp : NULL;

	if (!c)
		return;
	half_drop(r, &c->half[0]);
	half_drop(r, &c->half[1]);
	tls_seen_free(&r->text, c->tls);
	stream_text_free(&r->text, c->text);
	free(c);
	f->cold->tcp = NULL;
}
