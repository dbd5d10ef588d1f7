/* bfcp.c - the BFCP header, and whether attributes follow it. */
#include "analyzer/proto/media/bfcp.h"

#include "analyzer/base/cursor.h"

enum { RELIABLE = 1, UNRELIABLE = 2, PRIMITIVES = 18 };

enum err bfcp_next(struct slice *stream, struct bfcp_message *out)
{
	struct cursor c = cursor_over(*stream);
	uint8_t first = cursor_u8(&c);

	*out = (struct bfcp_message){ 0 };
	out->version = first >> 5;
	out->response = first & 0x10;
	out->fragment = first & 0x08;
	out->primitive = cursor_u8(&c);
	if (c.short_read)
		return ERR_TRUNCATED;
	if (out->version < RELIABLE || out->version > UNRELIABLE || first & 0x07 ||
	    out->primitive == 0 || out->primitive > PRIMITIVES)
		return ERR_MALFORMED;
	/* R and F belong to UDP; over a stream they are reserved and zero (RFC 8855 5.1). */
	if (out->version == RELIABLE && first & 0x18)
		return ERR_MALFORMED;
	size_t len = 4 * (size_t)cursor_u16(&c);
	out->conference = cursor_u32(&c);
	out->transaction = cursor_u16(&c);
	out->user = cursor_u16(&c);
	if (out->fragment) {
		cursor_skip(&c, 2);
		len = 4 * (size_t)cursor_u16(&c);
	}
	out->body = cursor_take(&c, len);
	if (c.short_read)
		return ERR_TRUNCATED;
	*stream = c.left;
	return ERR_OK;
}

/* Type and M bit, then a length that counts the two octets of itself (RFC 8855 5.2). */
static bool attributes_ok(struct slice body)
{
	struct cursor c = cursor_over(body);

	while (c.left.n) {
		cursor_skip(&c, 1);
		size_t len = cursor_u8(&c);
		if (c.short_read || len < 2)
			return false;
		cursor_skip(&c, ((len + 3) & ~(size_t)3) - 2);
		if (c.short_read)
			return false;
	}
	return true;
}

bool bfcp_looks_like(struct slice datagram)
{
	struct bfcp_message message;

	if (bfcp_next(&datagram, &message) != ERR_OK || datagram.n)
		return false;
	return message.fragment || attributes_ok(message.body);
}
