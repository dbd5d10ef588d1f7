/* stun.c - STUN messages, their attributes, and how they lie in a stream. */
#include "analyzer/proto/stun/stun.h"

#include "analyzer/base/cursor.h"

#include <string.h>

#define COOKIE UINT32_C(0x2112a442)
enum { HEADER = 20 };

enum attribute {
	MAPPED_ADDRESS = 0x0001,
	USERNAME = 0x0006,
	MESSAGE_INTEGRITY = 0x0008,
	ERROR_CODE = 0x0009,
	CHANNEL_NUMBER = 0x000c,
	LIFETIME = 0x000d,
	XOR_PEER_ADDRESS = 0x0012,
	DATA = 0x0013,
	XOR_RELAYED_ADDRESS = 0x0016,
	MESSAGE_INTEGRITY_SHA256 = 0x001c,
	XOR_MAPPED_ADDRESS = 0x0020,
	PRIORITY = 0x0024,
	USE_CANDIDATE = 0x0025,
	FINGERPRINT = 0x8028,
	ICE_CONTROLLED = 0x8029,
	ICE_CONTROLLING = 0x802a,
};

/* RFC 8489 14.1 and 14.2: the mask is the 16 octets from the magic cookie on; NULL: a plain
 * address. */
static bool read_address(struct slice value, const uint8_t *mask, struct endpoint *out)
{
	struct cursor c = cursor_over(value);
	uint8_t raw[16];

	cursor_skip(&c, 1);
	uint8_t family = cursor_u8(&c);
	uint16_t port = cursor_u16(&c);
	size_t n = family == 1 ? 4 : family == 2 ? 16 : 0;
	struct slice octets = cursor_take(&c, n);
	if (c.short_read || n == 0 || c.left.n)
		return false;
	for (size_t i = 0; i < n; i++)
		raw[i] = (uint8_t)(octets.p[i] ^ (mask ? mask[i] : 0));
	out->port = (uint16_t)(port ^ (mask ? (unsigned)mask[0] << 8 | mask[1] : 0U));
	out->addr = n == 4 ? addr_v4(raw) : addr_v6(raw);
	return true;
}

static void set(struct stun_message *out, bool ok, enum stun_has bit)
{
	if (ok)
		out->has |= (uint32_t)bit;
}

static void take_username(struct slice value, struct stun_message *out)
{
	size_t colon = slice_find(value, ':');

	out->username = value;
	out->has |= STUN_HAS_USERNAME;
	if (colon == value.n)
		return;
	out->ufrag_to = slice_upto(value, colon);
	out->ufrag_from = slice_from(value, colon + 1);
}

static void take_peer(struct slice value, const uint8_t *mask, struct stun_message *out)
{
	struct endpoint peer;

	if (!read_address(value, mask, &peer))
		return;
	if (out->peer_count < STUN_PEERS_MAX)
		out->peers[out->peer_count++] = peer;
	else
		out->peers_dropped++;
}

static bool take_number(struct slice value, size_t n, uint32_t *out)
{
	struct cursor c = cursor_over(value);

	if (value.n != n)
		return false;
	*out = cursor_u32(&c);
	return true;
}

static bool take_error(struct slice value, struct stun_message *out)
{
	if (value.n < 4 || (value.p[2] & 7) < 3 || (value.p[2] & 7) > 6 || value.p[3] > 99)
		return false;
	out->error_code = (uint16_t)((value.p[2] & 7) * 100 + value.p[3]);
	return true;
}

/* Addresses and what TURN adds; false for an attribute of another kind. */
static bool take_address_or_turn(uint16_t type, struct slice v, const uint8_t *mask,
				 struct stun_message *out)
{
	struct cursor c = cursor_over(v);

	switch (type) {
	case MAPPED_ADDRESS:
		if (!(out->has & STUN_HAS_MAPPED))
			set(out, read_address(v, NULL, &out->mapped), STUN_HAS_MAPPED);
		return true;
	case XOR_MAPPED_ADDRESS:
		set(out, read_address(v, mask, &out->mapped), STUN_HAS_MAPPED);
		return true;
	case XOR_RELAYED_ADDRESS:
		set(out, read_address(v, mask, &out->relayed), STUN_HAS_RELAYED);
		return true;
	case XOR_PEER_ADDRESS:
		take_peer(v, mask, out);
		return true;
	case DATA:
		out->data = v;
		set(out, true, STUN_HAS_DATA);
		return true;
	case CHANNEL_NUMBER:
		out->channel = cursor_u16(&c);
		set(out, v.n == 4, STUN_HAS_CHANNEL);
		return true;
	case LIFETIME:
		set(out, take_number(v, 4, &out->lifetime), STUN_HAS_LIFETIME);
		return true;
	default:
		return false;
	}
}

