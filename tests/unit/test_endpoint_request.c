/* test_endpoint_request.c - requests as clients send them, and as others do. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "analyzer/watch/endpoint_request.h"

#define HOST "Host: localhost:9469\r\n\r\n"

static struct endpoint_request ask(const char *text)
{
	return endpoint_request_read(slice_of(text));
}

static void gives_three_pages(void **state)
{
	static const struct {
		const char *text;
		enum endpoint_page page;
		bool head;
	} cases[] = {
		{ "GET / HTTP/1.1\r\n" HOST, ENDPOINT_HOME, false },
		{ "GET /metrics HTTP/1.1\r\n" HOST, ENDPOINT_METRICS, false },
		{ "HEAD /health HTTP/1.1\r\n" HOST, ENDPOINT_HEALTH, true },
		{ "GET /metrics?a=/b HTTP/1.1\r\n" HOST, ENDPOINT_METRICS, false },
		{ "GET http://localhost:9469/metrics HTTP/1.1\r\n" HOST, ENDPOINT_METRICS, false },
		{ "GET http://localhost HTTP/1.1\r\n" HOST, ENDPOINT_HOME, false },
		{ "GET /metrics HTTP/1.0\r\n\r\n", ENDPOINT_METRICS, false },
		{ "\r\nGET / HTTP/1.1\nHost: x\n\n", ENDPOINT_HOME, false },
		{ "GET / HTTP/1.1\r\nHOST:x\r\nAccept: */*;q=0.1\r\n\r\nbody", ENDPOINT_HOME,
		  false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct endpoint_request r = ask(cases[i].text);
		assert_int_equal(r.status, 200);
		assert_int_equal(r.page, cases[i].page);
		assert_int_equal(r.head, cases[i].head);
	}
}

static void refuses_what_is_none(void **state)
{
	static const struct {
		const char *text;
		int status;
	} cases[] = {
		{ "GET /other HTTP/1.1\r\n" HOST, 404 },
		{ "GET //metrics HTTP/1.1\r\n" HOST, 404 },
		{ "GET /metrics/ HTTP/1.1\r\n" HOST, 404 },
		{ "GET /../etc/passwd HTTP/1.1\r\n" HOST, 404 },
		{ "GET /%6detrics HTTP/1.1\r\n" HOST, 404 },
		{ "POST /metrics HTTP/1.1\r\n" HOST, 405 },
		{ "get /metrics HTTP/1.1\r\n" HOST, 405 },
		{ "GET /metrics HTTP/2.0\r\n" HOST, 505 },
		{ "GET metrics HTTP/1.1\r\n" HOST, 400 },
		{ "GET * HTTP/1.1\r\n" HOST, 400 },
		{ "GET /metrics\r\n" HOST, 400 },
		{ "GET  /metrics HTTP/1.1\r\n" HOST, 400 },
		{ "GET /metrics HTTP/1.1 \r\n" HOST, 400 },
		{ "GET /me\ttrics HTTP/1.1\r\n" HOST, 400 },
		{ "G@T / HTTP/1.1\r\n" HOST, 400 },
		{ "GET / HTTP/1.1\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: a\x01\r\n\r\n", 400 },
		{ "\x16\x03\x01\x02\x01\n", 400 },
		{ "SIP/2.0 200 OK\r\n", 400 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(ask(cases[i].text).status, cases[i].status);
}

static void waits_for_the_rest(void **state)
{
	static const char whole[] = "GET /metrics HTTP/1.1\r\nAccept: x\r\n" HOST;
	(void)state;
	for (size_t n = 0; n < sizeof whole - 1; n++)
		assert_int_equal(
			endpoint_request_read((struct slice){ (const uint8_t *)whole, n }).status,
			0);
	assert_int_equal(ask(whole).status, 200);
}

static void has_no_patience_beyond_8_kib(void **state)
{
	static char big[ENDPOINT_REQUEST_MOST + 1];
	(void)state;
	memset(big, 'a', sizeof big - 1);
	assert_int_equal(ask(big).status, 414);
	memcpy(big, "GET / HTTP/1.1\r\nX: ", 19);
	assert_int_equal(ask(big).status, 431);
	big[sizeof big - 2] = '\0';
	assert_int_equal(ask(big).status, 0);
}

static void has_no_patience_with_many_fields(void **state)
{
	struct text {
		char p[8192];
		int n;
	} t = { .n = 0 };
	(void)state;
	t.n = snprintf(t.p, sizeof t.p, "GET / HTTP/1.1\r\nHost: a\r\n");
	for (int i = 0; i < ENDPOINT_REQUEST_FIELDS; i++)
		t.n += snprintf(t.p + t.n, sizeof t.p - (size_t)t.n, "X: y\r\n");
	assert_int_equal(ask(t.p).status, 431);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_three_pages),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(waits_for_the_rest),
		cmocka_unit_test(has_no_patience_beyond_8_kib),
		cmocka_unit_test(has_no_patience_with_many_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
