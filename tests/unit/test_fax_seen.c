/* test_fax_seen.c - fax without an announcement: told by structure and continuity, else not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/observe/observe.h"

enum { UDP = 17, PACKETS = 60, ROOM = 600 };

/* The last flow told, and how many were. */
static struct {
	struct flow_seen flow;
	unsigned flows, others;
} told;

static void remember(void *ctx, const struct observation *o)
{
	(void)ctx;
	if (o->kind != OBSERVATION_FLOW) {
		told.others++;
		return;
	}
	told.flow = o->as.flow;
	told.flows++;
}

static struct flow_key key_of(uint16_t dport)
{
	const uint8_t a[4] = { 192, 0, 2, 1 }, b[4] = { 192, 0, 2, 2 };

	return addr_flow_key((struct endpoint){ addr_v4(a), 40000 },
			     (struct endpoint){ addr_v4(b), dport }, UDP);
}

/* Writes packet number i; gives its length. */
typedef size_t packet_fn(unsigned i, uint8_t b[ROOM]);

static void send_all(packet_fn *make, unsigned packets)
{
	struct observe *o = observe_new(remember, NULL, (struct observe_limits){ 0 });
	uint8_t b[ROOM];

	memset(&told, 0, sizeof told);
	for (unsigned i = 0; i < packets; i++) {
		memset(b, 0, sizeof b);
		size_t n = make(i, b);
		struct frame f = { .number = i + 1, .ts_ns = (1000 + i) * 20 * WHEN_MS };
		struct payload p = { .bytes = { b, n }, .flow = key_of(4000), .frame = &f };
		observe_payload(o, &p);
	}
	observe_end(o);
	observe_free(o);
}

/* A line of V.29 image data; 14 empty recovery fields and a copy of the packet before. */
static size_t fax(unsigned i, uint8_t b[ROOM])
{
	const uint8_t ifp[] = { 0xc0, 0x01, 0x80, 0, 0, (uint8_t)(i * 37) };

	b[0] = (uint8_t)(i * 3 / 2 >> 8);
	b[1] = (uint8_t)(i * 3 / 2);
	b[2] = sizeof ifp;
	memcpy(b + 3, ifp, sizeof ifp);
	b[10] = 15;
	b[25] = sizeof ifp;
	memcpy(b + 26, ifp, sizeof ifp);
	return 32;
}

static size_t noise(unsigned i, uint8_t b[ROOM])
{
	uint32_t x = i * 2654435761u + 1;

	for (size_t k = 0; k < 60; k++) {
		x = x * 1664525u + 1013904223u;
		b[k] = (uint8_t)(x >> 24);
	}
	return 20 + i % 40;
}

/* A query whose id counts upwards. */
static size_t dns(unsigned i, uint8_t b[ROOM])
{
	static const uint8_t rest[] = { 1,   0,	  0,   1,   0,	 0,   0, 0, 0, 0, 7, 'e',
					'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 1, 0, 1 };

	b[1] = (uint8_t)i;
	memcpy(b + 2, rest, sizeof rest);
	return 2 + sizeof rest;
}

static size_t stun(unsigned i, uint8_t b[ROOM])
{
	static const uint8_t head[] = { 0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42 };

	memcpy(b, head, sizeof head);
	b[19] = (uint8_t)i;
	return 20;
}

static size_t rtp(unsigned i, uint8_t b[ROOM])
{
	b[0] = 0x80;
	b[3] = (uint8_t)i;
	b[6] = (uint8_t)(i * 160 >> 8);
	b[7] = (uint8_t)(i * 160);
	b[11] = 7;
	return 172;
}

/* The shape of fax whose number stands still, as a query repeated would. */
static size_t still(unsigned i, uint8_t b[ROOM])
{
	(void)i;
	return fax(4, b);
}

static size_t leaping(unsigned i, uint8_t b[ROOM])
{
	size_t n = fax(i, b);

	b[0] = (uint8_t)(i % 50);
	b[1] = 17;
	return n;
}

/* Every eighth packet is something else. */
static size_t broken(unsigned i, uint8_t b[ROOM])
{
	return i % 8 ? fax(i, b) : noise(i, b);
}

/* Too long for a line of a fax, and well formed. */
static size_t bulky(unsigned i, uint8_t b[ROOM])
{
	b[1] = (uint8_t)i;
	b[2] = 0x81; /* 258 octets */
	b[3] = 0x02;
	b[4] = 0xc0;
	b[263] = 1;
	b[264] = 0x81;
	b[265] = 0x02;
	return 266 + 258;
}

static void fax_nobody_announced_is_told_whole(void **state)
{
	(void)state;
	send_all(fax, PACKETS);
	assert_int_equal(told.flows, 1);
	assert_int_equal(told.others, 0);
	assert_int_equal(told.flow.speaks, FLOW_UDPTL);
	assert_int_equal(told.flow.packets, PACKETS);
	assert_int_equal(told.flow.parsed, PACKETS);
	assert_int_equal(told.flow.first.frame, 1);
}

static void a_few_packets_are_not_fax(void **state)
{
	(void)state;
	send_all(fax, 19);
	assert_int_equal(told.flows, 0);
	send_all(fax, 20);
	assert_int_equal(told.flows, 1);
}

static void what_is_not_fax_is_not_called_so(void **state)
{
	static packet_fn *const others[] = { noise, dns, stun, rtp, still, leaping, broken, bulky };

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		send_all(others[i], PACKETS);
		if (told.flows)
			assert_int_not_equal(told.flow.speaks, FLOW_UDPTL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fax_nobody_announced_is_told_whole),
		cmocka_unit_test(a_few_packets_are_not_fax),
		cmocka_unit_test(what_is_not_fax_is_not_called_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
