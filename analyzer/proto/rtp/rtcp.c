/* rtcp.c - walks an RTCP compound and says whether all of it can be read. */
#include "analyzer/proto/rtp/rtcp.h"

#include "analyzer/base/cursor.h"

enum {
	HEADER = 4,
	FIRST_TYPE = 192,
	SENDER_INFO = 24, /* SSRC and sender info of an SR */
	REPORT_BLOCK = 24,
	CNAME = 1,
	TRAILER_MIN = 14, /* E|index and the 80-bit tag: never less (RFC 3711 5.2) */
	INDEX_MAX = 1 << 24,
};

/* Items of one SDES chunk to its zero octet, then to the next 32-bit boundary (RFC 3550 6.5). */
static bool chunk_ok(struct cursor *c, struct rtcp_read *out)
{
	cursor_skip(c, 4);
	for (;;) {
		uint8_t type = cursor_u8(c);
		if (c->short_read)
			return false;
		if (type == 0)
			break;
		struct slice text = cursor_take(c, cursor_u8(c));
		if (c->short_read)
			return false;
		if (type == CNAME && !out->has_cname) {
			out->has_cname = true;
			out->cname = text;
		}
	}
	/* The packet is whole words long, so what is left tells how far the boundary is. */
	cursor_skip(c, c->left.n % 4);
	return true;
}

static bool sdes_ok(struct slice body, unsigned count, struct rtcp_read *out)
{
	struct cursor c = cursor_over(body);

	for (unsigned i = 0; i < count; i++)
		if (!chunk_ok(&c, out))
			return false;
	return c.left.n == 0;
}

static bool bye_ok(struct slice body, unsigned count)
{
	struct cursor c = cursor_over(body);

	cursor_skip(&c, 4 * (size_t)count);
	if (c.short_read)
		return false;
	if (c.left.n == 0)
		return true;
	size_t reason = cursor_u8(&c);
	return reason <= c.left.n && c.left.n - reason < 4;
}

/* `body` is all after the 4-octet header, padding removed. */
static bool packet_ok(uint8_t type, unsigned count, struct slice body, struct rtcp_read *out)
{
	switch (type) {
	case RTCP_SR:
		return body.n >= SENDER_INFO + (size_t)count * REPORT_BLOCK;
	case RTCP_RR:
		return body.n >= 4 + (size_t)count * REPORT_BLOCK;
	case RTCP_SDES:
		return sdes_ok(body, count, out);
	case RTCP_BYE:
		return bye_ok(body, count);
	case RTCP_APP:
	case RTCP_RTPFB:
	case RTCP_PSFB:
		return body.n >= 8;
	case RTCP_XR:
		return body.n >= 4;
	default:
		/* 192 FIR and 193 NACK of RFC 2032, 194 SMPTETC, 195 IJ, 208 AVB, 209 RSI ... */
		return (type >= FIRST_TYPE && type <= 195) || (type >= 208 && type <= 213);
	}
}

/* Padding may stand on the last packet of a compound only (RFC 3550 6.4.1). */
static bool drop_padding(struct slice *body, bool last)
{
	if (!last || body->n == 0)
		return false;
	uint8_t count = body->p[body->n - 1];
	if (count == 0 || count % 4 || count > body->n)
		return false;
	body->n -= count;
	return true;
}

/* Takes one packet off the front; leaves `rest` alone and gives false where the chain breaks. */
static bool next_packet(struct slice *rest, struct rtcp_read *out)
{
	struct cursor c = cursor_over(*rest);
	uint8_t first = cursor_u8(&c);
	uint8_t type = cursor_u8(&c);
	struct slice body = cursor_take(&c, 4 * (size_t)cursor_u16(&c));
	struct rtcp_read with = *out;

	if (c.short_read || first >> 6 != 2 || type < FIRST_TYPE)
		return false;
	if (first & 0x20 && !drop_padding(&body, c.left.n == 0))
		return false;
	if (!packet_ok(type, first & 0x1f, body, &with))
		return false;
	*out = with;
	out->types |= UINT32_C(1) << (type - FIRST_TYPE);
	out->packets++;
	*rest = c.left;
	return true;
}

