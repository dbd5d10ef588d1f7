/* hep.c - chunks of vendor, type and length; those we need are copied, the rest passed over. */
#include "analyzer/proto/hep/hep.h"

#include <string.h>

#include "analyzer/base/cursor.h"

enum chunk {
	CHUNK_PROTOCOL = 2,
	CHUNK_SRC_V4 = 3,
	CHUNK_DST_V4 = 4,
	CHUNK_SRC_V6 = 5,
	CHUNK_DST_V6 = 6,
	CHUNK_SRC_PORT = 7,
	CHUNK_DST_PORT = 8,
	CHUNK_SECONDS = 9,
	CHUNK_MICROSECONDS = 10,
	CHUNK_KIND = 11,
	CHUNK_AGENT = 12,
	CHUNK_PAYLOAD = 15,
	CHUNK_PACKED = 16,
};

enum { CHUNK_HEADER = 6, IP_TCP = 6, IP_UDP = 17, IP_IDP = 22, IP_SCTP = 132, V4 = 4, V6 = 16 };

static const char magic[] = { 'H', 'E', 'P', '3' };

bool hep_looks_like(struct slice s)
{
	size_t n = s.n < sizeof magic ? s.n : sizeof magic;

	return n > 0 && memcmp(s.p, magic, n) == 0;
}

static enum hep_carrier carrier_of(uint8_t protocol)
{
	switch (protocol) {
	case IP_UDP:
		return HEP_CARRIER_UDP;
	case IP_TCP:
		return HEP_CARRIER_TCP;
	case IP_SCTP:
		return HEP_CARRIER_SCTP;
	case IP_IDP:
		return HEP_CARRIER_TLS;
	default:
		return HEP_CARRIER_UNKNOWN;
	}
}

static void take_address(struct addr *to, struct slice value)
{
	if (value.n == V4)
		*to = addr_v4(value.p);
	else if (value.n == V6)
		*to = addr_v6(value.p);
}

/* Numbers are as long as their chunk says; no agent writes more than four octets. */
static uint32_t number(struct slice value)
{
	uint32_t v = 0;

	for (size_t i = 0; i < value.n && i < sizeof v; i++)
		v = v << 8 | value.p[i];
	return v;
}

static void take_chunk(uint16_t type, struct slice value, struct hep_packet *out)
{
	switch (type) {
	case CHUNK_PROTOCOL:
		out->carrier = carrier_of((uint8_t)number(value));
		break;
	case CHUNK_SRC_V4:
	case CHUNK_SRC_V6:
		take_address(&out->src.addr, value);
		break;
	case CHUNK_DST_V4:
	case CHUNK_DST_V6:
		take_address(&out->dst.addr, value);
		break;
	case CHUNK_SRC_PORT:
		out->src.port = (uint16_t)number(value);
		break;
	case CHUNK_DST_PORT:
		out->dst.port = (uint16_t)number(value);
		break;
	case CHUNK_SECONDS:
		out->ts_ns += number(value) * UINT64_C(1000000000);
		break;
	case CHUNK_MICROSECONDS:
		out->ts_ns += number(value) * UINT64_C(1000);
		break;
	case CHUNK_KIND:
		out->kind = (uint8_t)number(value);
		break;
	case CHUNK_AGENT:
		out->agent_id = number(value);
		break;
	case CHUNK_PACKED:
		out->packed = true;
		break;
	case CHUNK_PAYLOAD:
		out->payload = value;
		break;
	default:
		break;
	}
}

static enum err take_chunks(struct slice bytes, struct hep_packet *out)
{
	struct cursor c = cursor_over(bytes);

	for (unsigned i = 0; c.left.n; i++) {
		uint16_t vendor = cursor_u16(&c), type = cursor_u16(&c), length = cursor_u16(&c);
		if (c.short_read || length < CHUNK_HEADER || i == HEP_CHUNKS_MAX)
			return ERR_MALFORMED;
		struct slice value = cursor_take(&c, (size_t)length - CHUNK_HEADER);
		if (c.short_read)
			return ERR_MALFORMED;
		if (vendor == 0)
			take_chunk(type, value, out);
	}
	return ERR_OK;
}

enum err hep_next(struct slice *stream, struct hep_packet *out)
{
	struct cursor c = cursor_over(*stream);

	if (!hep_looks_like(*stream))
		return ERR_MALFORMED;
	cursor_skip(&c, sizeof magic);
	size_t length = cursor_u16(&c);
	if (c.short_read)
		return ERR_TRUNCATED;
	if (length < HEP_HEADER)
		return ERR_MALFORMED;
	if (stream->n < length)
		return ERR_TRUNCATED;
	*out = (struct hep_packet){ .ts_ns = 0 };
	enum err e = take_chunks(slice_upto(c.left, length - HEP_HEADER), out);
	if (e == ERR_OK)
		*stream = slice_from(*stream, length);
	return e;
}
