/* link.c - wire room: Ethernet, tags, labels, PPP, cooked and raw captures. */
#include "analyzer/wire/link.h"

#include "analyzer/base/cursor.h"
#include "analyzer/wire/bytes.h"

/* Numbers from the tcpdump.org list of link types; only the capture room may include libpcap. */
enum {
	TYPE_NULL = 0,
	TYPE_ETHERNET = LINK_ETHERNET,
	TYPE_PPP = 9,
	TYPE_RAW = 12,
	TYPE_RAW_OPENBSD = 14,
	TYPE_PPP_SERIAL = 50,
	TYPE_PPP_ETHER = 51,
	TYPE_RAW_FILE = 101,
	TYPE_LOOP = 108,
	TYPE_COOKED = 113,
	TYPE_PPP_WITH_DIR = 204,
	TYPE_IPV4 = 228,
	TYPE_IPV6 = 229,
	TYPE_EXPORTED = 252,
	TYPE_COOKED_2 = 276,
};

enum {
	ETHER_IPV4 = 0x0800,
	ETHER_ARP = 0x0806,
	ETHER_VLAN = 0x8100,
	ETHER_IPV6 = 0x86dd,
	ETHER_MPLS = 0x8847,
	ETHER_MPLS_UPSTREAM = 0x8848,
	ETHER_PPPOE = 0x8864,
	ETHER_QINQ = 0x88a8,
	ETHER_BACKBONE = 0x88e7, /* 802.1ah: 4 octets of I-TAG, then the customer's frame */
	ETHER_METADATA = 0x8909, /* Cisco: a security group tag of 6 octets, then the next type */
	ETHER_VNTAG = 0x8926,
	ETHER_QINQ_OLD = 0x9100,
	ETHER_QINQ_OLDER = 0x9200,
	ETHER_BRIDGED = 0x6558,
	ETHER_LENGTH_MAX = 1500, /* up to here the field is the length of an 802.2 frame */
};

enum { MAX_LAYERS = 24 };

static enum err settle(struct link *out, enum link_kind kind, struct slice rest)
{
	out->kind = kind;
	out->rest = rest;
	return ERR_OK;
}

/* IEEE 802.2: only SNAP (RFC 1042) and the old DSAP for IP lead anywhere. */
static enum err llc(struct slice bytes, struct link *out)
{
	struct cursor c = cursor_over(bytes);
	struct slice h = cursor_take(&c, 3);

	if (c.short_read)
		return ERR_TRUNCATED;
	if (h.p[0] == 0x06 && h.p[1] == 0x06)
		return settle(out, LINK_IP, c.left);
	if (h.p[0] != 0xaa || h.p[1] != 0xaa)
		return settle(out, LINK_OTHER, c.left);
	struct slice snap = cursor_take(&c, 5);
	if (c.short_read)
		return ERR_TRUNCATED;
	uint16_t type = bytes_be16(snap.p + 3);
	if (type <= ETHER_LENGTH_MAX)
		return settle(out, LINK_OTHER, c.left);
	return link_ethertype(type, c.left, out);
}

/* A control word and a MAC address may both begin with nibble 0: the type decides. */
static bool has_control_word(struct slice bytes)
{
	if (bytes.n < 14 || bytes.p[0] >> 4 != 0)
		return false;
	uint16_t type = bytes_be16(bytes.p + 12);
	return type != ETHER_IPV4 && type != ETHER_IPV6 && type != ETHER_VLAN && type != ETHER_ARP;
}

/* RFC 3032. What follows the last label is told by its first nibble (RFC 4928, RFC 4385). */
static enum err mpls(struct slice bytes, struct link *out)
{
	struct cursor c = cursor_over(bytes);

	for (;;) {
		struct slice label = cursor_take(&c, 4);
		if (c.short_read)
			return ERR_TRUNCATED;
		out->place = bytes_place(out->place, bytes_be32(label.p) >> 12);
		if (label.p[2] & 1)
			break;
		if (++out->layers > MAX_LAYERS)
			return ERR_LIMIT;
	}
	uint8_t first = c.left.n ? c.left.p[0] >> 4 : 0xff;
	if (first == 4 || first == 6)
		return settle(out, LINK_IP, c.left);
	if (has_control_word(c.left))
		cursor_skip(&c, 4);
	return link_ethernet(c.left, out);
}

enum err link_ppp(struct slice bytes, struct link *out)
{
	struct cursor c = cursor_over(bytes);

