/* extract.c - of each cited frame what may be shown. */
#include "analyzer/cmd/extract.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "analyzer/cmd/extract_packet.h"
#include "analyzer/cmd/extract_sip.h"
#include "analyzer/cmd/inputs.h"
#include "analyzer/observe/claim.h"
#include "analyzer/proto/dtls/dtls.h"
#include "analyzer/proto/sip/sip.h"
#include "analyzer/proto/tls/tls.h"
#include "analyzer/wire/wire.h"
#include "reports/jvalue.h"

enum { UDP = 17, TCP = 6 };
enum { RTCP_KEPT = 8, ZRTP_KEPT = 24, STUN_KEPT = 20, CSRC_MASK = 15 };
enum { HELD_MAX = 256 << 20, TCP_APART = 65536 };

/* A cited frame, as it will stand in the extract. */
struct slot {
	uint64_t ts_ns;
	uint32_t wire_len, at, n; /* its bytes in `held` */
	enum extract_kept kept;
	bool met, taken; /* the frame was read; it had a payload */
};

struct extract {
	const struct cited *cited;
	struct slot *slots; /* by cited frame */
	struct alias *names;
	struct text held;
	struct map *sequences; /* TCP: the next number, by direction */
	struct next_number **numbers;
	size_t number_count;
	bool over; /* HELD_MAX was reached */
};

struct next_number {
	struct flow_key flow;
	uint32_t seq;
};

/* ---- what is kept of a payload ------------------------------------------------------ */

struct kept {
	enum extract_kept how;
	struct slice bytes;
	uint32_t whole; /* octets that stood there, or that were written anew */
};

static struct kept cut(enum extract_kept how, struct slice bytes, size_t n, uint32_t whole)
{
	return (struct kept){ how, slice_upto(bytes, n), whole };
}

/* Records up to the first that is no handshake: what comes behind it is not shown. */
static size_t tls_handshake(struct slice bytes)
{
	struct slice rest = bytes;
	struct tls_record r;

	while (tls_next(&rest, &r) == ERR_OK)
		if (r.type != TLS_HANDSHAKE && r.type != TLS_CHANGE_CIPHER_SPEC &&
		    r.type != TLS_ALERT)
			return (size_t)(r.header.p - bytes.p);
	/* A record that goes on in the next segment is kept when it is a handshake's. */
	bool goes_on = rest.n >= 5 && rest.p[0] == TLS_HANDSHAKE && rest.p[1] == 3;
	return goes_on ? bytes.n : bytes.n - rest.n;
}

static size_t dtls_handshake(struct slice bytes)
{
	struct slice rest = bytes;
	struct dtls_record r;

	while (dtls_next(&rest, 0, &r) == ERR_OK)
		if (r.unified || (r.type != DTLS_HANDSHAKE && r.type != DTLS_CHANGE_CIPHER_SPEC &&
				  r.type != DTLS_ALERT))
			return (size_t)(r.header.p - bytes.p);
	return bytes.n - rest.n;
}

/* A name of a server in the hello is somebody's (rule-catalog D.11): it is one of the extensions,
 * and what stands behind it would be told wrongly without it. */
static bool names_a_server(struct slice handshake, bool datagram)
{
	struct tls_hello hello;
	struct tls_message m;
	struct dtls_fragment f;
	struct slice rest = handshake;

	if (datagram)
		return dtls_fragment_next(&rest, &f) == ERR_OK && f.type == DTLS_CLIENT_HELLO &&
		       (f.body.n < f.total || tls_client_hello(f.body, true, &hello) != ERR_OK ||
			hello.server_name.n);
	if (!handshake.n || handshake.p[0] != TLS_CLIENT_HELLO)
		return false;
	return tls_message_next(&rest, &m) != ERR_OK ||
	       tls_client_hello(m.body, false, &hello) != ERR_OK || hello.server_name.n;
}

/* A certificate may give its owner's address, as text or as octets. */
static bool holds_address(struct slice bytes, const struct addr *a)
{
	size_t n = addr_is_v4(a) ? 4 : 16;
	char text[ADDR_TEXT];

	(void)addr_text(a, text);
	return memmem(bytes.p, bytes.n, text, strlen(text)) ||
	       memmem(bytes.p, bytes.n, a->b + sizeof a->b - n, n);
}

