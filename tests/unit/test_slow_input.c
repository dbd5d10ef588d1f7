/* test_slow_input.c - streams that come octet by octet: what they cost must grow with their length.
 */
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
#include "analyzer/observe/observe.h"

/* Each of these took 5 to 100 times as long when all that was held was read again for each octet.
 */
enum { TCP = 6, LONG = 60000, SECONDS_MAX = 2 };

struct scene {
	struct observe *observe;
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
	s->observe = observe_new(tell, s, (struct observe_limits){ .flows = 16, .no_hints = true });
	*state = s;
	return 0;
}

static int finish(void **state)
{
	struct scene *s = *state;

	observe_free(s->observe);
	free(s);
	return 0;
}

static void send(struct scene *s, struct slice bytes)
{
	const uint8_t a[4] = { 192, 0, 2, 1 }, b[4] = { 192, 0, 2, 2 };
	struct payload p = { .bytes = bytes,
			     .flow = addr_flow_key((struct endpoint){ addr_v4(a), 40000 },
						   (struct endpoint){ addr_v4(b), 5060 }, TCP),
			     .frame = &s->frame,
			     .stream = s->stream };

	s->frame.number++;
	observe_payload(s->observe, &p);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
