/* test_ws.c - WebSocket: upgrades, frames and masks (RFC 6455). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/proto/ws/ws.h"

#define IS(slice, text) assert_true(slice_eq((slice), SLICE(text)))

/* RFC 7118 4.1 */
static const char request[] = "GET / HTTP/1.1\r\n"
			      "Host: sip-ws.example.com\r\n"
			      "upgrade: websocket\r\n"
			      "Connection: Upgrade\r\n"
			      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
			      "Sec-WebSocket-Protocol: sip\r\n"
			      "\r\nrest";

static void reads_an_upgrade(void **state)
{
	struct ws_head h;

	(void)state;
	assert_true(ws_looks_like(SLICE(request)));
	assert_int_equal(ws_head(SLICE(request), &h), ERR_OK);
	assert_true(h.request && h.upgrade);
	IS(h.protocols, "sip");
	assert_int_equal(h.n, sizeof request - 1 - 4);
	assert_int_equal(ws_head(SLICE("HTTP/1.1 101 Switching\nUpgrade: WebSocket\n\n"), &h),
			 ERR_OK);
	assert_true(!h.request && h.upgrade);
	assert_int_equal(h.protocols.n, 0);
}

static void a_page_is_no_upgrade(void **state)
{
	struct ws_head h;

	(void)state;
	assert_int_equal(ws_head(SLICE("GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n"), &h), ERR_OK);
	assert_false(h.upgrade);
	assert_int_equal(ws_head(SLICE("HTTP/1.1 200 OK\r\n\r\n"), &h), ERR_MALFORMED);
	assert_false(ws_looks_like(SLICE("INVITE sip:b@c SIP/2.0")));
	assert_false(ws_looks_like(SLICE("")));
	assert_true(ws_looks_like(SLICE("GE")));
}

static void a_head_without_its_end_waits(void **state)
{
	static char endless[WS_HEAD_MAX + 1];
	struct ws_head h;

	(void)state;
	for (size_t n = 1; n < sizeof request - 1 - 4; n++)
		assert_int_equal(ws_head((struct slice){ (const uint8_t *)request, n }, &h),
				 ERR_TRUNCATED);
	memset(endless, 'a', sizeof endless - 1);
	memcpy(endless, "GET ", 4);
	assert_int_equal(ws_head(slice_of(endless), &h), ERR_LIMIT);
}

static void finds_a_name_in_a_list(void **state)
{
	(void)state;
	assert_true(ws_lists(SLICE("xmpp, SIP"), SLICE("sip")));
	assert_true(ws_lists(SLICE("sip"), SLICE("sip")));
	assert_false(ws_lists(SLICE("sips, xsip"), SLICE("sip")));
	assert_false(ws_lists(SLICE(""), SLICE("sip")));
}

static void reads_the_frames_of_rfc_6455(void **state)
{
	/* 5.7: a masked "Hello", then an unmasked one in two pieces */
	struct slice s = SLICE("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
			       "\x01\x03Hel\x80\x02lo");
	uint8_t text[8];
	struct ws_frame f;

	(void)state;
	assert_int_equal(ws_next(&s, &f), ERR_OK);
	assert_true(f.fin && f.masked && f.opcode == WS_TEXT);
	ws_unmask(&f, text);
	assert_memory_equal(text, "Hello", 5);
	assert_int_equal(ws_next(&s, &f), ERR_OK);
	assert_true(!f.fin && !f.masked);
	IS(f.payload, "Hel");
	assert_int_equal(ws_next(&s, &f), ERR_OK);
	assert_int_equal(f.opcode, WS_CONTINUATION);
	IS(f.payload, "lo");
	assert_int_equal(s.n, 0);
	assert_int_equal(ws_next(&s, &f), ERR_TRUNCATED);
}

static void refuses_what_no_frame_is(void **state)
{
	static const struct {
		struct slice bytes;
		enum err want;
	} rows[] = {
		{ { (const uint8_t *)"\x83\x00", 2 }, ERR_MALFORMED }, /* reserved opcode */
		{ { (const uint8_t *)"\x09\x00", 2 }, ERR_MALFORMED }, /* a ping in pieces */
		{ { (const uint8_t *)"\x88\x7e\x00\x80", 4 }, ERR_MALFORMED }, /* a long close */
		{ { (const uint8_t *)"\x82\x7f\0\0\0\0\x10\0\0\0", 10 }, ERR_LIMIT },
		{ { (const uint8_t *)"\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10 }, ERR_LIMIT },
		{ { (const uint8_t *)"\x81\x7e\x00", 3 }, ERR_TRUNCATED },
		{ { (const uint8_t *)"\x81\x82\x01\x02", 4 }, ERR_TRUNCATED },
		{ { (const uint8_t *)"\x81", 1 }, ERR_TRUNCATED },
	};
	struct ws_frame f;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct slice s = rows[i].bytes;
		assert_int_equal(ws_next(&s, &f), rows[i].want);
		assert_int_equal(s.n, rows[i].bytes.n);
	}
}

static void peeks_at_what_is_here_of_a_payload(void **state)
{
	struct ws_frame f;

	(void)state;
	assert_int_equal(ws_peek(SLICE("\xc1\x7e\x01\x00INV"), &f), ERR_OK);
	assert_int_equal(f.rsv, 4);
	IS(f.payload, "INV");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_an_upgrade),
		cmocka_unit_test(a_page_is_no_upgrade),
		cmocka_unit_test(a_head_without_its_end_waits),
		cmocka_unit_test(finds_a_name_in_a_list),
		cmocka_unit_test(reads_the_frames_of_rfc_6455),
		cmocka_unit_test(refuses_what_no_frame_is),
		cmocka_unit_test(peeks_at_what_is_here_of_a_payload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
