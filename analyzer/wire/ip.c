/* ip.c - wire room: headers from IP to transport; bytes in, a struct out. */
#include "analyzer/wire/ip.h"

#include <endian.h>
#include <string.h>

#include "analyzer/wire/bytes.h"

enum {
	HOP_BY_HOP = 0,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51,
	DESTINATION = 60,
	MOBILITY = 135,
	HOST_IDENTITY = 139,
	SHIM6 = 140,
	MAX_EXTENSIONS = 16,
};

/* addr_v4 in two whole words: what follows hashes it at once, and must not wait for small stores.
 */
static struct addr mapped(const uint8_t octets[4])
{
	uint64_t words[2] = { 0, htobe64(UINT64_C(0xffff) << 32 | bytes_be32(octets)) };
	struct addr a;

	memcpy(a.b, words, sizeof a.b);
	return a;
}

static enum err parse_v4(struct slice rest, uint32_t lost, struct ip *out)
{
	const uint8_t *h = bytes_take(&rest, 20);

	if (!h)
		return ERR_TRUNCATED;
	size_t header = (size_t)(h[0] & 15) * 4;
	uint32_t total = bytes_be16(h + 2);
	if (header < 20 || (total && total < header))
		return ERR_MALFORMED;
	if (!bytes_take(&rest, header - 20))
		return ERR_TRUNCATED;
	uint16_t flags = bytes_be16(h + 6);
	out->src = mapped(h + 12);
	out->dst = mapped(h + 16);
	out->len = total ? total - (uint32_t)header : (uint32_t)rest.n + lost;
	out->payload = bytes_upto(rest, out->len);
	out->id = bytes_be16(h + 4);
	out->offset = (uint16_t)((flags & 0x1fff) << 3);
	out->more = flags & 0x2000;
	out->fragment = out->more || out->offset;
	out->version = 4;
	out->proto = h[9];
	out->hops = h[8];
	return out->proto == AUTHENTICATION && !out->fragment ? ip_extensions(out) : ERR_OK;
}

static enum err parse_v6(struct slice rest, uint32_t lost, struct ip *out)
{
	const uint8_t *h = bytes_take(&rest, 40);

	if (!h)
		return ERR_TRUNCATED;
	uint32_t length = bytes_be16(h + 4);
	out->src = addr_v6(h + 8);
	out->dst = addr_v6(h + 24);
	/* 0: a jumbogram (RFC 2675) or offload */
	out->len = length ? length : (uint32_t)rest.n + lost;
	out->payload = bytes_upto(rest, out->len);
	out->id = 0;
	out->offset = 0;
	out->more = out->fragment = false;
	out->version = 6;
	out->proto = h[6];
	out->hops = h[7];
	return ip_extensions(out);
}

enum err ip_parse(struct slice bytes, uint32_t lost, struct ip *out)
{
	if (bytes.n == 0)
		return ERR_TRUNCATED;
	switch (bytes.p[0] >> 4) {
	case 4:
		return parse_v4(bytes, lost, out);
	case 6:
		return parse_v6(bytes, lost, out);
	default:
		return ERR_MALFORMED;
	}
}

/* Length of the extension header at the front, 0 when `proto` is none of this IP version. */
static size_t extension_length(const struct ip *p, const uint8_t *h)
{
	if (p->proto == AUTHENTICATION)
		return ((size_t)h[1] + 2) * 4; /* RFC 4302 2.2 */
	if (p->version != 6)
		return 0;
	switch (p->proto) {
	case HOP_BY_HOP:
	case ROUTING:
	case DESTINATION:
	case MOBILITY:
	case HOST_IDENTITY:
	case SHIM6:
		return ((size_t)h[1] + 1) * 8;
	case FRAGMENT:
		return 8;
	default:
		return 0;
	}
}

static bool is_extension(const struct ip *p)
{
	static const uint8_t none[2];

	return extension_length(p, none) != 0;
}

