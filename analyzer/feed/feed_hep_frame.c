/* feed_hep_frame.c - only what a listener must know of HEPv3; the observe room reads the rest. */
#include "analyzer/feed/feed_hep_frame.h"

#include <string.h>

#include "analyzer/base/cursor.h"

enum {
	HEADER = 6,	  /* "HEP3" and the length of all */
	CHUNK_HEADER = 6, /* vendor, type, length */
	CHUNKS_MAX = 64,  /* as the parser of what is inside has it */
	CHUNK_KEY = 14,
	V4_HEADER = 20,
	V6_HEADER = 40,
	UDP_HEADER = 8,
	UDP = 17,
	HOPS = 64,
};

static const char magic[4] = { 'H', 'E', 'P', '3' };

enum err feed_hep_frame_cut(struct slice *stream, struct slice *packet)
{
	struct cursor c = cursor_over(*stream);
	size_t known = stream->n < sizeof magic ? stream->n : sizeof magic;

	if (known && memcmp(stream->p, magic, known) != 0)
		return ERR_MALFORMED;
	cursor_skip(&c, sizeof magic);
	size_t length = cursor_u16(&c);
	if (c.short_read)
		return ERR_TRUNCATED;
	if (length < HEADER)
		return ERR_MALFORMED;
	if (stream->n < length)
		return ERR_TRUNCATED;
	*packet = slice_upto(*stream, length);
	*stream = slice_from(*stream, length);
	return ERR_OK;
}

/* The next chunk of the generic vendor or another; false: the octets are none. */
static bool next_chunk(struct cursor *c, uint32_t *kind, struct slice *value)
{
	uint16_t vendor = cursor_u16(c), type = cursor_u16(c), length = cursor_u16(c);

	if (c->short_read || length < CHUNK_HEADER)
		return false;
	*kind = (uint32_t)vendor << 16 | type;
	*value = cursor_take(c, (size_t)length - CHUNK_HEADER);
	return !c->short_read;
}

static bool same_key(struct slice given, const char *key)
{
	size_t n = strlen(key);
	volatile uint8_t differ = given.n != n;

	for (size_t i = 0; i < given.n && n; i++)
		differ = (uint8_t)(differ | (given.p[i] ^ (uint8_t)key[i % n]));
	return !differ;
}

enum err feed_hep_frame_check(struct slice packet, const char *key)
{
	struct slice rest = packet, whole, value;
	bool let_in = key == NULL;
	uint32_t kind;

	if (feed_hep_frame_cut(&rest, &whole) || rest.n)
		return ERR_MALFORMED;
	struct cursor c = cursor_over(slice_from(whole, HEADER));
	for (unsigned i = 0; c.left.n; i++) {
		if (i == CHUNKS_MAX || !next_chunk(&c, &kind, &value))
			return ERR_MALFORMED;
		if (key && kind == CHUNK_KEY)
			let_in = same_key(value, key);
	}
	if (!let_in)
		return ERR_USAGE;
	return packet.n > FEED_HEP_FRAME_PACKET ? ERR_LIMIT : ERR_OK;
}

static void put16(uint8_t *to, size_t v)
{
	to[0] = (uint8_t)(v >> 8);
	to[1] = (uint8_t)v;
}

/* RFC 1071, over an even number of octets but at the end. */
static uint32_t sum(uint32_t before, const uint8_t *p, size_t n)
{
	uint64_t s = before;

	for (size_t i = 0; i + 1 < n; i += 2)
		s += (uint32_t)p[i] << 8 | p[i + 1];
	if (n & 1)
		s += (uint32_t)p[n - 1] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint32_t)s;
}

static size_t put_v4(uint8_t *to, size_t length, const struct endpoint *src,
		     const struct endpoint *dst, uint16_t id)
{
	memset(to, 0, V4_HEADER);
	to[0] = 0x45;
	put16(to + 2, V4_HEADER + length);
	put16(to + 4, id);
	to[8] = HOPS;
	to[9] = UDP;
	memcpy(to + 12, src->addr.b + 12, 4);
	memcpy(to + 16, dst->addr.b + 12, 4);
	put16(to + 10, ~sum(0, to, V4_HEADER) & 0xffff);
	return V4_HEADER;
}

static size_t put_v6(uint8_t *to, size_t length, const struct endpoint *src,
		     const struct endpoint *dst)
{
	memset(to, 0, V6_HEADER);
	to[0] = 0x60;
	put16(to + 4, length);
	to[6] = UDP;
	to[7] = HOPS;
	memcpy(to + 8, src->addr.b, sizeof src->addr.b);
	memcpy(to + 24, dst->addr.b, sizeof dst->addr.b);
	return V6_HEADER;
}

static void hide_key(uint8_t *packet, size_t n)
{
	struct cursor c = cursor_over((struct slice){ packet + HEADER, n - HEADER });
	struct slice value;
	uint32_t kind;

	while (c.left.n && next_chunk(&c, &kind, &value))
		if (kind == CHUNK_KEY && value.n)
			memset(packet + (value.p - packet), 0, value.n);
}

size_t feed_hep_frame_make(uint8_t to[FEED_HEP_FRAME_MAX], struct slice packet,
			   const struct endpoint *src, const struct endpoint *dst, uint16_t id)
{
	size_t length = UDP_HEADER + packet.n;
	bool v4 = addr_is_v4(&src->addr) && addr_is_v4(&dst->addr);
	size_t at = v4 ? put_v4(to, length, src, dst, id) : put_v6(to, length, src, dst);
	uint8_t *udp = to + at;

	put16(udp, src->port);
	put16(udp + 2, dst->port);
	put16(udp + 4, length);
	put16(udp + 6, 0);
	memcpy(udp + UDP_HEADER, packet.p, packet.n);
	hide_key(udp + UDP_HEADER, packet.n);
	/* The pseudo header: addresses, protocol, length (RFC 768, RFC 8200 8.1). */
	size_t addresses = v4 ? 8 : 32;
	uint32_t s = sum((uint32_t)(UDP + length), udp - addresses, addresses + length);
	uint32_t check = ~s & 0xffff;
	put16(udp + 6, check ? check : 0xffff);
	return at + length;
}