	if (slice_starts(bytes, SLICE("\xff\x03")))
		cursor_skip(&c, 2);
	uint16_t protocol = cursor_u8(&c);
	if (!(protocol & 1)) /* RFC 1661 6.5: an odd first octet is a compressed field */
		protocol = (uint16_t)(protocol << 8 | cursor_u8(&c));
	if (c.short_read)
		return ERR_TRUNCATED;
	switch (protocol) {
	case 0x0021:
	case 0x0057:
		return settle(out, LINK_IP, c.left);
	case 0x0281:
	case 0x0283:
		return mpls(c.left, out);
	default: /* 0x8000 and more: control protocols */
		return settle(out, protocol >= 0x8000 ? LINK_QUIET : LINK_OTHER, c.left);
	}
}

/* RFC 2516 4: version and type 1, code 0 in a session. */
static enum err pppoe(struct slice bytes, struct link *out)
{
	struct cursor c = cursor_over(bytes);
	struct slice h = cursor_take(&c, 6);

	if (c.short_read)
		return ERR_TRUNCATED;
	if (h.p[0] != 0x11 || h.p[1] != 0)
		return ERR_MALFORMED;
	out->place = bytes_place(out->place, bytes_be16(h.p + 2));
	return link_ppp(slice_upto(c.left, bytes_be16(h.p + 4)), out);
}

/* A tag of `n` octets whose last two are the next EtherType. */
static enum err peel(struct slice bytes, size_t n, struct link *out)
{
	struct cursor c = cursor_over(bytes);
	struct slice tag = cursor_take(&c, n);

	if (c.short_read)
		return ERR_TRUNCATED;
	out->place = bytes_place(out->place, bytes_be16(tag.p) & 0xfff);
	return link_ethertype(bytes_be16(tag.p + n - 2), c.left, out);
}

enum err link_ethertype(uint16_t type, struct slice bytes, struct link *out)
{
	if (++out->layers > MAX_LAYERS)
		return ERR_LIMIT;
	switch (type) {
	case ETHER_IPV4:
	case ETHER_IPV6:
		return settle(out, LINK_IP, bytes);
	case ETHER_VLAN:
	case ETHER_QINQ:
	case ETHER_QINQ_OLD:
	case ETHER_QINQ_OLDER:
		return peel(bytes, 4, out);
	case ETHER_VNTAG:
		return peel(bytes, 6, out);
	case ETHER_METADATA:
		return peel(bytes, 8, out);
	case ETHER_MPLS:
	case ETHER_MPLS_UPSTREAM:
		return mpls(bytes, out);
	case ETHER_PPPOE:
		return pppoe(bytes, out);
	case ETHER_BRIDGED:
		return link_ethernet(bytes, out);
	case ETHER_BACKBONE:
		return link_ethernet(slice_from(bytes, 4), out);
	case ETHER_ARP:
		return settle(out, LINK_QUIET, bytes);
	default:
		if (type <= ETHER_LENGTH_MAX)
			return llc(slice_upto(bytes, type), out);
		return settle(out, LINK_OTHER, bytes);
	}
}

enum err link_ethernet(struct slice bytes, struct link *out)
{
	const uint8_t *h = bytes_take(&bytes, 14);

	if (!h)
		return ERR_TRUNCATED;
	uint16_t type = bytes_be16(h + 12);
	if (type == ETHER_IPV4) /* nearly always: spares the switch */
		return settle(out, LINK_IP, bytes);
	return link_ethertype(type, bytes, out);
}

/* The "protocol" of a cooked capture: an EtherType, or Linux's own small numbers. */
static enum err cooked_protocol(uint16_t hardware, uint16_t type, struct slice rest,
				struct link *out)
{
	enum { HARDWARE_NETLINK = 824, TYPE_802_2 = 4 };

	if (hardware == HARDWARE_NETLINK)
		return settle(out, LINK_OTHER, rest);
	if (type == TYPE_802_2)
		return llc(rest, out);
	if (type <= ETHER_LENGTH_MAX)
		return settle(out, LINK_OTHER, rest);
	return link_ethertype(type, rest, out);
}

static enum err cooked(struct slice bytes, struct link *out)
{
	struct cursor c = cursor_over(bytes);
	struct slice h = cursor_take(&c, 16);

	if (c.short_read)
		return ERR_TRUNCATED;
	out->place = bytes_place(out->place, bytes_be16(h.p));
	return cooked_protocol(bytes_be16(h.p + 2), bytes_be16(h.p + 14), c.left, out);
}

static enum err cooked_2(struct slice bytes, struct link *out)
{
	struct cursor c = cursor_over(bytes);
	struct slice h = cursor_take(&c, 20);

