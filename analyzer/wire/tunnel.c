/* tunnel.c - wire room: headers of encapsulations; bytes in, the inner packet out. */
#include "analyzer/wire/tunnel.h"

#include "analyzer/wire/bytes.h"

enum {
	PROTO_IPIP = 4,
	PROTO_IPV6 = 41,
	PROTO_GRE = 47,
	PROTO_ETHERIP = 97,
	PROTO_MPLS = 137,
};

enum {
	GRE_KEEPALIVE = 0,
	GRE_WCCP = 0x883e,
	GRE_PPP = 0x880b,
	GRE_METADATA = 0x8909,
	GRE_ERSPAN_1_2 = 0x88be,
	GRE_ERSPAN_3 = 0x22eb,
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACK = 0x0080,
};

static enum err inner_ip(struct slice bytes, struct link *out)
{
	out->kind = LINK_IP;
	out->rest = bytes;
	return ERR_OK;
}

/* RFC 1701: source route entries up to one of length 0. */
static void skip_routing(struct cursor *c)
{
	for (;;) {
		struct slice entry = cursor_take(c, 4);
		if (c->short_read || entry.p[3] == 0)
			return;
		cursor_skip(c, entry.p[3]);
	}
}

/* draft-foschiano-erspan: type I has no header, and no GRE sequence number either. */
static enum err erspan_2(struct cursor *c, bool numbered, struct link *out)
{
	if (numbered) {
		struct slice h = cursor_take(c, 8);
		if (c->short_read)
			return ERR_TRUNCATED;
		out->place = bytes_place(out->place, bytes_be32(h.p));
	}
	return link_ethernet(c->left, out);
}

static enum err erspan_3(struct cursor *c, struct link *out)
{
	enum { FRAME_ETHERNET = 0, FRAME_IP = 2 };
	struct slice h = cursor_take(c, 12);

	if (c->short_read)
		return ERR_TRUNCATED;
	if (h.p[11] & 1) /* the platform's own 8 octets */
		cursor_skip(c, 8);
	out->place = bytes_place(out->place, bytes_be32(h.p));
	switch (h.p[10] >> 2 & 0x1f) {
	case FRAME_ETHERNET:
		return link_ethernet(c->left, out);
	case FRAME_IP:
		return inner_ip(c->left, out);
	default:
		out->kind = LINK_OTHER;
		return ERR_OK;
	}
}

/* Version 2 puts a redirect header before the packet, which cannot look like IPv4. */
static enum err wccp(struct cursor *c, struct link *out)
{
	if (c->left.n && c->left.p[0] >> 4 != 4)
		cursor_skip(c, 4);
	return c->short_read ? ERR_TRUNCATED : inner_ip(c->left, out);
}

/* Cisco's tag of 6 octets: behind GRE, unlike Ethernet, the next type stands before it. */
static enum err metadata(struct cursor *c, struct link *out)
{
	uint16_t type = cursor_u16(c);

	cursor_skip(c, 6);
	return c->short_read ? ERR_TRUNCATED : link_ethertype(type, c->left, out);
}

static enum err gre_inside(uint16_t type, bool numbered, struct cursor *c, struct link *out)
{
	switch (type) {
	case GRE_KEEPALIVE:
		out->kind = LINK_QUIET;
		return ERR_OK;
	case GRE_PPP:
		if (c->left.n)
			return link_ppp(c->left, out);
		out->kind = LINK_QUIET; /* RFC 2637 4.1: an acknowledgement alone */
		return ERR_OK;
	case GRE_WCCP:
		return wccp(c, out);
	case GRE_METADATA:
		return metadata(c, out);
	case GRE_ERSPAN_1_2:
		return erspan_2(c, numbered, out);
	case GRE_ERSPAN_3:
		return erspan_3(c, out);
	default:
		return link_ethertype(type, c->left, out);
	}
}

static enum err gre(struct slice bytes, struct link *out)
{
	struct cursor c = cursor_over(bytes);
	uint16_t flags = cursor_u16(&c), type = cursor_u16(&c);

	if ((flags & 7) > 1)
		return ERR_MALFORMED;
	if (flags & (GRE_CHECKSUM | GRE_ROUTING))
		cursor_skip(&c, 4);
	if (flags & GRE_KEY)
		out->place = bytes_place(out->place, cursor_u32(&c));
	if (flags & GRE_SEQUENCE)
		cursor_skip(&c, 4);
	if (flags & 1 && flags & GRE_ACK)
		cursor_skip(&c, 4);
	if (flags & GRE_ROUTING)
		skip_routing(&c);
	if (c.short_read)
		return ERR_TRUNCATED;
	return gre_inside(type, flags & GRE_SEQUENCE, &c, out);
}

static enum err etherip(struct slice bytes, struct link *out)
{
	struct cursor c = cursor_over(bytes);
	uint16_t version = cursor_u16(&c);

	if (c.short_read)
		return ERR_TRUNCATED;
	return version == 0x3000 ? link_ethernet(c.left, out) : ERR_MALFORMED;
}

enum err tunnel_ip(const struct ip *p, struct link *out)
{
	switch (p->proto) {
	case PROTO_IPIP:
	case PROTO_IPV6:
		return inner_ip(p->payload, out);
	case PROTO_GRE:
		return gre(p->payload, out);
	case PROTO_ETHERIP:
		return etherip(p->payload, out);
	case PROTO_MPLS:
		return link_ethertype(0x8847, p->payload, out);
	default:
		return ERR_UNSUPPORTED;
	}
}

/* The IP packet inside fills what there is, but for padding that Ethernet may have added. */
static bool ip_fits(struct slice bytes, uint32_t lost)
{
	struct ip p;

	if (ip_parse(bytes, lost, &p) != ERR_OK)
		return false;
	return p.payload.n == p.len || lost > 0;
}