static struct kept handshake(const struct alias *names, const struct payload *p, uint32_t whole,
			     bool datagram)
{
	enum { TLS_HEAD = 5, DTLS_HEAD = 13 };
	struct slice bytes = p->bytes;
	size_t head = datagram ? DTLS_HEAD : TLS_HEAD;
	size_t n = datagram ? dtls_handshake(bytes) : tls_handshake(bytes);
	struct slice kept = slice_upto(bytes, n);
	bool named = alias_hides(names) &&
		     (alias_named_in(names, kept) || holds_address(kept, &p->flow.src) ||
		      holds_address(kept, &p->flow.dst) ||
		      names_a_server(slice_from(kept, head), datagram));

	if (named)
		return cut(EXTRACT_RECORDS, bytes, head, whole);
	return cut(n == whole ? EXTRACT_HANDSHAKE : EXTRACT_RECORDS, bytes, n, whole);
}

static struct kept sip(struct alias *names, struct slice bytes, uint32_t whole, struct text *anew)
{
	if (!extract_sip_write(names, bytes, anew))
		return cut(EXTRACT_HEADERS, bytes, 0, whole);
	return (struct kept){ EXTRACT_SIP,
			      { (const uint8_t *)anew->p, anew->n },
			      (uint32_t)anew->n };
}

static struct kept datagram(struct extract *x, const struct payload *p, struct text *anew)
{
	struct slice b = p->bytes;
	struct claim_known nothing = { 0, false };

	switch (claim_datagram(b, nothing)) {
	case CLAIM_SIP:
		return sip(x->names, b, p->wire_len, anew);
	case CLAIM_DTLS:
		return handshake(x->names, p, p->wire_len, true);
	case CLAIM_RTP: /* its extension may tell when somebody speaks */
		return cut(EXTRACT_RTP, b, RTP_HEADER + 4 * (size_t)(b.p[0] & CSRC_MASK),
			   p->wire_len);
	case CLAIM_RTCP:
		return cut(EXTRACT_RTCP, b, RTCP_KEPT, p->wire_len);
	case CLAIM_ZRTP: /* what comes behind begins with the device's own number */
		return cut(EXTRACT_ZRTP, b, ZRTP_KEPT, p->wire_len);
	case CLAIM_STUN:
		return cut(EXTRACT_STUN, b, STUN_KEPT, p->wire_len);
	default:
		return cut(EXTRACT_HEADERS, b, 0, p->wire_len);
	}
}

static struct kept segment(struct extract *x, const struct payload *p, struct text *anew)
{
	struct tls_record r;
	struct slice rest = p->bytes;
	enum err e;

	if (sip_looks_like(p->bytes))
		return sip(x->names, p->bytes, (uint32_t)p->bytes.n, anew);
	e = tls_next(&rest, &r);
	if (e == ERR_OK || tls_looks_like(p->bytes))
		return handshake(x->names, p, (uint32_t)p->bytes.n, false);
	return cut(EXTRACT_HEADERS, p->bytes, 0, (uint32_t)p->bytes.n);
}

/* ---- frames ------------------------------------------------------------------------- */

static struct slot *slot_of(struct extract *x, const struct frame *f)
{
	const struct cited_frame *c = cited_find(x->cited, f->input, f->number);

	return c ? &x->slots[c - x->cited->all] : NULL;
}

/* Pieces of a stream never touch: between two cited segments there is more than any segment holds,
 * so that what was written anew, shorter or longer, overlaps nothing. */
static uint32_t sequence(struct extract *x, const struct flow_key *flow)
{
	struct slice key = { (const uint8_t *)flow, sizeof *flow };
	struct next_number *n = map_get(x->sequences, key);

	if (!n) {
		n = mem_zero(1, sizeof *n);
		n->flow = *flow;
		n->seq = 1;
		x->numbers = mem_more(x->numbers, x->number_count, sizeof *x->numbers);
		x->numbers[x->number_count++] = n;
		(void)map_put(x->sequences,
			      (struct slice){ (const uint8_t *)&n->flow, sizeof n->flow }, n);
	}
	n->seq += TCP_APART;
	return n->seq;
}

static struct flow_key shown(struct extract *x, const struct flow_key *flow)
{
	struct endpoint src = { alias_addr(x->names, &flow->src), flow->sport };
	struct endpoint dst = { alias_addr(x->names, &flow->dst), flow->dport };

	return addr_flow_key(src, dst, flow->proto);
}

static void hold(struct extract *x, struct slot *s, const struct payload *p, struct kept k)
{
	struct extract_packet packet = { .flow = shown(x, &p->flow),
					 .payload = k.bytes,
					 .whole = k.whole };

	if (p->flow.proto == TCP)
		packet.seq = sequence(x, &packet.flow);
	s->at = (uint32_t)x->held.n;
	s->wire_len = extract_packet_make(&packet, &x->held);
	s->n = (uint32_t)x->held.n - s->at;
	s->kept = k.how;
	s->taken = true;
}

