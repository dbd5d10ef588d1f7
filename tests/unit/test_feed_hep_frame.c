/* test_feed_hep_frame.c - HEP packets cut off a stream, let in by their key, dressed as frames. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/feed/feed_hep_frame.h"
#include "tests/lib/hepping.h"

static struct endpoint at(const char *address, uint16_t port)
{
	struct endpoint e = { .port = port };

	assert_true(addr_parse(slice_of(address), &e.addr));
	return e;
}

static void cuts_a_stream_whole_packets_only(void **state)
{
	struct text t = { 0 };
	struct slice packet;

	(void)state;
	hepping_packet(&t, "first", NULL);
	size_t first = t.n;
	hepping_packet(&t, "second", NULL);
	for (size_t n = 0; n < t.n; n++) {
		struct slice s = { (uint8_t *)t.p, n };
		enum err e = feed_hep_frame_cut(&s, &packet);
		assert_int_equal(e, n < first ? ERR_TRUNCATED : ERR_OK);
		assert_int_equal(s.n, n < first ? n : n - first);
		assert_true(e || packet.n == first);
	}
	text_free(&t);
}

static void knows_early_what_is_no_hep(void **state)
{
	struct slice s = SLICE("HEX"), packet, other = SLICE("HEP3\0\5");

	(void)state;
	assert_int_equal(feed_hep_frame_cut(&s, &packet), ERR_MALFORMED);
	assert_int_equal(feed_hep_frame_cut(&other, &packet), ERR_MALFORMED);
	s = SLICE("");
	assert_int_equal(feed_hep_frame_cut(&s, &packet), ERR_TRUNCATED);
}

static enum err checked(const char *given, const char *wanted)
{
	struct text t = { 0 };

	hepping_packet(&t, "INVITE", given);
	enum err e = feed_hep_frame_check((struct slice){ (uint8_t *)t.p, t.n }, wanted);
	text_free(&t);
	return e;
}

static void lets_in_whoever_has_the_key(void **state)
{
	static const struct {
		const char *given, *wanted;
		enum err e;
	} cases[] = {
		{ NULL, NULL, ERR_OK },
		{ "any", NULL, ERR_OK },
		{ "myHep", "myHep", ERR_OK },
		{ NULL, "myHep", ERR_USAGE },
		{ "myHeP", "myHep", ERR_USAGE },
		{ "myHepmyHep", "myHep", ERR_USAGE },
		{ "myH", "myHep", ERR_USAGE },
		{ "", "myHep", ERR_USAGE },
		{ "", "", ERR_OK },
		{ "x", "", ERR_USAGE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(checked(cases[i].given, cases[i].wanted), cases[i].e);
}

static void refuses_chunks_that_do_not_fit(void **state)
{
	static const uint8_t shorter[] = { 'H', 'E', 'P', '3', 0, 12, 0, 0, 0, 1, 0, 5 };
	static const uint8_t longer[] = { 'H', 'E', 'P', '3', 0, 12, 0, 0, 0, 1, 0, 7 };
	static const uint8_t half[] = { 'H', 'E', 'P', '3', 0, 8, 0, 0 };
	static const uint8_t more[] = { 'H', 'E', 'P', '3', 0, 6, 0 };

	(void)state;
	assert_int_equal(feed_hep_frame_check((struct slice){ shorter, sizeof shorter }, NULL),
			 ERR_MALFORMED);
	assert_int_equal(feed_hep_frame_check((struct slice){ longer, sizeof longer }, NULL),
			 ERR_MALFORMED);
	assert_int_equal(feed_hep_frame_check((struct slice){ half, sizeof half }, NULL),
			 ERR_MALFORMED);
	assert_int_equal(feed_hep_frame_check((struct slice){ more, sizeof more }, NULL),
			 ERR_MALFORMED);
}

static void refuses_what_no_datagram_holds(void **state)
{
	struct text t = { 0 };

	(void)state;
	hepping_large(&t, FEED_HEP_FRAME_PACKET);
	assert_int_equal(feed_hep_frame_check((struct slice){ (uint8_t *)t.p, t.n }, NULL), ERR_OK);
	text_clear(&t);
	hepping_large(&t, FEED_HEP_FRAME_PACKET + 1);
	assert_int_equal(feed_hep_frame_check((struct slice){ (uint8_t *)t.p, t.n }, NULL),
			 ERR_LIMIT);
	text_free(&t);
}

/* Ones' complement over pseudo header and datagram, the plain way: 0xffff when it is right. */
static unsigned folded(const uint8_t *p, size_t n, unsigned s)
{
	for (size_t i = 0; i < n; i++)
		s += i & 1 ? p[i] : (unsigned)p[i] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return s;
}

static void dresses_it_for_either_family(void **state)
{
	uint8_t *to = mem_zero(1, FEED_HEP_FRAME_MAX);
	struct text t = { 0 };
	struct endpoint a4 = at("192.0.2.1", 40000), b4 = at("192.0.2.2", 9060);
	struct endpoint a6 = at("2001:db8::1", 40000), b6 = at("2001:db8::2", 9060);

	(void)state;
	hepping_packet(&t, "odd", "secret key");
	struct slice packet = { (uint8_t *)t.p, t.n };
	size_t n = feed_hep_frame_make(to, packet, &a4, &b4, 7);
	assert_int_equal(n, 28 + t.n);
	assert_int_equal(to[0], 0x45);
	assert_int_equal(to[3] | to[2] << 8, n);
	assert_int_equal(to[5], 7);
	assert_memory_equal(to + 12, "\xc0\x00\x02\x01\xc0\x00\x02\x02", 8);
	assert_memory_equal(to + 20, "\x9c\x40\x23\x64", 4);
	assert_int_equal(folded(to, 20, 0), 0xffff);
	assert_int_equal(folded(to + 12, 8 + 8 + t.n, 17 + 8 + (unsigned)t.n), 0xffff);
	assert_memory_equal(to + 28, "HEP3", 4);
	assert_null(memmem(to, n, "secret", 6));
	assert_non_null(memmem(t.p, t.n, "secret", 6));

	n = feed_hep_frame_make(to, packet, &a6, &b6, 7);
	assert_int_equal(n, 48 + t.n);
	assert_int_equal(to[0], 0x60);
	assert_int_equal(to[5] | to[4] << 8, 8 + t.n);
	assert_int_equal(folded(to + 8, 32 + 8 + t.n, 17 + 8 + (unsigned)t.n), 0xffff);
	text_free(&t);
	free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_a_stream_whole_packets_only),
		cmocka_unit_test(knows_early_what_is_no_hep),
		cmocka_unit_test(lets_in_whoever_has_the_key),
		cmocka_unit_test(refuses_chunks_that_do_not_fit),
		cmocka_unit_test(refuses_what_no_datagram_holds),
		cmocka_unit_test(dresses_it_for_either_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
