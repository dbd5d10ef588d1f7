/* addr.c - addresses and their text. */
#include "analyzer/base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

struct addr addr_v6(const uint8_t octets[16])
{
	struct addr a;

	memcpy(a.b, octets, 16);
	return a;
}

struct endpoint addr_src(const struct flow_key *k)
{
	return (struct endpoint){ k->src, k->sport };
}

struct endpoint addr_dst(const struct flow_key *k)
{
	return (struct endpoint){ k->dst, k->dport };
}

struct flow_key addr_reversed(const struct flow_key *k)
{
	return addr_flow_key(addr_dst(k), addr_src(k), k->proto);
}

bool addr_eq(const struct addr *a, const struct addr *b)
{
	return memcmp(a->b, b->b, 16) == 0;
}

int addr_cmp(const struct addr *a, const struct addr *b)
{
	return memcmp(a->b, b->b, 16);
}

bool addr_endpoint_eq(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && addr_eq(&a->addr, &b->addr);
}

int addr_endpoint_cmp(const struct endpoint *a, const struct endpoint *b)
{
	int c = addr_cmp(&a->addr, &b->addr);

	return c ? c : (a->port > b->port) - (a->port < b->port);
}

bool addr_is_v4(const struct addr *a)
{
	return memcmp(a->b, mapped, 12) == 0;
}

bool addr_is_none(const struct addr *a)
{
	static const uint8_t zero[16];

	return memcmp(a->b, zero, 16) == 0 || (addr_is_v4(a) && memcmp(a->b + 12, zero, 4) == 0);
}

bool addr_is_loopback(const struct addr *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return addr_is_v4(a) ? a->b[12] == 127 : memcmp(a->b, one, 16) == 0;
}

bool addr_is_multicast(const struct addr *a)
{
	return addr_is_v4(a) ? a->b[12] >= 224 && a->b[12] < 240 : a->b[0] == 0xff;
}

static bool private_v4(const uint8_t o[4])
{
	return o[0] == 10 || (o[0] == 172 && (o[1] & 0xf0) == 16) || (o[0] == 192 && o[1] == 168) ||
	       (o[0] == 169 && o[1] == 254) || (o[0] == 100 && (o[1] & 0xc0) == 64) || o[0] == 127;
}

bool addr_is_private(const struct addr *a)
{
	if (addr_is_v4(a))
		return private_v4(a->b + 12);
	return (a->b[0] & 0xfe) == 0xfc || (a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80) ||
	       addr_is_loopback(a);
}

bool addr_parse(struct slice text, struct addr *out)
{
	char copy[ADDR_TEXT];
	uint8_t raw[16];

	if (text.n > 2 && text.p[0] == '[' && text.p[text.n - 1] == ']')
		text = slice_upto(slice_from(text, 1), text.n - 2);
	if (text.n == 0 || text.n >= sizeof copy)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	if (strlen(copy) != text.n)
		return false;
	if (inet_pton(AF_INET, copy, raw) == 1)
		*out = addr_v4(raw);
	else if (inet_pton(AF_INET6, copy, raw) == 1)
		*out = addr_v6(raw);
	else
		return false;
	return true;
}

/* Returns where it ends. */
static char *put_decimal(char *to, unsigned n)
{
	char digits[10];
	size_t at = sizeof digits;

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	memcpy(to, digits + at, sizeof digits - at);
	return to + (sizeof digits - at);
}

/* By hand: a report writes dozens of them for each call, and nearly all are IPv4. */
static char *put_v4(char *to, const struct addr *a)
{
	for (size_t i = 12; i < sizeof a->b; i++) {
		to = put_decimal(to, a->b[i]);
		*to++ = '.';
	}
	return to - 1;
}

const char *addr_text(const struct addr *a, char out[ADDR_TEXT])
{
	if (addr_is_v4(a))
		*put_v4(out, a) = '\0';
	else if (!inet_ntop(AF_INET6, a->b, out, ADDR_TEXT))
		out[0] = '\0';
	return out;
}

const char *addr_endpoint_text(const struct endpoint *e, char out[ENDPOINT_TEXT])
{
	char host[ADDR_TEXT];

	if (addr_is_v4(&e->addr)) {
		char *end = put_v4(out, &e->addr);
		*end++ = ':';
		*put_decimal(end, e->port) = '\0';
	} else {
		(void)snprintf(out, ENDPOINT_TEXT, "[%s]:%u", addr_text(&e->addr, host),
			       (unsigned)e->port);
	}
	return out;
}