/* RFC 8200 4.5. A header that says "all of it" (RFC 6946) is no fragment. */
static void read_fragment(struct ip *p, const uint8_t *h)
{
	uint16_t field = bytes_be16(h + 2);

	p->offset = field & 0xfff8;
	p->more = field & 1;
	p->fragment = p->more || p->offset;
	p->id = bytes_be32(h + 4);
}

enum err ip_extensions(struct ip *p)
{
	for (unsigned count = 0; is_extension(p); count++) {
		if (count == MAX_EXTENSIONS)
			return ERR_LIMIT;
		if (p->payload.n < 2)
			return ERR_TRUNCATED;
		size_t n = extension_length(p, p->payload.p);
		struct cursor c = cursor_over(p->payload);
		struct slice h = cursor_take(&c, n);
		if (c.short_read)
			return ERR_TRUNCATED;
		if (p->proto == FRAGMENT)
			read_fragment(p, h.p);
		p->proto = h.p[0];
		p->payload = c.left;
		p->len -= (uint32_t)n;
		if (p->fragment)
			return ERR_OK;
	}
	return ERR_OK;
}

enum err ip_udp(const struct ip *p, struct ip_datagram *out)
{
	struct slice rest = p->payload;
	const uint8_t *h = bytes_take(&rest, 8);

	if (!h)
		return ERR_TRUNCATED;
	uint32_t length = bytes_be16(h + 4);
	if (length == 0 || p->proto == IP_UDPLITE) /* there the field is a checksum coverage */
		length = p->len;
	if (length < 8 || length > p->len)
		return ERR_MALFORMED;
	out->len = length - 8;
	out->bytes = bytes_upto(rest, out->len);
	out->sport = bytes_be16(h);
	out->dport = bytes_be16(h + 2);
	return ERR_OK;
}

enum err ip_tcp(const struct ip *p, struct ip_segment *out)
{
	struct slice rest = p->payload;
	const uint8_t *h = bytes_take(&rest, 20);

	if (!h)
		return ERR_TRUNCATED;
	size_t header = (size_t)(h[12] >> 4) * 4;
	if (header < 20 || header > p->len)
		return ERR_MALFORMED;
	if (!bytes_take(&rest, header - 20))
		return ERR_TRUNCATED;
	out->len = p->len - (uint32_t)header;
	out->bytes = rest;
	out->sport = bytes_be16(h);
	out->dport = bytes_be16(h + 2);
	out->seq = bytes_be32(h + 4);
	out->ack = bytes_be32(h + 8);
	out->flags = h[13];
	return ERR_OK;
}

enum err ip_sctp(const struct ip *p, struct ip_datagram *out, struct cursor *chunks)
{
	*chunks = cursor_over(p->payload);
	struct slice h = cursor_take(chunks, 12);

	if (chunks->short_read)
		return ERR_TRUNCATED;
	out->bytes = chunks->left;
	out->len = p->len - 12;
	out->sport = bytes_be16(h.p);
	out->dport = bytes_be16(h.p + 2);
	return ERR_OK;
}

bool ip_sctp_data(struct cursor *chunks, struct slice *data, bool *whole)
{
	enum { DATA = 0, I_DATA = 64, FIRST_AND_LAST = 3 };

	for (;;) {
		struct slice h = cursor_take(chunks, 4);
		if (chunks->short_read)
			return false;
		size_t length = bytes_be16(h.p + 2);
		if (length < 4)
			return false;
		struct cursor body = cursor_over(cursor_take(chunks, length - 4));
		if (chunks->short_read)
			return false;
		/* padding to 4 octets is not part of the length, and may be missing at the end */
		chunks->left = slice_from(chunks->left, (4 - length % 4) % 4);
		if (h.p[0] != DATA && h.p[0] != I_DATA)
			continue;
		cursor_skip(&body, h.p[0] == DATA ? 12 : 16);
		*data = body.left;
		*whole = (h.p[1] & FIRST_AND_LAST) == FIRST_AND_LAST;
		if (!body.short_read)
			return true;
	}
}
