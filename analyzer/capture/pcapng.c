/* pcapng.c - the block walker: both byte orders, every length checked. */
#include "analyzer/capture/pcapng.h"

#include "analyzer/base/cursor.h"
#include "analyzer/base/when.h"

enum {
	BYTE_ORDER_MARK = 0x1a2b3c4d,
	TRAILER = 4,
	CAPTURED_MAX = 262144, /* what libpcap and Wireshark hold a packet to */
	DEFAULT_RESOLUTION = 6,
	PACKET_HEAD = 20, /* of the enhanced and the old packet */
};

/* Option codes by kind of block. */
enum {
	IF_TSRESOL = 9,
	IF_TSOFFSET = 14,
	ISB_IFDROP = 5,
	ISB_OSDROP = 7,
	EPB_DROPCOUNT = 4,
};

/* A packet's head is read for every packet of a file: words, not the cursor's bytes. */
static uint32_t load32(const uint8_t *p, bool big)
{
	uint32_t v = (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];

	return big ? __builtin_bswap32(v) : v;
}

static uint64_t load64(const uint8_t *p, bool big)
{
	uint64_t first = load32(p, big), second = load32(p + 4, big);

	return big ? first << 32 | second : second << 32 | first;
}

static uint16_t u16(struct cursor *c, bool big)
{
	uint16_t v = cursor_u16(c);

	return big ? v : __builtin_bswap16(v);
}

static uint32_t u32(struct cursor *c, bool big)
{
	uint32_t v = cursor_u32(c);

	return big ? v : __builtin_bswap32(v);
}

enum err pcapng_head(struct slice s, bool big, struct pcapng_head *out)
{
	*out = (struct pcapng_head){ .big = big };
	if (s.n < PCAPNG_HEAD)
		return ERR_TRUNCATED;
	out->type = load32(s.p, big);
	if (out->type == PCAPNG_SECTION) {
		if (s.n < PCAPNG_SECTION_HEAD)
			return ERR_TRUNCATED;
		out->big = load32(s.p + PCAPNG_HEAD, true) == BYTE_ORDER_MARK;
		if (load32(s.p + PCAPNG_HEAD, out->big) != BYTE_ORDER_MARK)
			return ERR_MALFORMED;
	}
	out->length = load32(s.p + 4, out->big);
	/* Blocks are padded to 32 bits; other lengths are lies that libpcap refuses too. */
	if (out->length < PCAPNG_SMALLEST || out->length % 4)
		return ERR_MALFORMED;
	return ERR_OK;
}

enum err pcapng_block(struct slice *rest, bool big, struct pcapng_head *head, struct slice *body)
{
	enum err e = pcapng_head(*rest, big, head);

	if (e)
		return e;
	if (rest->n < head->length)
		return ERR_TRUNCATED;
	if (load32(rest->p + head->length - TRAILER, head->big) != head->length)
		return ERR_MALFORMED;
	*body = (struct slice){ rest->p + PCAPNG_HEAD, head->length - PCAPNG_SMALLEST };
	*rest = slice_from(*rest, head->length);
	return ERR_OK;
}

enum err pcapng_section(struct slice body, bool big)
{
	struct cursor c = cursor_over(body);

	cursor_skip(&c, 4);
	uint16_t major = u16(&c, big);
	cursor_skip(&c, 2 + 8); /* minor version, section length */
	if (c.short_read)
		return ERR_TRUNCATED;
	return major == 1 ? ERR_OK : ERR_UNSUPPORTED;
}

/* Options follow each other until code 0 or the end; a broken one ends them, as readers do. */
static bool next_option(struct cursor *c, bool big, uint16_t *code, struct slice *value)
{
	*code = u16(c, big);
	uint16_t n = u16(c, big);
	*value = cursor_take(c, n);
	bool whole = !c->short_read;
	cursor_skip(c, (4u - n % 4u) % 4u);
	return whole && *code != 0;
}

enum err pcapng_interface(struct slice body, bool big, struct pcapng_interface *out)
{
	struct cursor c = cursor_over(body);
	struct slice value;
	uint16_t code;

	*out = (struct pcapng_interface){ .resolution = DEFAULT_RESOLUTION };
	out->link_type = u16(&c, big);
	cursor_skip(&c, 2);
	out->snaplen = u32(&c, big);
	if (c.short_read)
		return ERR_TRUNCATED;
	while (next_option(&c, big, &code, &value)) {
		if (code == IF_TSRESOL && value.n == 1)
			out->resolution = value.p[0];
		else if (code == IF_TSOFFSET && value.n == 8)
			out->offset = (int64_t)load64(value.p, big);
	}
	return ERR_OK;
}

static uint64_t packet_drops(struct cursor *c, bool big)
{
	struct slice value;
	uint16_t code;
	uint64_t drops = 0;

	while (next_option(c, big, &code, &value))
		if (code == EPB_DROPCOUNT && value.n == 8)
			drops = load64(value.p, big);
	return drops;
}

static enum err simple_packet(struct cursor *c, bool big, uint32_t snaplen,
			      struct pcapng_packet *out)
{
	out->wire_len = u32(c, big);
	if (c->short_read)
		return ERR_TRUNCATED;
	uint32_t n = snaplen && snaplen < out->wire_len ? snaplen : out->wire_len;
	if (n > CAPTURED_MAX)
		return ERR_LIMIT;
	out->bytes = cursor_take(c, n);
	return c->short_read ? ERR_TRUNCATED : ERR_OK;
}

