/* wire.c - wire room: the way of a frame through link, IP, fragments, tunnels and transport. */
#include "analyzer/wire/wire.h"

#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/wire/bytes.h"
#include "analyzer/wire/frag.h"
#include "analyzer/wire/link.h"
#include "analyzer/wire/plain.h"
#include "analyzer/wire/stream.h"
#include "analyzer/wire/tunnel.h"
#include "analyzer/wire/twice.h"

enum {
	DEFAULT_STREAMS = 32768,
	DEFAULT_STREAM_BUFFER = 256 << 10,
	DEFAULT_FRAGMENT_BUDGET = 4 << 20,
	DEFAULT_TUNNEL_DEPTH = 4,
	MAX_TUNNEL_DEPTH = 16,
	PORT_NAT_T = 4500,
	UDP_HEADER = 8,
	PLAIN_IP = 20, /* octets of a plain frame's IP header */
};

#define TICK (100 * WHEN_MS)

struct wire {
	struct wire_hooks hooks;
	struct wire_counters counters;
	struct twice *twice;
	struct frag *frag;
	struct stream *stream;
	uint64_t ticked_ns;
	uint32_t depth;
};

/* One frame on its way down. */
struct walk {
	struct wire *w;
	const struct frame *frame;
	uint64_t place;
	uint32_t lost; /* octets cut off behind what is left */
	uint32_t depth;
	bool again;  /* a second sighting: only its innermost payload is of interest */
	bool routed; /* the first that passed a router */
};

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
	return value ? value : otherwise;
}

struct wire *wire_new(struct wire_hooks hooks, struct wire_limits limits)
{
	struct wire *w = mem_zero(1, sizeof *w);
	uint32_t depth = or_default(limits.tunnel_depth, DEFAULT_TUNNEL_DEPTH);

	w->hooks = hooks;
	w->depth = depth < MAX_TUNNEL_DEPTH ? depth : MAX_TUNNEL_DEPTH;
	w->twice = twice_new(or_default(limits.remembered, TWICE_PACKETS),
			     &w->counters.duplicates_unchecked);
	w->frag =
		frag_new(or_default(limits.fragment_budget, DEFAULT_FRAGMENT_BUDGET), &w->counters);
	w->stream =
		stream_new(hooks, or_default(limits.streams, DEFAULT_STREAMS),
			   or_default(limits.stream_buffer, DEFAULT_STREAM_BUFFER), &w->counters);
	if (limits.streams_held)
		stream_at_most(w->stream, limits.streams_held);
	return w;
}

void wire_free(struct wire *w)
{
	if (!w)
		return;
	twice_free(w->twice);
	frag_free(w->frag);
	stream_free(w->stream);
	free(w);
}

const struct wire_counters *wire_counters(const struct wire *w)
{
	return &w->counters;
}

/* True when fine. Otherwise it is counted: a short header of a cut frame is not the sender's fault.
 */
static bool fine(struct walk *k, enum err e)
{
	if (e == ERR_OK)
		return true;
	if (k->again)
		return false;
	if (e == ERR_TRUNCATED && k->lost)
		k->w->counters.snaplen_cut++;
	else
		k->w->counters.malformed++;
	return false;
}

static void sighted(struct walk *k, const struct flow_key *flow, struct slice bytes, bool cut)
{
	struct wire_sighting s = { *flow, k->frame, bytes, k->routed, cut };

	if (k->w->hooks.sighting)
		k->w->hooks.sighting(k->w->hooks.ctx, &s);
}

static struct flow_key flow_of(const struct ip *p, uint16_t sport, uint16_t dport)
{
	return (struct flow_key){ p->src, p->dst, sport, dport, p->proto, { 0 } };
}

static void hand_on(struct walk *k, const struct ip *p, const struct ip_datagram *d)
{
	struct payload out = { .bytes = d->bytes,
			       .flow = flow_of(p, d->sport, d->dport),
			       .frame = k->frame,
			       .cut = d->bytes.n<d->len, .tunnelled = k->depth> 0,
			       .wire_len = d->len };

	if (k->again) {
		sighted(k, &out.flow, out.bytes, out.cut);
		return;
	}
	k->w->counters.snaplen_cut += out.cut;
	k->w->hooks.payload(k->w->hooks.ctx, &out);
}