	if (c.short_read)
		return ERR_TRUNCATED;
	out->place = bytes_place(out->place, bytes_be32(h.p + 4));
	out->place = bytes_place(out->place, h.p[10]);
	return cooked_protocol(bytes_be16(h.p + 8), bytes_be16(h.p), c.left, out);
}

/*
 * The address family as the writing host numbers it, in its byte order (DLT_NULL)
 * or in network order (DLT_LOOP). Every family number in use is below 256.
 */
static enum err loopback(struct slice bytes, struct link *out)
{
	struct cursor c = cursor_over(bytes);
	struct slice h = cursor_take(&c, 4);

	if (c.short_read)
		return ERR_TRUNCATED;
	switch (h.p[0] | h.p[3]) {
	case 2:	 /* AF_INET */
	case 10: /* AF_INET6: Linux, Solaris, BSDs, macOS */
	case 24:
	case 26:
	case 28:
	case 30:
		if ((h.p[1] | h.p[2]) == 0 && (h.p[0] == 0 || h.p[3] == 0))
			return settle(out, LINK_IP, c.left);
		break;
	default:
		break;
	}
	return settle(out, LINK_OTHER, c.left);
}

static enum err ppp_with_direction(struct slice bytes, struct link *out)
{
	struct cursor c = cursor_over(bytes);

	out->place = bytes_place(out->place, cursor_u8(&c));
	return c.short_read ? ERR_TRUNCATED : link_ppp(c.left, out);
}

static enum err uncommon(struct slice bytes, int link_type, struct link *out)
{
	switch (link_type) {
	case TYPE_NULL:
	case TYPE_LOOP:
		return loopback(bytes, out);
	case TYPE_PPP:
	case TYPE_PPP_SERIAL:
		return link_ppp(bytes, out);
	case TYPE_PPP_ETHER:
		return pppoe(bytes, out);
	case TYPE_PPP_WITH_DIR:
		return ppp_with_direction(bytes, out);
	case TYPE_COOKED:
		return cooked(bytes, out);
	case TYPE_COOKED_2:
		return cooked_2(bytes, out);
	case TYPE_RAW:
	case TYPE_RAW_OPENBSD:
	case TYPE_RAW_FILE:
	case TYPE_IPV4:
	case TYPE_IPV6:
		return settle(out, LINK_IP, bytes);
	case TYPE_EXPORTED:
		return settle(out, LINK_EXPORTED, bytes);
	default:
		return ERR_UNSUPPORTED;
	}
}

enum err link_parse(struct slice bytes, int link_type, struct link *out)
{
	*out = (struct link){ .kind = LINK_OTHER };
	if (link_type == TYPE_ETHERNET)
		return link_ethernet(bytes, out);
	return uncommon(bytes, link_type, out);
}

/* PORT_TYPE has numbers of its own; an IP protocol number is what flows carry. */
static uint8_t exported_protocol(uint32_t port_type)
{
	switch (port_type) {
	case 1:
		return 132;
	case 2:
		return 6;
	case 3:
		return 17;
	default:
		return 0;
	}
}

static void exported_address(struct slice value, struct addr *out)
{
	if (value.n == 4)
		*out = addr_v4(value.p);
	else if (value.n == 16)
		*out = addr_v6(value.p);
}

static void exported_tag(uint16_t tag, struct slice value, struct link_pdu *out)
{
	uint32_t number = value.n == 4 ? bytes_be32(value.p) : 0;

	switch (tag) {
	case 12: /* dissector, heuristic dissector, dissector table */
	case 13:
	case 14:
		out->name = slice_upto(value, slice_find(value, 0));
		break;
	case 20:
	case 22:
		exported_address(value, &out->flow.src);
		break;
	case 21:
	case 23:
		exported_address(value, &out->flow.dst);
		break;
	case 24:
		out->flow.proto = exported_protocol(number);
		break;
	case 25:
		out->flow.sport = (uint16_t)number;
		break;
	case 26:
		out->flow.dport = (uint16_t)number;
		break;
	default:
		break;
	}
}

enum err link_exported(struct slice bytes, struct link_pdu *out)
{
	struct cursor c = cursor_over(bytes);

	*out = (struct link_pdu){ .name = { NULL, 0 } };
	for (;;) {
		uint16_t tag = cursor_u16(&c);
		struct slice value = cursor_take(&c, cursor_u16(&c));
		if (c.short_read)
			return ERR_TRUNCATED;
		if (tag == 0)
			break;
		exported_tag(tag, value, out);
	}
	out->bytes = c.left;
	return ERR_OK;
}