/* The number of lost packets stands where an enhanced packet has half of its interface. */
static void old_packet(struct slice body, bool big, struct pcapng_packet *out)
{
	struct cursor c = cursor_over(body);

	out->iface = u16(&c, big);
	out->drops = u16(&c, big);
	if (out->drops == UINT16_MAX) /* not known */
		out->drops = 0;
}

enum err pcapng_packet(uint32_t type, struct slice body, bool big, uint32_t snaplen,
		       struct pcapng_packet *out)
{
	struct cursor c = cursor_over(body);

	*out = (struct pcapng_packet){ 0 };
	if (type == PCAPNG_SIMPLE_PACKET)
		return simple_packet(&c, big, snaplen, out);
	const uint8_t *head = cursor_take(&c, PACKET_HEAD).p;
	if (c.short_read)
		return ERR_TRUNCATED;
	out->iface = load32(head, big);
	if (type == PCAPNG_OLD_PACKET)
		old_packet(body, big, out);
	out->ticks = (uint64_t)load32(head + 4, big) << 32 | load32(head + 8, big);
	uint32_t captured = load32(head + 12, big);
	out->wire_len = load32(head + 16, big);
	if (captured > CAPTURED_MAX)
		return ERR_LIMIT;
	out->bytes = cursor_take(&c, captured);
	if (c.short_read)
		return ERR_TRUNCATED;
	if (type == PCAPNG_PACKET && c.left.n > 3) {
		cursor_skip(&c, (4u - captured % 4u) % 4u);
		out->drops = packet_drops(&c, big);
	}
	return ERR_OK;
}

enum err pcapng_statistics(struct slice body, bool big, struct pcapng_statistics *out)
{
	struct cursor c = cursor_over(body);
	struct slice value;
	uint16_t code;
	uint64_t interface = 0, system = 0;

	*out = (struct pcapng_statistics){ .iface = u32(&c, big) };
	cursor_skip(&c, 8);
	if (c.short_read)
		return ERR_TRUNCATED;
	while (next_option(&c, big, &code, &value)) {
		if (code == ISB_IFDROP && value.n == 8)
			interface = load64(value.p, big);
		else if (code == ISB_OSDROP && value.n == 8)
			system = load64(value.p, big);
	}
	out->drops = interface > UINT64_MAX - system ? UINT64_MAX : interface + system;
	return ERR_OK;
}

enum err pcapng_secrets(struct slice body, bool big, struct pcapng_secrets *out)
{
	struct cursor c = cursor_over(body);

	*out = (struct pcapng_secrets){ .type = u32(&c, big) };
	uint32_t n = u32(&c, big);
	out->text = cursor_take(&c, n);
	return c.short_read ? ERR_TRUNCATED : ERR_OK;
}

/* All that 64 bits hold. */
static const uint64_t power_of_ten[] = {
	1u,
	10u,
	100u,
	1000u,
	10000u,
	100000u,
	1000000u,
	10000000u,
	100000000u,
	1000000000u,
	10000000000u,
	100000000000u,
	1000000000000u,
	10000000000000u,
	100000000000000u,
	1000000000000000u,
	10000000000000000u,
	100000000000000000u,
	1000000000000000000u,
	10000000000000000000u,
};
enum { POWERS = sizeof power_of_ten / sizeof power_of_ten[0] };

/* Whole seconds and the nanoseconds beside them. */
static void split_decimal(unsigned digits, uint64_t ticks, uint64_t *seconds, uint64_t *ns)
{
	if (digits >= POWERS) { /* finer than the table: all ticks together are under a second */
		unsigned over = digits - 9;

		*seconds = 0;
		*ns = over < POWERS ? ticks / power_of_ten[over] : 0;
		return;
	}
	uint64_t unit = power_of_ten[digits];
	uint64_t rest = ticks % unit;
	*seconds = ticks / unit;
	*ns = digits <= 9 ? rest * power_of_ten[9 - digits] : rest / power_of_ten[digits - 9];
}

static void split_binary(unsigned bits, uint64_t ticks, uint64_t *seconds, uint64_t *ns)
{
	/* 34 bits of fraction times 10^9 still fit in 64 bits, and are finer than a nanosecond. */
	const unsigned keep = 34;
	uint64_t rest = bits < 64 ? ticks & ((UINT64_C(1) << bits) - 1) : ticks;

	*seconds = bits < 64 ? ticks >> bits : 0;
	if (bits > keep) {
		unsigned over = bits - keep;

		rest = over < 64 ? rest >> over : 0;
		bits = keep;
	}
	*ns = rest * WHEN_SECOND >> bits;
}

uint64_t pcapng_time(const struct pcapng_interface *i, uint64_t ticks)
{
	unsigned n = i->resolution & 0x7f;
	uint64_t seconds, ns;

	if (i->resolution & 0x80)
		split_binary(n, ticks, &seconds, &ns);
	else
		split_decimal(n, ticks, &seconds, &ns);
	if (i->offset < 0) {
		uint64_t back = UINT64_C(0) - (uint64_t)i->offset;

		if (back > seconds)
			return 0;
		seconds -= back;
	} else if ((uint64_t)i->offset > UINT64_MAX - seconds) {
		return UINT64_MAX;
	} else {
		seconds += (uint64_t)i->offset;
	}
	if (seconds >= UINT64_MAX / WHEN_SECOND)
		return UINT64_MAX;
	return seconds * WHEN_SECOND + ns;
}
