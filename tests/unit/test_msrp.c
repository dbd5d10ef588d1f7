/* test_msrp.c - MSRP framing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "analyzer/proto/media/msrp.h"

#define HEAD                                                                                       \
	"MSRP a786hjs2 SEND\r\n"                                                                   \
	"To-Path: msrp://bob.test:8888/9di4ea;tcp\r\n"                                             \
	"from-path: msrp://alice.test:7777/iau39;tcp\r\n"                                          \
	"Message-ID: 87652\r\nByte-Range: 1-25/25\r\nContent-Type: text/plain\r\n"
#define BODY "Hey Bob, -------no end\r\n-------a786hjs3$\r\n"
#define END  "-------a786hjs2$\r\n"

static void reads_a_message_with_a_body(void **state)
{
	(void)state;
	struct slice stream = SLICE(HEAD "\r\n" BODY "\r\n" END "MSRP b");
	struct msrp_message m;

	assert_int_equal(msrp_next(&stream, &m), ERR_OK);
	assert_true(slice_eq(m.method, SLICE("SEND")) && m.status == 0);
	assert_true(slice_eq(m.tid, SLICE("a786hjs2")));
	assert_true(slice_eq(m.to_path, SLICE("msrp://bob.test:8888/9di4ea;tcp")));
	assert_true(slice_eq(m.from_path, SLICE("msrp://alice.test:7777/iau39;tcp")));
	assert_true(slice_eq(m.content_type, SLICE("text/plain")));
	assert_true(slice_eq(m.body, SLICE(BODY)));
	assert_int_equal(m.flag, '$');
	assert_int_equal(m.headers, 5);
	assert_int_equal(stream.n, 6);
}

static void reads_a_response(void **state)
{
	(void)state;
	struct slice stream = SLICE("MSRP a786hjs2 200 OK\r\nTo-Path: msrp://a\r\n" END);
	struct msrp_message m;

	assert_int_equal(msrp_next(&stream, &m), ERR_OK);
	assert_int_equal(m.status, 200);
	assert_int_equal(m.method.n, 0);
	assert_int_equal(m.body.n, 0);
	assert_int_equal(stream.n, 0);
}

static void waits_for_every_missing_octet(void **state)
{
	(void)state;
	const struct slice whole = SLICE(HEAD "\r\n" BODY "\r\n" END);

	for (size_t n = 0; n < whole.n; n++) {
		struct slice stream = slice_upto(whole, n);
		struct msrp_message m;
		assert_int_equal(msrp_next(&stream, &m), ERR_TRUNCATED);
		assert_int_equal(stream.n, n);
	}
}

static void knows_msrp_by_its_start_line(void **state)
{
	(void)state;
	const struct {
		struct slice stream;
		bool is;
	} rows[] = {
		{ SLICE("MSRP d93kswow AUTH\r\n"), true },
		{ SLICE("MSRP d93kswow 481\r\n"), true },
		{ SLICE("MSRP d93kswow 481 gone away\n"), true },
		{ SLICE("MSRP d93kswow SEND now\r\n"), false },
		{ SLICE("MSRP d93kswow send\r\n"), false },
		{ SLICE("MSRP /d93 SEND\r\n"), false },
		{ SLICE("MSRP d93kswow SEND"), false },
		{ SLICE("SIP/2.0 200 OK\r\n"), false },
		{ SLICE(""), false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(msrp_looks_like(rows[i].stream), rows[i].is);
}

static void gives_up_at_its_limits(void **state)
{
	(void)state;
	static uint8_t bytes[MSRP_MESSAGE_MAX + 1024];
	struct slice stream = { bytes, sizeof(bytes) };
	struct msrp_message m;

	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(msrp_next(&stream, &m), ERR_MALFORMED);
	memcpy(bytes, HEAD "\r\n", sizeof(HEAD "\r\n") - 1);
	assert_int_equal(msrp_next(&stream, &m), ERR_LIMIT);
	memcpy(bytes, HEAD "xx", sizeof(HEAD "xx") - 1);
	assert_int_equal(msrp_next(&stream, &m), ERR_LIMIT);
	for (size_t i = sizeof("MSRP tid1 SEND\n") - 1; i + 1 < sizeof(bytes); i += 2)
		memcpy(bytes + i, "h\n", 2);
	memcpy(bytes, "MSRP tid1 SEND\n", sizeof("MSRP tid1 SEND\n") - 1);
	assert_int_equal(msrp_next(&stream, &m), ERR_LIMIT);
	assert_int_equal(stream.n, sizeof(bytes));
}

/* Octet by octet: where msrp_ends says that nothing changed, msrp_next says the same. */
static void a_body_is_read_again_only_where_it_may_end(void **state)
{
	static const char text[] = HEAD "\r\n-------a\r\n" BODY "-------\n\n-----\r\n" END;
	struct msrp_message m = { .head = 0 };
	size_t skipped = 0, head = 0;

	(void)state;
	for (size_t n = 1; n < sizeof text; n++) {
		struct slice stream = { (const uint8_t *)text, n };
		bool ends = msrp_ends(stream, head, n - 1);
		enum err e = msrp_next(&stream, &m);
		assert_int_equal(e, n + 1 < sizeof text ? ERR_TRUNCATED : ERR_OK);
		assert_true(ends || m.head == head);
		skipped += !ends;
		head = m.head;
	}
	assert_int_equal(head, sizeof(HEAD "\r\n") - 1);
	assert_true(skipped > 80);
	/* A chunk that never ends must be seen to be too long. */
	static uint8_t endless[MSRP_MESSAGE_MAX + 100];
	memset(endless, 'x', sizeof endless);
	assert_false(msrp_ends((struct slice){ endless, MSRP_MESSAGE_MAX + 49 }, 50, 60));
	assert_true(msrp_ends((struct slice){ endless, MSRP_MESSAGE_MAX + 50 }, 50, 60));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_message_with_a_body),
		cmocka_unit_test(reads_a_response),
		cmocka_unit_test(waits_for_every_missing_octet),
		cmocka_unit_test(knows_msrp_by_its_start_line),
		cmocka_unit_test(gives_up_at_its_limits),
		cmocka_unit_test(a_body_is_read_again_only_where_it_may_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