static bool index_at(struct slice s, size_t at, uint32_t e_bit, struct rtcp_read *out)
{
	struct cursor c = cursor_over(slice_from(s, at));
	uint32_t word = cursor_u32(&c);

	if (c.short_read || word >> 31 != e_bit || (word & INT32_MAX) >= INDEX_MAX)
		return false;
	out->has_trailer = true;
	out->index = word & INT32_MAX;
	return true;
}

/*
 * Where E|index stands depends on the suite: before an 80-bit tag and a key
 * identifier of 0 to 4 octets, or last but for the identifier under GCM
 * (RFC 7714 9.2), or before a 32-bit tag, which is not allowed and seen.
 */
static bool find_encrypted_trailer(struct slice s, struct rtcp_read *out)
{
	static const uint8_t behind[] = { 14, 4, 8, 15, 16, 18, 5, 6 };

	for (size_t i = 0; i < sizeof(behind); i++)
		if (s.n >= behind[i] && index_at(s, s.n - behind[i], 1, out))
			return true;
	return false;
}

/* With E=0 every packet parsed, so `rest` is the trailer and nothing else. */
static bool is_clear_trailer(struct slice rest, struct rtcp_read *out)
{
	switch (rest.n) {
	case 14:
	case 15:
	case 16:
	case 18:
		return index_at(rest, 0, 0, out);
	case 20:
	case 21:
	case 22:
	case 24:
		return index_at(rest, 16, 0, out);
	default:
		return false;
	}
}

/* A lone APP or BYE is sent before keys exist and after they are gone: it says nothing of the rest.
 */
static bool says_little(const struct rtcp_read *seen)
{
	uint32_t little =
		UINT32_C(1) << (RTCP_APP - FIRST_TYPE) | UINT32_C(1) << (RTCP_BYE - FIRST_TYPE);

	return seen->packets == 1 && (seen->types & ~little) == 0;
}

/* The chain parsed up to `rest`, which is no packet: noise, or the trailer of authenticated RTCP?
 */
static enum rtcp_look look_at_rest(struct slice datagram, struct slice rest, struct rtcp_read *out)
{
	size_t first_len = HEADER + 4 * ((size_t)datagram.p[2] << 8 | datagram.p[3]);

	if (datagram.n < first_len + TRAILER_MIN)
		return RTCP_LOOK_UNDECIDED;
	if (out->packets && is_clear_trailer(rest, out))
		return says_little(out) ? RTCP_LOOK_UNDECIDED : RTCP_LOOK_CLEAR;
	if (datagram.p[1] >= RTCP_SR && datagram.p[1] <= RTCP_XR &&
	    find_encrypted_trailer(slice_from(datagram, 8), out)) {
		/* What parsed behind the clear first words was ciphertext that looked well. */
		out->has_cname = false;
		out->cname = (struct slice){ NULL, 0 };
		return RTCP_LOOK_ENCRYPTED;
	}
	return RTCP_LOOK_UNDECIDED;
}

void rtcp_parse(struct slice datagram, struct rtcp_read *out)
{
	struct slice rest = datagram;

	*out = (struct rtcp_read){ 0 };
	if (!rtcp_is_rtcp(datagram))
		return;
	struct cursor c = cursor_over(slice_from(datagram, HEADER));
	out->ssrc = cursor_u32(&c);
	while (rest.n && out->packets < RTCP_PACKETS_MAX && next_packet(&rest, out))
		;
	if (rest.n == 0)
		out->look = says_little(out) ? RTCP_LOOK_UNDECIDED : RTCP_LOOK_CLEAR;
	else
		out->look = look_at_rest(datagram, rest, out);
}

bool rtcp_has_type(const struct rtcp_read *seen, enum rtcp_type type)
{
	return seen->types >> (type - FIRST_TYPE) & 1;
}
