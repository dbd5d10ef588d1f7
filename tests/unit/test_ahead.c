/* test_ahead.c - reading ahead changes neither order nor content. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "analyzer/cmd/ahead.h"
#include "tests/lib/packets.h"

struct scene {
	struct ahead ahead;
	struct wire *wire;
	struct observe *observe;
	uint64_t next; /* number of the frame that must come next */
};

static void ignore_payload(void *ctx, const struct payload *p)
{
	(void)ctx;
	(void)p;
}

static void ignore_observation(void *ctx, const struct observation *o)
{
	(void)ctx;
	(void)o;
}

static int begin(void **state)
{
	static struct scene s;

	memset(&s, 0, sizeof s);
	s.wire = wire_new((struct wire_hooks){ NULL, ignore_payload, NULL },
			  (struct wire_limits){ 0 });
	s.observe = observe_new(ignore_observation, NULL, (struct observe_limits){ 0 });
	s.next = 1;
	*state = &s;
	return 0;
}

static int finish(void **state)
{
	struct scene *s = *state;

	observe_free(s->observe);
	wire_free(s->wire);
	return 0;
}

/* Each frame carries its own number as its payload's first octet. */
static struct frame numbered(struct packets *p, uint64_t number, size_t size)
{
	static uint8_t bytes[2000];

	bytes[0] = (uint8_t)number;
	packets_begin(p, (struct slice){ bytes, size });
	packets_udp(p, 4000, 5000);
	packets_ip(p, &(struct packets_ip){ .src = "192.0.2.1", .dst = "192.0.2.2", .proto = 17 });
	packets_ether(p, 0x0800);
	struct frame f = packets_frame(p, 1, number);
	f.number = number;
	return f;
}

static void take(void *ctx, const struct frame *f, const struct wire_ahead *a)
{
	struct scene *s = ctx;

	assert_true(a->plain);
	assert_int_equal(f->number, s->next++);
	assert_int_equal(f->bytes.p[42], (uint8_t)f->number);
	assert_int_equal(a->transport.p[8], (uint8_t)f->number);
}

static void keeps_order_and_bytes_though_the_reader_reuses_its_buffer(void **state)
{
	static struct packets p;
	struct scene *s = *state;

	for (uint64_t n = 1; n <= 100; n++) {
		struct frame f = numbered(&p, n, 1 + n);
		assert_true(ahead_add(&s->ahead, &f, s->wire, s->observe));
		memset(p.room, 0xee, sizeof p.room);
		if (ahead_full(&s->ahead))
			ahead_drain(&s->ahead, s->observe, take, s);
	}
	ahead_drain(&s->ahead, s->observe, take, s);
	assert_int_equal(s->next, 101);
	ahead_drain(&s->ahead, s->observe, take, s);
	assert_int_equal(s->next, 101);
}

static void refuses_what_is_too_large_to_copy(void **state)
{
	static struct packets p;
	struct scene *s = *state;
	struct frame f = numbered(&p, 1, AHEAD_BYTES);

	assert_false(ahead_add(&s->ahead, &f, s->wire, s->observe));
	f = numbered(&p, 1, AHEAD_BYTES - 42);
	assert_true(ahead_add(&s->ahead, &f, s->wire, s->observe));
	ahead_drain(&s->ahead, s->observe, take, s);
	assert_int_equal(s->next, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			keeps_order_and_bytes_though_the_reader_reuses_its_buffer, begin, finish),
		cmocka_unit_test_setup_teardown(refuses_what_is_too_large_to_copy, begin, finish),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