static void take_link(struct walk *k, const struct link *l);

/* Goes on with what is inside. False: too deep, and counted. */
static bool enter(struct walk *k, const struct ip *outer, const struct link *inner)
{
	struct wire_counters *n = &k->w->counters;

	if (k->depth >= k->w->depth) {
		n->tunnel_too_deep += !k->again;
		return false;
	}
	n->tunnels += !k->again;
	struct walk deeper = *k;
	deeper.depth++;
	deeper.lost = outer->len - (uint32_t)outer->payload.n;
	/* Another tunnel is another place, although what is inside is the same. */
	deeper.place = bytes_place(inner->place, bytes_be32(outer->src.b + 12));
	deeper.place = bytes_place(deeper.place, bytes_be32(outer->dst.b + 12));
	take_link(&deeper, inner);
	return true;
}

/* The four message types of WireGuard, by their lengths and three zero octets. */
static bool wireguard_length(struct slice bytes, uint32_t len)
{
	switch (bytes.p[0]) {
	case 1:
		return len == 148;
	case 2:
		return len == 92;
	case 3:
		return len == 64;
	case 4:
		return len % 16 == 0;
	default:
		return false;
	}
}

static inline bool like_wireguard(struct slice bytes, uint32_t len)
{
	return len >= 32 && bytes.n >= 4 && !bytes.p[1] && !bytes.p[2] && !bytes.p[3] &&
	       wireguard_length(bytes, len);
}

/*
 * RFC 3948 2.1: on port 4500 an SPI, which is never 0, stands first. Version 2 at
 * the front may as well be RTP on that port, and is left to others.
 */
static bool like_esp(const struct ip_datagram *d)
{
	return (d->sport == PORT_NAT_T || d->dport == PORT_NAT_T) && d->bytes.n >= 20 &&
	       bytes_be32(d->bytes.p) != 0 && d->bytes.p[0] >> 6 != 2;
}

static void take_udp(struct walk *k, const struct ip *p)
{
	struct wire_counters *n = &k->w->counters;
	struct link inner = { .place = k->place };
	struct ip_datagram d;

	if (!fine(k, ip_udp(p, &d)))
		return;
	if (p->proto == IP_UDP && tunnel_udp(&d, &inner) && enter(k, p, &inner))
		return;
	if (!k->again) {
		n->udp++;
		n->esp += like_esp(&d);
		n->wireguard_like += like_wireguard(d.bytes, d.len);
	}
	hand_on(k, p, &d);
}

static void take_tcp(struct walk *k, const struct ip *p)
{
	struct ip_segment s;

	if (!fine(k, ip_tcp(p, &s)))
		return;
	struct flow_key flow = flow_of(p, s.sport, s.dport);
	if (k->again) {
		sighted(k, &flow, s.bytes, s.bytes.n < s.len);
		return;
	}
	k->w->counters.tcp++;
	k->w->counters.snaplen_cut += s.bytes.n < s.len;
	stream_feed(k->w->stream, &flow, &s, k->frame, k->depth > 0);
}

static void take_sctp(struct walk *k, const struct ip *p)
{
	struct ip_datagram d;
	struct cursor chunks;
	bool whole;

	if (!fine(k, ip_sctp(p, &d, &chunks)))
		return;
	k->w->counters.sctp += !k->again;
	while (ip_sctp_data(&chunks, &d.bytes, &whole)) {
		d.len = (uint32_t)d.bytes.n;
		if (whole)
			hand_on(k, p, &d);
		else
			k->w->counters.sctp_pieces += !k->again;
	}
}

/* Errors quote the packet they are about (RFC 792, RFC 4443 3): it was seen elsewhere or never. */
static void take_icmp(struct walk *k, const struct ip *p)
{
	if (k->again || p->payload.n == 0)
		return;
	uint8_t type = p->payload.p[0];
	bool quotes = p->proto == IP_ICMPV6
			      ? type < 128
			      : type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
	k->w->counters.icmp_quotes += quotes;
}

