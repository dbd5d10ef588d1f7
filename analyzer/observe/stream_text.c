/* stream_text.c - octets of a connection in order, plain or opened: SIP, or WebSocket around it. */
#include "analyzer/observe/stream_text.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/proto/sip/sip.h"
#include "analyzer/proto/sip/sip_frame.h"
#include "analyzer/proto/ws/ws.h"

enum {
	HELD_MOST = 64 << 20, /* octets in all buffers together */
	FIRST_ROOM = 1024,
	MESSAGE_MAX = 1 << 20, /* a WebSocket message in pieces */
	PEEK = 64,	       /* octets of a frame that tell whether SIP is in it */
};

enum half_speaks { HALF_UNKNOWN, HALF_SIP, HALF_FRAMES, HALF_OTHER };

struct buffer {
	uint8_t *p;
	size_t n, room;
};

struct half {
	struct buffer stream;  /* the end of what came, not yet read */
	struct buffer message; /* a WebSocket message whose last frame has not come */
	size_t seen, need;     /* for and of sip_frame_next */
	enum half_speaks speaks;
	bool unreadable; /* the message in pieces is compressed, or too long */
};

struct stream_text {
	struct half half[2];
	bool opened, websocket;
};

/* What is needed to hand a message on. */
struct at {
	struct stream_room *room;
	struct stream_text *text;
	struct flow *flow;
	const struct payload *p;
	unsigned direction;
};

/* ---- buffers ---------------------------------------------------------------------- */

static void drop(struct stream_room *r, struct buffer *b)
{
	r->held -= b->room;
	/* An opened connection's octets are nobody's to find later. */
	if (b->p)
		explicit_bzero(b->p, b->room);
	free(b->p);
	*b = (struct buffer){ NULL, 0, 0 };
}

static bool make_room(struct stream_room *r, struct buffer *b, size_t n)
{
	size_t room = b->room ? b->room : FIRST_ROOM;

	while (room < n)
		room *= 2;
	if (room == b->room)
		return true;
	if (r->held + (room - b->room) > (r->most ? r->most : HELD_MOST)) {
		r->tell->count.sip_buffers_full++;
		return false;
	}
	b->p = mem_grow(b->p, room, 1);
	r->held += room - b->room;
	b->room = room;
	return true;
}

static bool append(struct stream_room *r, struct buffer *b, struct slice bytes)
{
	if (!make_room(r, b, b->n + bytes.n)) {
		drop(r, b);
		return false;
	}
	if (bytes.n)
		memcpy(b->p + b->n, bytes.p, bytes.n);
	b->n += bytes.n;
	return true;
}

/* What is held and what came, in one piece; what came alone when nothing is held. */
static struct slice join(struct stream_room *r, struct buffer *b, struct slice bytes)
{
	if (b->n == 0 || !append(r, b, bytes))
		return bytes;
	return (struct slice){ b->p, b->n };
}

/* Keeps the end of what join gave. */
static void keep(struct stream_room *r, struct buffer *b, struct slice rest)
{
	if (rest.n == 0 || (b->n == 0 && !make_room(r, b, rest.n))) {
		drop(r, b);
		return;
	}
	if (rest.p != b->p)
		memmove(b->p, rest.p, rest.n);
	b->n = rest.n;
}

/* ---- SIP ---------------------------------------------------------------------------- */

static void message(const struct at *a, struct slice bytes, bool cut)
{
	bool frames = a->text->half[a->direction].speaks == HALF_FRAMES, tls = a->text->opened;
	struct sip_flow_way way = {
		.carrier = frames ? (tls ? SIP_TRANSPORT_WSS : SIP_TRANSPORT_WS)
				  : (tls ? SIP_TRANSPORT_TLS : SIP_TRANSPORT_NONE),
		.opened = tls,
		.cut = cut,
	};

	sip_flow_message(a->room->sip, a->flow, a->direction, a->p, bytes, way);
}

