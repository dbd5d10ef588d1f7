/* test_endpoint.c - the server on loopback: pages, crowds, and those who say nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "analyzer/watch/endpoint.h"

enum { CROWD = 40, BIG = 3 << 20, WAIT_MS = 8000 };

static struct endpoint_server *server;

static int begin(void **state)
{
	char *why = NULL;

	(void)state;
	assert_int_equal(endpoint_open(&server, "0", &why), ERR_OK);
	assert_true(endpoint_start(server));
	return 0;
}

static int end(void **state)
{
	(void)state;
	endpoint_close(server);
	server = NULL;
	return 0;
}

static int connected(void)
{
	const char *colon = strrchr(endpoint_where(server), ':');
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)atoi(colon + 1)),
				 .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct timeval wait = { .tv_sec = WAIT_MS / 1000 };

	assert_true(fd >= 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static struct text answer(int fd)
{
	struct text t = { 0 };
	char part[65536];
	ssize_t n;

	while ((n = recv(fd, part, sizeof part, 0)) > 0)
		text_add_slice(&t, (struct slice){ (const uint8_t *)part, (size_t)n });
	assert_int_equal(n, 0);
	(void)close(fd);
	return t;
}

static struct text got(const char *request)
{
	int fd = connected();

	say(fd, request);
	return answer(fd);
}

static void expect(const char *request, const char *status, const char *body)
{
	struct text t = got(request);
	const char *blank = strstr(text_of(&t), "\r\n\r\n");

	assert_non_null(blank);
	assert_memory_equal(text_of(&t), status, strlen(status));
	assert_string_equal(blank + 4, body);
	text_free(&t);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

static void serves_what_was_published_last(void **state)
{
	(void)state;
	expect(GET("/metrics"), "HTTP/1.1 503 ", "nothing was published yet\n");
	expect(GET("/health"), "HTTP/1.1 503 ", "nothing was published yet\n");
	endpoint_publish(server, SLICE("m 1\n"), SLICE("<p>"), true);
	expect(GET("/metrics"), "HTTP/1.1 200 OK\r\n", "m 1\n");
	expect(GET("/"), "HTTP/1.1 200 OK\r\n", "<p>");
	expect(GET("/health"), "HTTP/1.1 200 OK\r\n", "ok\n");
	endpoint_publish(server, SLICE("m 2\n"), SLICE("<p>"), false);
	expect(GET("/metrics"), "HTTP/1.1 200 OK\r\n", "m 2\n");
	expect(GET("/health"), "HTTP/1.1 503 Service Unavailable\r\n", "not well\n");
	expect(GET("/other"), "HTTP/1.1 404 ", "Not Found");
	expect("POST / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ", "Bad Request");
	expect("POST / HTTP/1.0\r\n\r\n", "HTTP/1.1 405 ", "Method Not Allowed");
	expect("\x16\x03\x01\n", "HTTP/1.1 400 ", "Bad Request");
}

static void says_what_a_browser_may_do_with_it(void **state)
{
	static const char *const fields[] = {
		"Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n",
		"Content-Length: 4\r\n",
		"Connection: close\r\n",
		"Cache-Control: no-store\r\n",
		"Content-Security-Policy: default-src 'none'; ",
		"X-Content-Type-Options: nosniff\r\n",
		"X-Frame-Options: DENY\r\n",
		"Referrer-Policy: no-referrer\r\n",
		"Date: ",
	};
	(void)state;
	endpoint_publish(server, SLICE("m 1\n"), SLICE("<p>"), true);
	struct text t = got(GET("/metrics"));
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		assert_non_null(strstr(text_of(&t), fields[i]));
	text_free(&t);
	t = got("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_non_null(strstr(text_of(&t), "Content-Length: 4\r\n"));
	assert_string_equal(t.p + t.n - 4, "\r\n\r\n");
	text_free(&t);
}

static void a_request_may_come_in_pieces(void **state)
{
	static const char whole[] = GET("/metrics");
	int fd = connected();
	(void)state;
	endpoint_publish(server, SLICE("m 1\n"), SLICE(""), true);
	for (size_t i = 0; i < sizeof whole - 1; i++) {
		char one[2] = { whole[i], '\0' };
		say(fd, one);
		(void)usleep(200);
	}
	struct text t = answer(fd);
	assert_memory_equal(t.p, "HTTP/1.1 200", 12);
	text_free(&t);
}

/* The old copy is sent to its end while a new one is published. */
static void large_pages_are_sent_whole(void **state)
{
	struct text big = { 0 };
	(void)state;
	for (int i = 0; i < BIG; i++)
		text_add_slice(&big, SLICE("x"));
	endpoint_publish(server, text_slice(&big), SLICE(""), true);
	int fd = connected();
	say(fd, GET("/metrics"));
	char first;
	assert_int_equal(recv(fd, &first, 1, MSG_PEEK), 1); /* the answer has begun */
	endpoint_publish(server, SLICE("m 2\n"), SLICE(""), true);
	struct text t = answer(fd);
	assert_true(t.n > BIG);
	assert_int_equal(t.p[t.n - 1], 'x');
	text_free(&t);
	text_free(&big);
	expect(GET("/metrics"), "HTTP/1.1 200 ", "m 2\n");
}