static void take_other(struct walk *k, const struct ip *p)
{
	struct link inner = { .place = k->place };
	enum err e = tunnel_ip(p, &inner);

	if (e == ERR_UNSUPPORTED)
		k->w->counters.undecoded_ip_proto += !k->again;
	else if (fine(k, e))
		(void)enter(k, p, &inner);
}

static void take_transport(struct walk *k, const struct ip *p)
{
	switch (p->proto) {
	case IP_UDP:
	case IP_UDPLITE:
		take_udp(k, p);
		break;
	case IP_TCP:
		take_tcp(k, p);
		break;
	case IP_SCTP:
		take_sctp(k, p);
		break;
	case IP_ICMP:
	case IP_ICMPV6:
		take_icmp(k, p);
		break;
	case IP_ESP:
		k->w->counters.esp += !k->again;
		break;
	case IP_NONE:
		break;
	default:
		take_other(k, p);
	}
}

/* The first fragment knows ports and the first bytes; of the others nothing can be told. */
static void sighted_fragment(struct walk *k, const struct ip *p)
{
	struct ip first = *p;
	struct ip_datagram d;

	first.len = 65535; /* the UDP header speaks of the whole */
	if (p->offset == 0 && p->proto == IP_UDP && ip_udp(&first, &d) == ERR_OK) {
		struct flow_key flow = flow_of(p, d.sport, d.dport);
		sighted(k, &flow, d.bytes, false);
	}
}

static void take_fragment(struct walk *k, const struct ip *p)
{
	struct ip whole;

	if (k->again) {
		sighted_fragment(k, p);
		return;
	}
	if (frag_add(k->w->frag, p, k->frame, &whole) && fine(k, ip_extensions(&whole)))
		take_transport(k, &whole);
}

static void take_ip(struct walk *k, struct slice bytes)
{
	struct wire_counters *n = &k->w->counters;
	struct ip p;

	if (!fine(k, ip_parse(bytes, k->lost, &p)))
		return;
	k->place = bytes_place(k->place, p.hops);
	if (!k->again) {
		enum twice_answer a =
			twice_seen(k->w->twice, &p, k->frame->point, k->place, k->frame->ts_ns);
		k->again = a != TWICE_NEW;
		k->routed = a == TWICE_ROUTED;
		n->duplicates += k->again;
		n->ip_packets += !k->again;
	}
	if (k->again && !k->w->hooks.sighting)
		return;
	if (p.fragment)
		take_fragment(k, &p);
	else
		take_transport(k, &p);
}

static void take_exported(struct walk *k, struct slice bytes)
{
	struct link_pdu pdu;

	if (!fine(k, link_exported(bytes, &pdu)))
		return;
	struct payload out = { .bytes = pdu.bytes,
			       .flow = pdu.flow,
			       .frame = k->frame,
			       .cut = k->lost > 0,
			       .exported = true,
			       .wire_len = (uint32_t)pdu.bytes.n + k->lost };
	k->w->counters.snaplen_cut += out.cut;
	if (out.bytes.n)
		k->w->hooks.payload(k->w->hooks.ctx, &out);
}

static void take_link(struct walk *k, const struct link *l)
{
	k->place = l->place;
	switch (l->kind) {
	case LINK_IP:
		take_ip(k, l->rest);
		break;
	case LINK_EXPORTED:
		take_exported(k, l->rest);
		break;
	case LINK_OTHER:
		k->w->counters.undecoded_ethertype += !k->again;
		break;
	case LINK_QUIET:
		break;
	}
}

static void tick(struct wire *w, uint64_t now)
{
	w->ticked_ns = now;
	frag_tick(w->frag, now);
	stream_tick(w->stream, now);
}