static void take_attribute(uint16_t type, struct slice v, const uint8_t *mask,
			   struct stun_message *out)
{
	if (take_address_or_turn(type, v, mask, out))
		return;
	switch (type) {
	case USERNAME:
		take_username(v, out);
		break;
	case MESSAGE_INTEGRITY:
		set(out, v.n == 20, STUN_HAS_INTEGRITY);
		break;
	case MESSAGE_INTEGRITY_SHA256:
		set(out, v.n >= 16 && v.n <= 32, STUN_HAS_INTEGRITY);
		break;
	case ERROR_CODE:
		set(out, take_error(v, out), STUN_HAS_ERROR_CODE);
		break;
	case PRIORITY:
		set(out, take_number(v, 4, &out->priority), STUN_HAS_PRIORITY);
		break;
	case USE_CANDIDATE:
		set(out, v.n == 0, STUN_HAS_USE_CANDIDATE);
		break;
	case FINGERPRINT:
		set(out, v.n == 4, STUN_HAS_FINGERPRINT);
		break;
	case ICE_CONTROLLED:
		set(out, v.n == 8, STUN_HAS_CONTROLLED);
		break;
	case ICE_CONTROLLING:
		set(out, v.n == 8, STUN_HAS_CONTROLLING);
		break;
	default:
		break;
	}
}

static bool walk_attributes(struct slice body, const uint8_t *mask, struct stun_message *out)
{
	struct cursor c = cursor_over(body);

	for (unsigned i = 0; c.left.n; i++) {
		uint16_t type = cursor_u16(&c);
		uint16_t len = cursor_u16(&c);
		struct slice value = cursor_take(&c, len);
		/* RFC 3489 had no padding: its lengths are multiples of 4 themselves. */
		cursor_skip(&c, (4 - len % 4u) % 4u);
		if (c.short_read || i == STUN_ATTRIBUTES_MAX)
			return false;
		take_attribute(type, value, mask, out);
	}
	return true;
}

/* RFC 3489 section 11.1: requests 1 and 2, their responses, and no other type. */
static bool classic_type(uint16_t type)
{
	return (type & ~0x0110) == 1 || (type & ~0x0110) == 2;
}

enum err stun_parse(struct slice datagram, struct stun_message *out)
{
	struct cursor c = cursor_over(datagram);
	uint16_t type = cursor_u16(&c);
	uint16_t len = cursor_u16(&c);
	struct slice id = cursor_take(&c, 16);
	struct slice body = cursor_take(&c, len);
	static const uint8_t cookie[] = { 0x21, 0x12, 0xa4, 0x42 };

	*out = (struct stun_message){ 0 };
	if (datagram.n && datagram.p[0] > 0x3f)
		return ERR_MALFORMED;
	if (c.short_read)
		return ERR_TRUNCATED;
	out->classic = memcmp(id.p, cookie, 4) != 0;
	out->transaction = out->classic ? id : slice_from(id, 4);
	/* The class lies in bits 4 and 8 of the type, the method around them (RFC 8489 5). */
	out->kind = (enum stun_class)((type >> 4 & 1) | (type >> 7 & 2));
	out->method = (uint16_t)((type & 0x000f) | (type >> 1 & 0x0070) | (type >> 2 & 0x0f80));
	if (len % 4 || c.left.n)
		return ERR_MALFORMED;
	if (out->classic && (!classic_type(type) || out->kind == STUN_INDICATION))
		return ERR_MALFORMED;
	return walk_attributes(body, id.p, out) ? ERR_OK : ERR_MALFORMED;
}

enum err stun_channel_parse(struct slice datagram, struct stun_channel_data *out)
{
	struct cursor c = cursor_over(datagram);

	out->channel = cursor_u16(&c);
	out->data = cursor_take(&c, cursor_u16(&c));
	if (datagram.n && (datagram.p[0] & 0xf0) != 0x40)
		return ERR_MALFORMED;
	if (c.short_read)
		return ERR_TRUNCATED;
	return c.left.n > 3 ? ERR_MALFORMED : ERR_OK;
}

enum err stun_frame(struct slice *stream, struct stun_frame *out)
{
	struct cursor c = cursor_over(*stream);

	*out = (struct stun_frame){ 0 };
	if (stream->n == 0)
		return ERR_TRUNCATED;
	out->is_channel = (stream->p[0] & 0xf0) == 0x40;
	if (!out->is_channel && stream->p[0] > 0x3f)
		return ERR_MALFORMED;
	cursor_skip(&c, 2);
	size_t len = cursor_u16(&c);
	if (!c.short_read && !out->is_channel && len % 4)
		return ERR_MALFORMED;
	uint32_t cookie = out->is_channel ? COOKIE : cursor_u32(&c);
	if (c.short_read)
		return ERR_TRUNCATED;
	if (cookie != COOKIE)
		return ERR_MALFORMED;
	size_t whole = out->is_channel ? 4 + len : HEADER + len;
	size_t padded = (whole + 3) & ~(size_t)3;
	if (stream->n < padded)
		return ERR_TRUNCATED;
	out->bytes = slice_upto(*stream, whole);
	*stream = slice_from(*stream, padded);
	return ERR_OK;
}