static struct slice read_sip(const struct at *a, struct slice rest)
{
	struct half *h = &a->text->half[a->direction];
	size_t seen = h->seen, need = h->need;

	/* Below `need` nothing changes, and a long head is not read again for every octet of a
	 * body. */
	while (rest.n && rest.n >= need) {
		struct sip_frame frame = sip_frame_next(rest, seen);
		seen = frame.seen;
		need = frame.need;
		if (frame.kind == SIP_FRAME_MORE)
			break;
		seen = need = 0;
		a->room->tell->count.messages_oversize +=
			(frame.flags & (SIP_FRAME_HEAD_OVER | SIP_FRAME_BODY_OVER)) != 0;
		if (frame.kind == SIP_FRAME_MESSAGE)
			message(a, slice_upto(rest, frame.n), false);
		else if (frame.kind == SIP_FRAME_JUNK)
			a->room->tell->count.sip_junk_bytes += frame.n;
		rest = slice_from(rest, frame.n);
	}
	h->seen = rest.n ? seen : 0;
	h->need = rest.n ? need : 0;
	return rest;
}

/* ---- WebSocket ------------------------------------------------------------------------ */

static void add_payload(const struct at *a, const struct ws_frame *f)
{
	struct half *h = &a->text->half[a->direction];
	struct buffer *b = &h->message;

	if (f->payload.n == 0 || h->unreadable)
		return;
	bool oversize = b->n + f->payload.n > MESSAGE_MAX;
	a->room->tell->count.messages_oversize += oversize;
	if (oversize || !make_room(a->room, b, b->n + f->payload.n)) {
		h->unreadable = true;
		drop(a->room, b);
		return;
	}
	ws_unmask(f, b->p + b->n);
	b->n += f->payload.n;
}

/* Whatever else two browsers tell each other is nobody's business here. */
static void end_message(const struct at *a)
{
	struct half *h = &a->text->half[a->direction];
	struct slice whole = { h->message.p, h->message.n };

	if (!h->unreadable && whole.n && sip_looks_like(whole)) {
		a->text->websocket = true;
		message(a, whole, false);
	}
	h->unreadable = false;
	drop(a->room, &h->message);
}

/* Control frames come between the pieces of a message (RFC 6455 5.4). */
static void read_frame(const struct at *a, const struct ws_frame *f)
{
	struct half *h = &a->text->half[a->direction];

	if (f->opcode >= WS_CLOSE)
		return;
	if (f->opcode != WS_CONTINUATION) {
		drop(a->room, &h->message);
		h->unreadable = f->rsv != 0; /* an extension has changed it */
	}
	add_payload(a, f);
	if (f->fin)
		end_message(a);
}

static struct slice read_frames(const struct at *a, struct slice rest)
{
	struct half *h = &a->text->half[a->direction];
	struct ws_frame f;
	enum err e = ERR_OK;

	while (rest.n && (e = ws_next(&rest, &f)) == ERR_OK)
		read_frame(a, &f);
	if (e != ERR_MALFORMED && e != ERR_LIMIT)
		return rest;
	a->room->tell->count.messages_oversize += e == ERR_LIMIT;
	/* Lost: the next segment may begin with a frame again. */
	a->room->tell->count.sip_junk_bytes += rest.n;
	drop(a->room, &h->message);
	h->speaks = HALF_UNKNOWN;
	return slice_from(rest, rest.n);
}

/* A frame with the start of SIP in it. */
static bool frame_with_sip(struct slice s)
{
	uint8_t text[PEEK];
	struct ws_frame f;

	if (ws_peek(s, &f) != ERR_OK || f.rsv || (f.opcode != WS_TEXT && f.opcode != WS_BINARY))
		return false;
	f.payload = slice_upto(f.payload, PEEK);
	ws_unmask(&f, text);
	return sip_looks_like((struct slice){ text, f.payload.n });
}

/* ---- what it is -------------------------------------------------------------------------- */

enum stream_claim stream_text_claims(struct slice bytes)
{
	struct ws_head head;