static void take_frame(struct wire *w, const struct frame *f)
{
	struct walk k = { .w = w, .frame = f };
	struct link l;

	if (f->wire_len > f->bytes.n)
		k.lost = f->wire_len - (uint32_t)f->bytes.n;
	enum err e = link_parse(f->bytes, f->link_type, &l);
	if (e == ERR_UNSUPPORTED) {
		w->counters.undecoded_link++;
		return;
	}
	if (!fine(&k, e))
		return;
	l.place = bytes_place(bytes_place(l.place, f->iface), f->input);
	take_link(&k, &l);
}

/* The place of a plain frame: interface, input and hop limit; there is no tag and no tunnel. */
static uint64_t plain_place(const struct frame *f, uint8_t hops)
{
	return bytes_place(bytes_place(bytes_place(0, f->iface), f->input), hops);
}

static inline uint32_t plain_id(const struct wire_ahead *a)
{
	return bytes_be16(a->ip + 4);
}

/* Too short for the quick test, and for any media. */
static enum twice_answer short_seen(struct wire *w, const struct frame *f,
				    const struct wire_ahead *a, uint64_t place)
{
	const struct payload *p = &a->payload;
	const struct ip ip = { .src = p->flow.src,
			       .dst = p->flow.dst,
			       .payload = { a->ip + PLAIN_IP, p->bytes.n + UDP_HEADER },
			       .len = p->wire_len + UDP_HEADER,
			       .id = plain_id(a),
			       .version = 4,
			       .proto = IP_UDP,
			       .hops = a->ip[8] };

	return twice_seen(w->twice, &ip, f->point, place, f->ts_ns);
}

static inline enum twice_answer plain_seen(struct wire *w, const struct frame *f,
					   const struct wire_ahead *a)
{
	uint64_t place = plain_place(f, a->ip[8]);
	const struct twice_udp u = { .addresses = a->ip + 12,
				     .transport = { a->ip + PLAIN_IP,
						    a->payload.bytes.n + UDP_HEADER },
				     .id = plain_id(a),
				     .hops = a->ip[8] };

	if (u.transport.n < TWICE_UDP_LEAST)
		return short_seen(w, f, a, place);
	return twice_seen_udp(w->twice, &u, f->point, place, f->ts_ns);
}

/* Kept out of line: nearly every packet is new. */
static __attribute__((noinline)) void plain_again(struct wire *w, const struct frame *f,
						  const struct payload *p, bool routed)
{
	struct wire_sighting s = { p->flow, f, p->bytes, routed, false };

	w->counters.duplicates++;
	if (w->hooks.sighting)
		w->hooks.sighting(w->hooks.ctx, &s);
}

static inline void take_plain(struct wire *w, const struct frame *f, const struct wire_ahead *a)
{
	const struct payload *p = &a->payload;
	enum twice_answer seen = plain_seen(w, f, a);

	if (seen != TWICE_NEW) {
		plain_again(w, f, p, seen == TWICE_ROUTED);
		return;
	}
	w->counters.ip_packets++;
	w->counters.udp++;
	w->counters.wireguard_like += like_wireguard(p->bytes, p->wire_len);
	w->hooks.payload(w->hooks.ctx, p);
}

void wire_look_ahead(struct wire *w, const struct frame *frames, size_t n, struct wire_ahead *out)
{
	for (size_t i = 0; i < n; i++) {
		out[i].plain = plain_parse(&frames[i], &out[i]);
		if (out[i].plain)
			twice_expect(w->twice, plain_id(&out[i]), frames[i].point);
	}
}

void wire_feed_ahead(struct wire *w, const struct frame *f, const struct wire_ahead *a)
{
	w->counters.frames++;
	if (f->ts_ns - w->ticked_ns >= TICK) /* wraps when time goes backwards: then it ticks */
		tick(w, f->ts_ns);
	if (a->plain)
		take_plain(w, f, a);
	else
		take_frame(w, f);
}

void wire_feed(struct wire *w, const struct frame *f)
{
	struct wire_ahead a;

	wire_look_ahead(w, f, 1, &a);
	wire_feed_ahead(w, f, &a);
}

void wire_end(struct wire *w)
{
	frag_end(w->frag);
	stream_end(w->stream);
}