static void take(struct extract *x, const struct payload *p)
{
	struct slot *s = p->bytes.n ? slot_of(x, p->frame) : NULL;
	struct text anew = { 0 };
	struct kept k;

	if (!s || s->taken)
		return;
	if (x->held.n > HELD_MAX) {
		x->over = true;
		return;
	}
	if (p->flow.proto == TCP)
		k = segment(x, p, &anew);
	else if (p->flow.proto == UDP)
		k = datagram(x, p, &anew);
	else
		k = cut(EXTRACT_HEADERS, p->bytes, 0, (uint32_t)p->bytes.n);
	hold(x, s, p, k);
	text_free(&anew);
}

static void payload(void *ctx, const struct payload *p)
{
	take(ctx, p);
}

/* The second place where a packet was seen is evidence too. */
static void sighting(void *ctx, const struct wire_sighting *s)
{
	struct payload p = { .bytes = s->bytes,
			     .flow = s->flow,
			     .frame = s->frame,
			     .wire_len = (uint32_t)s->bytes.n };

	take(ctx, &p);
}

static void read_frames(struct extract *x, struct capture *c)
{
	struct wire *w =
		wire_new((struct wire_hooks){ x, payload, sighting }, (struct wire_limits){ 0 });
	struct frame f;

	while (capture_next(c, &f)) {
		struct slot *s = slot_of(x, &f);
		if (s) {
			s->met = true;
			s->ts_ns = f.ts_ns;
			s->wire_len = f.wire_len;
		}
		wire_feed(w, &f);
	}
	wire_end(w);
	wire_free(w);
	capture_finish(c);
}

static const char *check(const struct extract *x, const struct capture *c, const json_t *head)
{
	const json_t *inputs = jvalue_get(head, "inputs");

	if (x->over)
		return "the frames that the report cites are larger than a bundle holds";
	if (json_array_size(inputs) != capture_count(c))
		return "the captures are not those that were judged a moment ago";
	for (size_t i = 0; i < capture_count(c); i++)
		if (strcmp(jvalue_str(json_array_get(inputs, i), "sha256"),
			   capture_at(c, i)->sha256) != 0)
			return "a capture has changed while it was read";
	for (size_t i = 0; i < x->cited->count; i++)
		if (!x->slots[i].met || x->slots[i].ts_ns != x->cited->all[i].ts_ns)
			return "a frame that the report cites was not found again";
	return NULL;
}

enum err extract_read(const struct args *a, const struct cited *cited, const json_t *head,
		      struct alias *names, struct extract **out, const char **why)
{
	struct extract *x = mem_zero(1, sizeof *x);
	struct capture *c = NULL;

	x->cited = cited;
	x->slots = mem_zero(cited->count, sizeof *x->slots);
	x->names = names;
	x->sequences = map_new();
	*why = "a capture could not be opened a second time";
	if (inputs_open(a, &c)) {
		read_frames(x, c);
		*why = check(x, c, head);
	}
	capture_close(c);
	*out = *why ? NULL : x;
	if (*why)
		extract_free(x);
	return *why ? ERR_IO : ERR_OK;
}

void extract_free(struct extract *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->number_count; i++)
		free(x->numbers[i]);
	free(x->numbers);
	map_free(x->sequences);
	text_free(&x->held);
	free(x->slots);
	free(x);
}

bool extract_write(const struct extract *x, uint32_t input, const char *label, FILE *out)
{
	bool good = extract_file_begin(out, label);

	for (size_t i = 0; i < x->cited->count && good; i++) {
		const struct cited_frame *c = &x->cited->all[i];
		const struct slot *s = &x->slots[i];
		struct extract_frame f = { .frame = c->frame,
					   .ts_ns = s->ts_ns,
					   .kept = s->kept,
					   .bytes = { (const uint8_t *)x->held.p + s->at, s->n },
					   .wire_len = s->wire_len };
		if (!s->n)
			f.bytes = (struct slice){ NULL, 0 };
		if (c->input == input)
			good = extract_file_frame(out, &f);
	}
	return good;
}

uint64_t extract_frames(const struct extract *x, uint32_t input)
{
	uint64_t n = 0;

	for (size_t i = 0; i < x->cited->count; i++)
		n += x->cited->all[i].input == input;
	return n;
}
