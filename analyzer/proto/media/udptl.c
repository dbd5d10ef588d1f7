/* udptl.c - the UDPTL packet: aligned PER by hand (ITU-T T.38 section 9 and annex A). */
#include "analyzer/proto/media/udptl.h"

#include "analyzer/base/cursor.h"

/* A PER length: 7 bits, or 14 bits after 10; longer ones come in pieces, which no fax needs. */
static enum err read_length(struct cursor *c, size_t *out)
{
	uint8_t first = cursor_u8(c);

	*out = first;
	if (first >> 6 == 3)
		return ERR_UNSUPPORTED;
	if (first & 0x80)
		*out = (size_t)(first & 0x3f) << 8 | cursor_u8(c);
	return c->short_read ? ERR_TRUNCATED : ERR_OK;
}

static enum err read_open(struct cursor *c, struct slice *out)
{
	size_t len = 0;
	enum err e = read_length(c, &len);

	if (e)
		return e;
	*out = cursor_take(c, len);
	return c->short_read ? ERR_TRUNCATED : ERR_OK;
}

static enum err read_recovery(struct cursor *c, struct udptl_packet *out)
{
	size_t count = 0;
	struct slice field;

	out->fec = cursor_u8(c) & 0x80;
	if (out->fec) {
		/* fec-npackets: an INTEGER of one octet, its length in front */
		if (cursor_u8(c) != 1)
			return c->short_read ? ERR_TRUNCATED : ERR_MALFORMED;
		cursor_skip(c, 1);
	}
	enum err e = read_length(c, &count);
	if (e)
		return e;
	if (count > UDPTL_RECOVERY_MAX)
		return ERR_LIMIT;
	out->recovery = (uint8_t)count;
	for (size_t i = 0; i < count && !e; i++)
		e = read_open(c, &field);
	return e;
}

enum err udptl_parse(struct slice datagram, struct udptl_packet *out)
{
	struct cursor c = cursor_over(datagram);

	*out = (struct udptl_packet){ 0 };
	out->seq = cursor_u16(&c);
	if (c.short_read)
		return ERR_TRUNCATED;
	enum err e = read_open(&c, &out->primary);
	if (!e)
		e = read_recovery(&c, out);
	if (!e && c.left.n)
		e = ERR_MALFORMED;
	return e;
}

/*
 * IFPPacket: a bit for the optional data, a choice of indicator or data type,
 * an extension bit. An indicator is 4 bits wide, or 6 when extended, and has
 * no data field; t30-data is 3 bits wide, or 4 and more when extended.
 */
static bool ifp_ok(struct slice ifp)
{
	if (ifp.n == 0)
		return false;
	bool has_data = ifp.p[0] & 0x80;
	bool is_data = ifp.p[0] & 0x40;
	bool extended = ifp.p[0] & 0x20;
	if (!is_data)
		return !has_data && ifp.n == (extended ? 2u : 1u);
	return has_data ? ifp.n > 1 : ifp.n <= 2;
}

bool udptl_looks_like(struct slice datagram)
{
	struct udptl_packet packet;

	return udptl_parse(datagram, &packet) == ERR_OK && ifp_ok(packet.primary);
}
