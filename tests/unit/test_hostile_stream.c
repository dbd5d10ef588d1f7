/* test_hostile_stream.c - connections of someone who means harm: slow to read, or cut badly. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"
#include "analyzer/base/when.h"
#include "analyzer/observe/hint_ndpi.h"
#include "analyzer/observe/observe.h"
#include "tests/lib/tls_seal.h"

/* Each of these took 5 to 100 times as long when all that was held was read again for each octet.
 */
enum { TCP = 6, UDP = 17, LONG = 60000, SECONDS_MAX = 2 };

struct scene {
	struct observe *observe;
	struct keyring *keys;
	struct frame frame;
	uint64_t stream, sip, flows;
};

static void tell(void *ctx, const struct observation *o)
{
	struct scene *s = ctx;

	s->sip += o->kind == OBSERVATION_SIP;
	s->flows += o->kind == OBSERVATION_FLOW;
}

static int begin(void **state)
{
	struct scene *s = mem_zero(1, sizeof *s);

	s->frame.ts_ns = WHEN_SECOND;
	s->keys = keyring_new();
	tls_seal_secrets(s->keys);
	s->observe = observe_new(
		tell, s,
		(struct observe_limits){ .flows = 16, .no_hints = true, .keys.keyring = s->keys });
	*state = s;
	return 0;
}

static int finish(void **state)
{
	struct scene *s = *state;

	observe_free(s->observe);
	keyring_free(s->keys);
	free(s);
	return 0;
}

static void way(struct scene *s, unsigned direction, struct slice bytes)
{
	const uint8_t a[4] = { 192, 0, 2, 1 }, b[4] = { 192, 0, 2, 2 };
	struct endpoint ends[2] = { { addr_v4(a), 40000 }, { addr_v4(b), 5060 } };
	struct payload p = { .bytes = bytes,
			     .flow = addr_flow_key(ends[direction], ends[!direction], TCP),
			     .frame = &s->frame,
			     .stream = s->stream };

	s->frame.number++;
	observe_payload(s->observe, &p);
}

static void send(struct scene *s, struct slice bytes)
{
	way(s, 0, bytes);
}

/* `first` at once, then the rest octet by octet, in another connection than before. */
static void drip(struct scene *s, struct text *t, size_t first)
{
	clock_t from = clock();

	s->stream++;
	send(s, (struct slice){ (const uint8_t *)t->p, first });
	for (size_t i = first; i < t->n; i++)
		send(s, (struct slice){ (const uint8_t *)t->p + i, 1 });
	assert_true((clock() - from) / CLOCKS_PER_SEC < SECONDS_MAX);
	text_free(t);
}

static void a_long_head_is_read_once_for_all_of_its_body(void **state)
{
	struct text t = { NULL, 0, 0 };
	struct scene *s = *state;

	text_add(&t, "MESSAGE sip:b@b SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bKx\r\n"
		     "From: <sip:a@a>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: x\r\nCSeq: 1 MESSAGE\r\n");
	while (t.n < LONG)
		text_add(&t, "X: y\r\n");
	text_addf(&t, "Content-Length: %d\r\n\r\n", LONG);
	size_t head = t.n;
	for (int i = 0; i < LONG; i++)
		text_add(&t, "b");
	drip(s, &t, head);
	assert_int_equal(s->sip, 1);
}

static void an_msrp_body_is_not_searched_anew(void **state)
{
	struct text t = { NULL, 0, 0 };
	struct scene *s = *state;

	text_add(&t,
		 "MSRP abcd SEND\r\nTo-Path: msrp://b:1/s;tcp\r\nFrom-Path: msrp://a:1/s;tcp\r\n"
		 "Content-Type: text/plain\r\n\r\n");
	size_t head = t.n;
	while (t.n < LONG)
		text_add(&t, "\n");
	text_add(&t, "\r\n-------abcd$\r\n");
	drip(s, &t, head);
	observe_end(s->observe);
	assert_int_equal(s->flows, 1);
}

static void the_head_of_an_upgrade_is_looked_for_before_its_fields_are(void **state)
{
	struct scene *s = *state;

	for (int i = 0; i < 4; i++) {
		struct text t = { NULL, 0, 0 };
		text_add(&t, "GET / HTTP/1.1\r\nUpgrade: websocket\r\n");
		while (t.n < 16000)
			text_add(&t, "U\n");
		drip(s, &t, 30);
	}
}

static void a_handshake_in_records_of_one_octet_is_copied_once(void **state)
{
	struct text t = { NULL, 0, 0 };
	struct scene *s = *state;

	text_add_slice(&t, SLICE("\x16\x03\x03\0\x04\x01\0\xff\xf0"));
	for (int i = 0; i < 0xfff0; i++)
		text_add_slice(&t, SLICE("\x16\x03\x03\0\x01\0"));
	drip(s, &t, t.n);
}

/* What was held was no start of anything; what came may be one, and is not whole either. */
static void a_start_behind_octets_of_nothing_is_kept_alone(void **state)
{
	struct scene *s = *state;

	s->stream++;
	send(s, SLICE("nothing known"));
	send(s, SLICE("GET / HTTP/1.1\r\nUpgrade: websocket\r\n"));
	send(s, SLICE("\r\n\x81\x06OPTION"));
	observe_end(s->observe);
	assert_int_equal(observe_counters(s->observe)->sip_junk_bytes, 0);
}

/* ---- caps ------------------------------------------------------------------------------- */

static const struct observe_counters *counted(struct scene *s)
{
	return observe_counters(s->observe);
}