/* Thirty-two of them hold every place; one leaves, and the next is served. */
static void a_crowd_waits_its_turn(void **state)
{
	int fd[CROWD];
	(void)state;
	endpoint_publish(server, SLICE("m 1\n"), SLICE(""), true);
	for (int i = 0; i < CROWD; i++)
		fd[i] = connected();
	say(fd[CROWD - 1], GET("/metrics"));
	struct pollfd p = { .fd = fd[CROWD - 1], .events = POLLIN };
	assert_int_equal(poll(&p, 1, 100), 0);
	for (int i = 0; i < CROWD - 1; i++)
		(void)close(fd[i]);
	struct text t = answer(fd[CROWD - 1]);
	assert_memory_equal(t.p, "HTTP/1.1 200", 12);
	text_free(&t);
}

static void listens_where_it_is_told(void **state)
{
	static const char *const good[] = { "0", ":0", "127.0.0.1:0", "localhost:0", "[::1]:0" };
	static const char *const bad[] = { "",	       "x",	"65536",       "127.0.0.1",
					   "1.2.3:80", "::1:0", "host:80",     "127.0.0.1:",
					   "-1",       "[::1]", "127.0.0.1:x", "[::1:0" };
	struct endpoint_server *e;
	char *why = NULL;
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		enum err err = endpoint_open(&e, good[i], &why);
		if (err == ERR_IO && good[i][0] == '[') { /* a machine without IPv6 */
			free(why);
			continue;
		}
		assert_int_equal(err, ERR_OK);
		assert_memory_equal(endpoint_where(e), i == 4 ? "[::1]:" : "127.0.0.1:", 6);
		assert_string_not_equal(strrchr(endpoint_where(e), ':'), ":0");
		endpoint_close(e);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(endpoint_open(&e, bad[i], &why), ERR_USAGE);
		assert_null(e);
		assert_non_null(strstr(why, "a port to listen on"));
		free(why);
	}
}

static void says_who_is_there_already(void **state)
{
	struct endpoint_server *e;
	char *why = NULL;
	(void)state;
	assert_int_equal(endpoint_open(&e, endpoint_where(server), &why), ERR_IO);
	assert_non_null(strstr(why, "Address already in use"));
	free(why);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(serves_what_was_published_last), TEST(says_what_a_browser_may_do_with_it),
		TEST(a_request_may_come_in_pieces),   TEST(large_pages_are_sent_whole),
		TEST(a_crowd_waits_its_turn),	      cmocka_unit_test(listens_where_it_is_told),
		TEST(says_who_is_there_already),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