/* The link ended in something a tunnel really carries. */
static bool believable(const struct link *in, uint32_t lost)
{
	if (in->kind == LINK_IP)
		return ip_fits(in->rest, lost);
	return in->kind == LINK_QUIET;
}

static bool inside(enum err e, uint32_t lost, struct link *in, struct link *out)
{
	if (e != ERR_OK || !believable(in, lost))
		return false;
	*out = *in;
	return true;
}

static bool vxlan(struct cursor *c, uint32_t lost, struct link *out)
{
	struct link in = *out;
	struct slice h = cursor_take(c, 8);

	/* RFC 7348 5: the I bit; 0x80 is the group policy extension. */
	if (c->short_read || (h.p[0] & 0x7f) != 0x08 || h.p[7] != 0)
		return false;
	in.place = bytes_place(in.place, bytes_be32(h.p + 4));
	return inside(link_ethernet(c->left, &in), lost, &in, out);
}

static bool geneve(struct cursor *c, uint32_t lost, struct link *out)
{
	struct link in = *out;
	struct slice h = cursor_take(c, 8);

	if (c->short_read || h.p[0] >> 6 != 0 || (h.p[1] & 0x3f) != 0 || h.p[7] != 0)
		return false;
	cursor_skip(c, (size_t)(h.p[0] & 0x3f) * 4);
	uint16_t type = bytes_be16(h.p + 2);
	if (c->short_read || type < 0x0600)
		return false;
	in.place = bytes_place(in.place, bytes_be32(h.p + 4));
	return inside(link_ethertype(type, c->left, &in), lost, &in, out);
}

/* TS 29.281 5.2.1: each extension header ends in the type of the next. */
static bool skip_gtp_extensions(struct cursor *c, uint8_t next)
{
	for (int i = 0; next != 0; i++) {
		size_t n = (size_t)cursor_u8(c) * 4;
		if (n == 0 || i == 8)
			return false;
		cursor_skip(c, n - 2);
		next = cursor_u8(c);
	}
	return !c->short_read;
}

static bool gtp_u(struct cursor *c, uint32_t lost, struct link *out)
{
	enum { USER_DATA = 255, VERSION_1 = 0x30, OPTIONAL = 7, EXTENDED = 4 };
	struct link in = *out;
	struct slice h = cursor_take(c, 8);

	if (c->short_read || (h.p[0] & 0xf0) != VERSION_1 || h.p[1] != USER_DATA ||
	    bytes_be16(h.p + 2) != c->left.n + lost)
		return false;
	in.place = bytes_place(in.place, bytes_be32(h.p + 4));
	if (h.p[0] & OPTIONAL) {
		struct slice more = cursor_take(c, 4);
		if (c->short_read)
			return false;
		if (h.p[0] & EXTENDED && !skip_gtp_extensions(c, more.p[3]))
			return false;
	}
	return inside(inner_ip(c->left, &in), lost, &in, out);
}

/* RFC 4380 2.6: one side is a Teredo address, or both are link-local while qualifying. */
static bool teredo_address(const uint8_t a[16])
{
	return bytes_be32(a) == 0x20010000 || bytes_be16(a) == 0xfe80;
}

static bool teredo(struct cursor *c, uint32_t lost, struct link *out)
{
	struct link in = *out;

	if (slice_starts(c->left, SLICE("\0\1"))) { /* 5.1.1: authentication */
		struct slice h = cursor_take(c, 4);
		if (!c->short_read)
			cursor_skip(c, (size_t)h.p[2] + h.p[3] + 9);
	}
	if (slice_starts(c->left, SLICE("\0\0"))) /* origin indication */
		cursor_skip(c, 8);
	struct cursor peek = *c;
	struct slice h = cursor_take(&peek, 40);
	if (peek.short_read || h.p[0] >> 4 != 6 ||
	    !(teredo_address(h.p + 8) || teredo_address(h.p + 24)))
		return false;
	return inside(inner_ip(c->left, &in), lost, &in, out);
}

/* The sniffer protocol of Mikrotik and others: version 1, "received", Ethernet, tags, frame. */
static bool tzsp(struct cursor *c, uint32_t lost, struct link *out)
{
	enum { PADDING = 0, END = 1 };
	struct link in = *out;

	if (!slice_starts(c->left, SLICE("\1\0\0\1")))
		return false;
	cursor_skip(c, 4);
	for (uint8_t tag = cursor_u8(c); tag != END; tag = cursor_u8(c)) {
		if (c->short_read)
			return false;
		if (tag != PADDING)
			cursor_skip(c, cursor_u8(c));
	}
	return inside(link_ethernet(c->left, &in), lost, &in, out);
}

bool tunnel_udp(const struct ip_datagram *d, struct link *out)
{
	struct cursor c = cursor_over(d->bytes);
	uint32_t lost = d->len - (uint32_t)d->bytes.n;

	switch (d->dport) {
	case TUNNEL_VXLAN:
	case TUNNEL_VXLAN_LINUX:
		return vxlan(&c, lost, out);
	case TUNNEL_GENEVE:
		return geneve(&c, lost, out);
	case TUNNEL_TZSP:
		return tzsp(&c, lost, out);
	case TUNNEL_GTP_U:
		return gtp_u(&c, lost, out);
	case TUNNEL_TEREDO:
		return teredo(&c, lost, out);
	default:
		break;
	}
	if (d->sport == TUNNEL_GTP_U)
		return gtp_u(&c, lost, out);
	return d->sport == TUNNEL_TEREDO && teredo(&c, lost, out);
}