static void messages_longer_than_is_held_are_counted(void **state)
{
	struct text t = { NULL, 0, 0 };
	struct scene *s = *state;

	s->stream++;
	send(s, SLICE("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"));
	text_add_slice(&t, SLICE("\x01\x7e\xff\xff"));
	while (t.n < 4 + 0xffff)
		text_add(&t, "x");
	for (unsigned i = 0; i < 17; i++) {
		send(s, text_slice(&t));
		t.p[0] = 0; /* the first frame, then more of the same message */
	}
	assert_int_equal(counted(s)->messages_oversize, 1);
	send(s, SLICE("\x82\x7f\0\0\0\0\x7f\0\0\0"));
	assert_int_equal(counted(s)->messages_oversize, 2);

	s->stream++;
	send(s, SLICE("OPTIONS sip:a@b SIP/2.0\r\nX: "));
	send(s, (struct slice){ (const uint8_t *)t.p + 4, 0xffff });
	assert_int_equal(counted(s)->messages_oversize, 3);

	s->stream++;
	send(s, SLICE("MSRP abcd SEND\r\nTo-Path: msrp://b:1/s;tcp\r\n\r\n"));
	for (unsigned i = 0; i < 2; i++)
		send(s, (struct slice){ (const uint8_t *)t.p + 4, 0xffff });
	assert_int_equal(counted(s)->messages_oversize, 4);
	text_free(&t);
}

static void begin_tls(struct scene *s, struct tls_seal *seal, unsigned suite)
{
	uint8_t hello[TLS_SEAL_HELLO];

	s->stream++;
	tls_seal_begin(seal, suite);
	for (unsigned d = 0; d < 2; d++) {
		size_t n = tls_seal_hello(seal, d == 0, hello);
		way(s, d, (struct slice){ hello, n });
	}
}

static void records_that_no_key_opens_are_waited_for_so_long(void **state)
{
	struct scene *s = *state;
	struct tls_seal seal;

	begin_tls(s, &seal, 0);
	for (unsigned i = 0; i < 100; i++)
		way(s, 0,
		    SLICE("\x17\x03\x03\0\x12"
			  "123456789012345678"));
	assert_int_equal(counted(s)->tls_given_up, 1);
	assert_int_equal(counted(s)->tls_opened, 0);
}

static void a_handshake_that_finds_no_room_is_counted(void **state)
{
	static uint8_t record[5 + 15000];
	struct scene *s = *state;
	struct tls_seal seal;

	begin_tls(s, &seal, 3);
	/* CertificateStatus and ServerKeyExchange of 60,000 octets each, in four records. */
	for (unsigned type = 22; type >= 12; type -= 10)
		for (unsigned i = 0; i < 4; i++) {
			memset(record, 0, sizeof record);
			memcpy(record, "\x16\x03\x03\x3a\x98", 5);
			if (i == 0)
				memcpy(record + 5, (uint8_t[]){ (uint8_t)type, 0, 0xea, 0x5c }, 4);
			assert_int_equal(counted(s)->handshakes_capped, 0);
			way(s, 1, (struct slice){ record, sizeof record });
		}
	assert_int_equal(counted(s)->handshakes_capped, 1);
	/* One that says it is longer than any. */
	way(s, 1, SLICE("\x16\x03\x03\0\x04\x0e\x7f\0\0"));
	assert_int_equal(counted(s)->handshakes_capped, 2);
}

static void ndpi_is_asked_about_so_many_flows(void **state)
{
	const uint8_t a[4] = { 192, 0, 2, 1 }, b[4] = { 192, 0, 2, 2 };
	struct hint_ndpi *h = hint_ndpi_new();
	struct frame f = { .ts_ns = WHEN_SECOND };

	(void)state;
	for (unsigned i = 0; i < HINT_NDPI_FLOWS + 3; i++) {
		struct payload p = { .bytes = SLICE("?"),
				     .flow = addr_flow_key(
					     (struct endpoint){ addr_v4(a), (uint16_t)i },
					     (struct endpoint){ addr_v4(b), 40000 }, UDP),
				     .frame = &f };
		struct hint_flow *flow = NULL;
		const char *name;
		bool over = hint_ndpi_packet(h, &flow, &p, &name);
		assert_true(i < HINT_NDPI_FLOWS || (over && !name));
		hint_ndpi_forget(&flow);
	}
	assert_int_equal(hint_ndpi_flows(h), HINT_NDPI_FLOWS);
	assert_int_equal(hint_ndpi_refused(h), 3);
	hint_ndpi_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_long_head_is_read_once_for_all_of_its_body, begin,
						finish),
		cmocka_unit_test_setup_teardown(an_msrp_body_is_not_searched_anew, begin, finish),
		cmocka_unit_test_setup_teardown(
			the_head_of_an_upgrade_is_looked_for_before_its_fields_are, begin, finish),
		cmocka_unit_test_setup_teardown(a_handshake_in_records_of_one_octet_is_copied_once,
						begin, finish),
		cmocka_unit_test_setup_teardown(a_start_behind_octets_of_nothing_is_kept_alone,
						begin, finish),
		cmocka_unit_test_setup_teardown(messages_longer_than_is_held_are_counted, begin,
						finish),
		cmocka_unit_test_setup_teardown(records_that_no_key_opens_are_waited_for_so_long,
						begin, finish),
		cmocka_unit_test_setup_teardown(a_handshake_that_finds_no_room_is_counted, begin,
						finish),
		cmocka_unit_test(ndpi_is_asked_about_so_many_flows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
