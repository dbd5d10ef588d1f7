/* zrtp.c - ZRTP packets, their checksum, and the Hello. */
#include "analyzer/proto/zrtp/zrtp.h"

#include "analyzer/base/cursor.h"

#define COOKIE UINT32_C(0x5a525450)
enum { FIRST_WORD = 0x1000, PREAMBLE = 0x505a, HEADER = 12, CRC = 4, TYPE = 8, LIST_MAX = 7 };

static const struct {
	char wire[TYPE + 1];
	const char *name;
} types[ZRTP_TYPE_COUNT] = {
	[ZRTP_UNKNOWN] = { "", "unknown" },
	[ZRTP_HELLO] = { "Hello   ", "Hello" },
	[ZRTP_HELLO_ACK] = { "HelloACK", "HelloACK" },
	[ZRTP_COMMIT] = { "Commit  ", "Commit" },
	[ZRTP_DHPART1] = { "DHPart1 ", "DHPart1" },
	[ZRTP_DHPART2] = { "DHPart2 ", "DHPart2" },
	[ZRTP_CONFIRM1] = { "Confirm1", "Confirm1" },
	[ZRTP_CONFIRM2] = { "Confirm2", "Confirm2" },
	[ZRTP_CONF2_ACK] = { "Conf2ACK", "Conf2ACK" },
	[ZRTP_ERROR] = { "Error   ", "Error" },
	[ZRTP_ERROR_ACK] = { "ErrorACK", "ErrorACK" },
	[ZRTP_GO_CLEAR] = { "GoClear ", "GoClear" },
	[ZRTP_CLEAR_ACK] = { "ClearACK", "ClearACK" },
	[ZRTP_SAS_RELAY] = { "SASrelay", "SASrelay" },
	[ZRTP_RELAY_ACK] = { "RelayACK", "RelayACK" },
	[ZRTP_PING] = { "Ping    ", "Ping" },
	[ZRTP_PING_ACK] = { "PingACK ", "PingACK" },
};

/* Remainders of the reflected polynomial 0x82f63b78, four bits at a time. */
static const uint32_t nibble_crc[16] = {
	0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
	0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
	0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t zrtp_crc32c(struct slice s)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < s.n; i++) {
		crc ^= s.p[i];
		crc = crc >> 4 ^ nibble_crc[crc & 15];
		crc = crc >> 4 ^ nibble_crc[crc & 15];
	}
	return ~crc;
}

bool zrtp_looks_like(struct slice datagram)
{
	struct cursor c = cursor_over(datagram);
	uint8_t first = cursor_u8(&c);

	cursor_skip(&c, 3);
	return cursor_u32(&c) == COOKIE && first == FIRST_WORD >> 8;
}

static enum zrtp_type type_of(struct slice wire)
{
	for (int i = ZRTP_UNKNOWN + 1; i < ZRTP_TYPE_COUNT; i++)
		if (slice_eq(wire, slice_of(types[i].wire)))
			return (enum zrtp_type)i;
	return ZRTP_UNKNOWN;
}

static uint32_t little_endian(struct slice s)
{
	return (uint32_t)s.p[3] << 24 | (uint32_t)s.p[2] << 16 | (uint32_t)s.p[1] << 8 | s.p[0];
}

enum err zrtp_parse(struct slice datagram, struct zrtp_packet *out)
{
	struct cursor c = cursor_over(datagram);

	*out = (struct zrtp_packet){ 0 };
	if (cursor_u16(&c) != FIRST_WORD)
		return c.short_read ? ERR_TRUNCATED : ERR_MALFORMED;
	out->seq = cursor_u16(&c);
	uint32_t cookie = cursor_u32(&c);
	out->ssrc = cursor_u32(&c);
	uint16_t preamble = cursor_u16(&c);
	/* Words of the message, preamble and length included (RFC 6189 5.1). */
	size_t len = 4 * (size_t)cursor_u16(&c);
	struct slice type = cursor_take(&c, TYPE);
	if (c.short_read)
		return ERR_TRUNCATED;
	if (cookie != COOKIE || preamble != PREAMBLE || len < 4 + TYPE)
		return ERR_MALFORMED;
	if (datagram.n != HEADER + len + CRC)
		return datagram.n < HEADER + len + CRC ? ERR_TRUNCATED : ERR_MALFORMED;
	out->type = type_of(type);
	out->message = slice_upto(slice_from(datagram, HEADER), len);
	out->crc_ok = little_endian(slice_from(datagram, HEADER + len)) ==
		      zrtp_crc32c(slice_upto(datagram, HEADER + len));
	return ERR_OK;
}