	if (sip_looks_like(bytes))
		return STREAM_YES;
	if (!ws_looks_like(bytes))
		return frame_with_sip(bytes) ? STREAM_YES : STREAM_NO;
	enum err e = ws_head(bytes, &head);
	if (e == ERR_TRUNCATED)
		return STREAM_MORE;
	return e == ERR_OK && head.upgrade ? STREAM_YES : STREAM_NO;
}

static struct slice read_head(const struct at *a, struct slice rest)
{
	struct half *h = &a->text->half[a->direction];
	struct ws_head head;
	enum err e = ws_head(rest, &head);

	if (e == ERR_TRUNCATED)
		return rest;
	h->speaks = e == ERR_OK && head.upgrade ? HALF_FRAMES : HALF_OTHER;
	if (h->speaks == HALF_FRAMES && !head.request)
		a->room->tell->count.websockets++;
	return slice_from(rest, e == ERR_OK ? head.n : rest.n);
}

/* Any segment may be the first that a capture shows of a direction. */
static struct slice read_start(const struct at *a, struct slice rest)
{
	struct half *h = &a->text->half[a->direction];

	if (ws_looks_like(rest))
		return read_head(a, rest);
	if (frame_with_sip(rest)) {
		h->speaks = HALF_FRAMES;
		return rest;
	}
	/* Known for frames, it is waited for one; what comes before is lost. */
	if (a->text->half[!a->direction].speaks == HALF_FRAMES || a->text->websocket) {
		a->room->tell->count.sip_junk_bytes += rest.n;
		return slice_from(rest, rest.n);
	}
	h->speaks = HALF_SIP;
	return rest;
}

void stream_text_bytes(struct stream_room *r, struct stream_text *s, struct flow *f,
		       unsigned direction, const struct payload *p, struct slice bytes)
{
	struct half *h = &s->half[direction];
	struct at a = { r, s, f, p, direction };
	struct slice rest = join(r, &h->stream, bytes);

	/* What was said of octets that are held no more is not said of these. */
	if (rest.p != h->stream.p)
		h->seen = h->need = 0;
	if (h->speaks == HALF_UNKNOWN && rest.n)
		rest = read_start(&a, rest);
	if (h->speaks == HALF_SIP)
		rest = read_sip(&a, rest);
	else if (h->speaks == HALF_FRAMES)
		rest = read_frames(&a, rest);
	else if (h->speaks == HALF_OTHER)
		rest = slice_from(rest, rest.n);
	keep(r, &h->stream, rest);
}

static bool has_whole_head(struct slice s)
{
	return memmem(s.p, s.n, "\r\n\r\n", 4) || memmem(s.p, s.n, "\n\n", 2);
}

void stream_text_break(struct stream_room *r, struct stream_text *s, struct flow *f,
		       unsigned direction, const struct payload *p)
{
	struct half *h = &s->half[direction];
	struct at a = { r, s, f, p, direction };
	struct slice held = { h->stream.p, h->stream.n };

	if (held.n && h->speaks == HALF_SIP && sip_looks_like(held) && has_whole_head(held))
		message(&a, held, true);
	else
		r->tell->count.sip_junk_bytes += held.n;
	drop(r, &h->stream);
	drop(r, &h->message);
	h->seen = h->need = 0;
	h->unreadable = false;
	/* Frames begin anywhere after a hole: the next that holds SIP is looked for. */
	if (h->speaks == HALF_FRAMES)
		h->speaks = HALF_UNKNOWN;
}

/* ---- life ------------------------------------------------------------------------------------ */

struct stream_text *stream_text_new(bool opened)
{
	struct stream_text *s = mem_zero(1, sizeof *s);

	s->opened = opened;
	return s;
}

bool stream_text_websocket(const struct stream_text *s)
{
	return s->websocket;
}

void stream_text_free(struct stream_room *r, struct stream_text *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < 2; i++) {
		drop(r, &s->half[i].stream);
		drop(r, &s->half[i].message);
	}
	free(s);
}
