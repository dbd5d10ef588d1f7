/* test_hep.c - HEPv3: chunks read, others passed over, streams cut. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/proto/hep/hep.h"

static uint8_t made[2048];
static size_t length;

static void begin(void)
{
	memcpy(made, "HEP3\0\0", 6);
	length = 6;
}

static void chunk(uint16_t vendor, uint16_t type, const void *value, size_t n)
{
	uint8_t head[6] = { (uint8_t)(vendor >> 8), (uint8_t)vendor,	     (uint8_t)(type >> 8),
			    (uint8_t)type,	    (uint8_t)((n + 6) >> 8), (uint8_t)(n + 6) };

	memcpy(made + length, head, sizeof head);
	memcpy(made + length + sizeof head, value, n);
	length += sizeof head + n;
}

static struct slice end(void)
{
	made[4] = (uint8_t)(length >> 8);
	made[5] = (uint8_t)length;
	return (struct slice){ made, length };
}

static void invite(uint8_t protocol)
{
	begin();
	chunk(0, 1, "\2", 1);
	chunk(0, 2, &protocol, 1);
	chunk(0, 3, "\12\0\0\1", 4);
	chunk(0, 4, "\12\0\0\2", 4);
	chunk(0, 7, "\x13\xc4", 2);
	chunk(0, 8, "\x13\xc5", 2);
	chunk(0, 9, "\x65\x53\xf1\x00", 4);
	chunk(0, 10, "\0\0\0\7", 4);
	chunk(0, 11, "\1", 1);
	chunk(0, 12, "\0\0\7\xd1", 4);
	chunk(0, 14, "secret", 6);
	chunk(9, 15, "another vendor's", 16);
	chunk(0, 15, "INVITE", 6);
}

static void reads_every_chunk_it_knows(void **state)
{
	struct hep_packet p;
	char text[ENDPOINT_TEXT];

	(void)state;
	invite(17);
	struct slice s = end();
	assert_int_equal(hep_next(&s, &p), ERR_OK);
	assert_int_equal(s.n, 0);
	assert_string_equal(addr_endpoint_text(&p.src, text), "10.0.0.1:5060");
	assert_string_equal(addr_endpoint_text(&p.dst, text), "10.0.0.2:5061");
	assert_int_equal(p.carrier, HEP_CARRIER_UDP);
	assert_int_equal(p.kind, HEP_SIP);
	assert_int_equal(p.agent_id, 2001);
	assert_true(p.ts_ns == UINT64_C(1700000000000007000));
	assert_true(slice_eq(p.payload, SLICE("INVITE")));
	assert_false(p.packed);
}

static void knows_what_carried_it(void **state)
{
	static const struct {
		uint8_t protocol;
		enum hep_carrier carrier;
	} cases[] = { { 6, HEP_CARRIER_TCP },
		      { 22, HEP_CARRIER_TLS },
		      { 132, HEP_CARRIER_SCTP },
		      { 50, HEP_CARRIER_UNKNOWN } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct hep_packet p;
		invite(cases[i].protocol);
		struct slice s = end();
		assert_int_equal(hep_next(&s, &p), ERR_OK);
		assert_int_equal(p.carrier, cases[i].carrier);
	}
}

static void ipv6_and_packed_payloads(void **state)
{
	static const uint8_t six[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	struct hep_packet p;
	char text[ENDPOINT_TEXT];

	(void)state;
	begin();
	chunk(0, 5, six, sizeof six);
	chunk(0, 16, "\x1f\x8b", 2);
	struct slice s = end();
	assert_int_equal(hep_next(&s, &p), ERR_OK);
	assert_string_equal(addr_text(&p.src.addr, text), "2001:db8::1");
	assert_true(addr_is_none(&p.dst.addr));
	assert_true(p.packed);
	assert_int_equal(p.payload.n, 0);
	assert_int_equal(p.kind, 0);
}

/* Whatever is cut off, nothing is given before all is there. */
static void a_stream_waits_for_the_whole(void **state)
{
	struct hep_packet p;

	(void)state;
	invite(6);
	struct slice whole = end();
	for (size_t n = 1; n < whole.n; n++) {
		struct slice s = slice_upto(whole, n);
		assert_int_equal(hep_next(&s, &p), ERR_TRUNCATED);
		assert_int_equal(s.n, n);
	}
	memcpy(made + length, "HEP3\0\6HE", 8);
	struct slice s = { made, length + 8 };
	assert_int_equal(hep_next(&s, &p), ERR_OK);
	assert_int_equal(hep_next(&s, &p), ERR_OK);
	assert_int_equal(p.payload.n, 0);
	assert_int_equal(hep_next(&s, &p), ERR_TRUNCATED);
	assert_int_equal(s.n, 2);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct hep_packet p;
	struct slice s = SLICE("HEP2\0\6");

	(void)state;
	assert_int_equal(hep_next(&s, &p), ERR_MALFORMED);
	s = SLICE("HEP3\0\5");
	assert_int_equal(hep_next(&s, &p), ERR_MALFORMED);
	begin();
	chunk(0, 15, "abc", 3);
	made[11] = 5; /* shorter than its own header */
	s = end();
	assert_int_equal(hep_next(&s, &p), ERR_MALFORMED);
	made[11] = 10; /* longer than the packet */
	assert_int_equal(hep_next(&s, &p), ERR_MALFORMED);
	begin();
	for (int i = 0; i <= HEP_CHUNKS_MAX; i++)
		chunk(0, 13, "\0\1", 2);
	s = end();
	assert_int_equal(hep_next(&s, &p), ERR_MALFORMED);
	assert_false(hep_looks_like((struct slice){ NULL, 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_chunk_it_knows),
		cmocka_unit_test(knows_what_carried_it),
		cmocka_unit_test(ipv6_and_packed_payloads),
		cmocka_unit_test(a_stream_waits_for_the_whole),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