const char *zrtp_type_name(enum zrtp_type type)
{
	return types[(unsigned)type < ZRTP_TYPE_COUNT ? type : ZRTP_UNKNOWN].name;
}

enum err zrtp_hello(struct slice message, struct zrtp_hello *out)
{
	struct cursor c = cursor_over(message);

	*out = (struct zrtp_hello){ 0 };
	cursor_skip(&c, 4 + TYPE);
	out->version = cursor_take(&c, 4);
	out->client = cursor_take(&c, 16);
	out->h3 = cursor_take(&c, 32);
	out->zid = cursor_take(&c, 12);
	uint32_t word = cursor_u32(&c);
	uint8_t flags = (uint8_t)(word >> 24);
	/* RFC 6189 5.2: 0 S M P, 8 unused bits, then hc, cc, ac, kc, sc of 4 bits each. */
	struct slice *lists[] = { &out->hashes, &out->ciphers, &out->tags, &out->agreements,
				  &out->sas_types };
	for (unsigned i = 0; i < 5; i++) {
		unsigned count = word >> (16 - 4 * i) & 15;
		if (!c.short_read && count > LIST_MAX)
			return ERR_MALFORMED;
		*lists[i] = cursor_take(&c, 4 * (size_t)count);
	}
	out->mac = cursor_take(&c, 8);
	if (c.short_read)
		return ERR_TRUNCATED;
	out->signature_capable = flags & 0x40;
	out->mitm = flags & 0x20;
	out->passive = flags & 0x10;
	return c.left.n ? ERR_MALFORMED : ERR_OK;
}

enum err zrtp_commit(struct slice message, struct zrtp_commit *out)
{
	enum { NONCE = 16, KEY_ID = 8, HVI = 32 };
	struct cursor c = cursor_over(message);

	*out = (struct zrtp_commit){ .multistream = false };
	cursor_skip(&c, 4 + TYPE);
	out->h2 = cursor_take(&c, 32);
	out->zid = cursor_take(&c, 12);
	struct slice *names[] = { &out->hash, &out->cipher, &out->tag, &out->agreement, &out->sas };
	for (unsigned i = 0; i < 5; i++)
		*names[i] = cursor_take(&c, 4);
	if (c.short_read)
		return ERR_TRUNCATED;
	out->multistream = slice_eq(out->agreement, SLICE("Mult"));
	out->preshared = slice_eq(out->agreement, SLICE("Prsh"));
	if (out->multistream || out->preshared)
		cursor_skip(&c, out->preshared ? NONCE + KEY_ID : NONCE);
	else
		out->hvi = cursor_take(&c, HVI);
	out->mac = cursor_take(&c, 8);
	if (c.short_read)
		return ERR_TRUNCATED;
	return c.left.n ? ERR_MALFORMED : ERR_OK;
}

enum err zrtp_dhpart(struct slice message, struct zrtp_dhpart *out)
{
	enum { SECRET_IDS = 32, MAC = 8 };
	struct cursor c = cursor_over(message);

	*out = (struct zrtp_dhpart){ .h1 = { NULL, 0 } };
	cursor_skip(&c, 4 + TYPE);
	out->h1 = cursor_take(&c, 32);
	cursor_skip(&c, SECRET_IDS);
	if (c.short_read || c.left.n <= MAC)
		return ERR_TRUNCATED;
	out->public = cursor_take(&c, c.left.n - MAC);
	out->mac = cursor_take(&c, MAC);
	return ERR_OK;
}
